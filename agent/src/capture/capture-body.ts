import { type Body, canonical, LINE_BYTES_MAX, type Value } from '@compliance-relay/shared/trail'
import type { Examination } from '../instruments/types.ts'
import type { WatchSettings } from '../settings.ts'
import { timestamp } from '../time-text.ts'
import type { Claim } from './hash-task.ts'
import type { ManifestFile } from './manifest.ts'
import type { Late, Pending } from './pending.ts'
import { pathFields } from './raw-name.ts'

/*
 * What a record of a capture says. Times of files are what the file system claims; times of the relay are its
 * own clock's. Absent and empty things are left out: a field that is there means something.
 */

/** Room for a record's body: an entry has at most 65,535 bytes, and the rest of it is below 2 KiB. */
const BODY_BYTES_MAX = LINE_BYTES_MAX - 4_096
/** A manifest up to this size stands in the record itself; a larger one is kept beside the trail under its digest. */
export const INLINE_MANIFEST_BYTES_MAX = 32_768

/** An earlier record of the same path. */
export interface Before {
  readonly seq: number
  readonly digest: string
  readonly size: number
}

/** Where and of what: the fields every capture record begins with. */
export function placeFields(watch: WatchSettings, path: string): { [key: string]: Value } {
  return { project: watch.project, device: watch.device, watch: watch.id, ...pathFields(path) }
}

export function lateFields(late: Late | undefined): { [key: string]: Value } {
  if (late === undefined) return {}
  const { from, to, why } = late
  return { late: { from: from === null ? null : timestamp(from), to: timestamp(to), why } }
}

/** When it was first seen and since when it has been at rest, by the relay's clock. */
export function seenFields(pending: Pending): { [key: string]: Value } {
  return {
    seen: { first: timestamp(pending.firstSeen), rest: timestamp(pending.restSeen) },
    ...(pending.links > 1 ? { hardLinks: pending.links } : {}),
  }
}

/** What the instrument says of the run, and whether what it says holds. */
export function examinationFields(
  profile: string,
  { complete, missing, aborted, fields, notes, profile: applied = profile }: Examination,
  claims: readonly Claim[],
): { [key: string]: Value } {
  // A plain file, whatever its name had let expect: there is nothing more to say of it.
  if (applied === 'file' && complete && notes.length === 0) return {}
  const disagreeing = claims.filter(({ agrees }) => !agrees)
  const reasons = [
    ...missing,
    ...disagreeing.map(({ from, path, algorithm }) => `${from} has another ${algorithm} for ${path}`),
  ]
  return {
    profile: applied,
    // Of a folder or a file that no instrument's profile speaks of, nobody can say so.
    complete:
      (applied === 'folder' || applied === 'file') && complete ? null : complete && disagreeing.length === 0,
    ...(reasons.length > 0 ? { missing: reasons.slice(0, 20) } : {}),
    ...(aborted === true ? { aborted: true } : {}),
    ...(Object.keys(fields).length > 0 ? { run: { ...fields } } : {}),
    // Those that disagree first: there is room for twenty.
    ...(claims.length > 0
      ? {
          instrumentDigests: [...disagreeing, ...claims.filter(({ agrees }) => agrees)]
            .slice(0, 20)
            .map((claim) => ({ ...claim })),
        }
      : {}),
    ...(notes.length > 0 ? { unreadable: notes.slice(0, 10) } : {}),
  }
}

/** A data set's digest, and its manifest if there is room for it in the record. */
export function setFields(
  files: readonly ManifestFile[],
  manifest: { readonly digest: string; readonly bytes: Uint8Array },
  rawDigest: string | undefined,
): { [key: string]: Value } {
  const size = files.reduce((sum, file) => sum + file.size, 0)
  const inline = manifest.bytes.length <= INLINE_MANIFEST_BYTES_MAX
  return {
    manifest: manifest.digest,
    ...(rawDigest === undefined ? {} : { raw: rawDigest }),
    fileCount: files.length,
    size,
    ...(inline
      ? {
          files: files.map(({ path, size: bytes, sha256 }) => ({ ...pathFields(path), size: bytes, sha256 })),
        }
      : {}),
  }
}

/** `trail`: its name, where it is another than the one that is written to: a seq alone is a place in that. */
export function beforeFields(
  { seq, digest, size }: Before,
  trail: string | undefined,
): { [key: string]: Value } {
  return { before: { seq, digest, size, ...(trail === undefined ? {} : { trail }) } }
}

/**
 * The body as it can be written. Details come from other people's files: should they not fit, the record is
 * made without them and says so, for a file that is not recorded would be worse than one with fewer details.
 */
export function fitting(body: Body, details: readonly string[]): Body {
  if (isSurelyFitting(body)) return body
  try {
    if (Buffer.byteLength(canonical(body)) <= BODY_BYTES_MAX) return body
  } catch {
    // Not to be written as it is: the details below are where foreign text stands.
  }
  const kept = Object.fromEntries(Object.entries(body).filter(([key]) => !details.includes(key)))
  return { ...kept, leftOut: details.filter((key) => key in body) }
}

/**
 * Nearly all are: a text of so few UTF-16 units has at most three times as many bytes. JSON.stringify takes a fifth of
 * the time of the canonical text, which has the same length. What it writes as an escaped surrogate has no place in a trail.
 */
function isSurelyFitting(body: Body): boolean {
  const text = JSON.stringify(body)
  return text.length * 3 <= BODY_BYTES_MAX && !text.includes('\\ud')
}
