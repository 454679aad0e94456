import type { TrailRecord } from './record.ts'

/** Kinds by which a relay says what it read on a disk, or what somebody answers for. */
const CAPTURE = /^(?:file|dataset|capture)\./

/** Whether a record is of a capture: of a file or a data set, or that somebody answers for one. */
export function isCapture({ kind }: Pick<TrailRecord, 'kind'>): boolean {
  return CAPTURE.test(kind)
}

/**
 * SHA-256 of what was captured: of the file, or of the data set's manifest. Undefined of all other records, whatever
 * stands in them: an export, too, has a manifest, and a recovery file a digest, and nobody captured either. So only
 * by this may anybody say of a file that it is in a trail.
 */
export function contentDigestOf({ kind, body }: Pick<TrailRecord, 'kind' | 'body'>): string | undefined {
  if (!isCapture({ kind })) return undefined
  const digest = body['sha256'] ?? body['manifest']
  return typeof digest === 'string' ? digest : undefined
}
