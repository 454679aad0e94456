import { contentDigestOf } from './content-digest.ts'
import type { Body, TrailRecord } from './record.ts'

/** What became of a version by the next one: `renamed` is the same content under a new name. */
export type VersionChange = 'changed' | 'renamed' | 'renamed and changed' | 'deleted'

/** The record of the version before, as a record of a capture names it. */
export interface NamedBefore {
  readonly seq: number
  /** Of the record named. Older records give a place without it: in their own trail, or in one before. */
  readonly trail?: string
  readonly digest: unknown
}

export function namedBefore({ body }: Pick<TrailRecord, 'body'>): NamedBefore | undefined {
  const { seq, digest, trail } = fields(body['before'])
  if (typeof seq !== 'number') return undefined
  return typeof trail === 'string' ? { seq, digest, trail } : { seq, digest }
}

/** Whether it has the content that a later record names, and stands where that one does or comes from. */
export function isVersionBefore(
  record: Pick<TrailRecord, 'kind' | 'body'>,
  { body }: Pick<TrailRecord, 'body'>,
): boolean {
  // A claim has a name as text alone.
  const pathIn = record.kind === 'capture.claimed' ? textPathOf : pathOf
  const paths = [body, fields(body['from'])].map(pathIn)
  return contentDigestOf(record) === namedBefore({ body })?.digest && paths.includes(pathIn(record.body))
}

/** What a record of a capture says of the version it names. A refusal says which kind it would have been of. */
export function changeIn({ kind, body }: Pick<TrailRecord, 'kind' | 'body'>): VersionChange {
  const what = kind === 'capture.refused' ? String(body['what']) : kind
  if (what.endsWith('.deleted')) return 'deleted'
  if (!what.endsWith('.renamed')) return 'changed'
  return contentDigestOf({ kind, body }) === namedBefore({ body })?.digest ? 'renamed' : 'renamed and changed'
}

function fields(value: unknown): Body {
  return typeof value === 'object' && value !== null ? (value as Body) : {}
}

/** With the bytes it has on the disk, where they are no text. */
function pathOf(body: Body): string {
  return typeof body['pathRaw'] === 'string' ? `raw ${body['pathRaw']}` : textPathOf(body)
}

function textPathOf({ path }: Body): string {
  return `text ${String(path)}`
}
