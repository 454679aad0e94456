import {
  type Body,
  base64,
  type Entry,
  fromBase64,
  HASH_BYTES,
  type Hash,
  readEntry,
  type Value,
} from '../trail/index.ts'
import { BagFormError } from './faults.ts'
import { type ExportFilter, filterValue, readFilter } from './filter.ts'

export const SEALED = 'export.sealed'

/** The version of what is in a bag and how it is checked. */
export const BAG_FORMAT = 1 as const

/** Their names, sizes and roots stand in one record. */
export const BAG_TRAILS_MAX = 200

/** A trail as far as a bag goes: its name, how many records it had, and the root over them. */
export interface SealedTrail {
  readonly trail: string
  readonly size: number
  readonly root: Hash
}

/** What the record of an export says: it is the seal on the bag. */
export interface Seal {
  /** By which version of the format the bag was made. */
  readonly format: typeof BAG_FORMAT
  /** SHA-256 of the payload manifest and of bag-info.txt, hexadecimal: through them, of every file people read. */
  readonly manifest: string
  readonly info: string
  readonly filter: ExportFilter
  readonly trails: readonly SealedTrail[]
  /** How many records the bag has. */
  readonly count: number
  readonly reason: string
  /** What made it, and of which organization the relay is. */
  readonly software: string
  readonly organization: string
  /** Trails of the relay that are not in the bag. */
  readonly leftOut: readonly string[]
}

/** How many records of the trails that were sealed are not in the bag. */
export function withheldBy({ trails, count }: Pick<Seal, 'trails' | 'count'>): number {
  return trails.reduce((sum, { size }) => sum + size, 0) - count
}

export function sealBody(seal: Seal): Body {
  const { format, manifest, info, filter, trails, count, reason, software, organization, leftOut } = seal
  return {
    format,
    manifest,
    info,
    filter: filterValue(filter),
    trails: trails.map(({ trail, size, root }) => ({ trail, size, root: base64(root) })),
    count,
    reason,
    software,
    organization,
    leftOut: [...leftOut],
  }
}

/** The seal in an entry's line. Throws `FormatError` or `BagFormError`. */
export function readSeal(line: Uint8Array): { readonly seal: Seal; readonly entry: Entry } {
  const entry = readEntry(line)
  const { kind, body } = entry.record
  if (kind !== SEALED) throw new BagFormError(`a record ${SEALED}`, kind)
  const { format, trails, count, leftOut } = body
  if (format !== BAG_FORMAT)
    throw new BagFormError(`a bag of format ${BAG_FORMAT}`, JSON.stringify(format) ?? 'none')
  if (!Array.isArray(trails) || trails.length === 0) throw new BagFormError('trails', 'none')
  if (!Array.isArray(leftOut) || !leftOut.every((one) => typeof one === 'string'))
    throw new BagFormError('names of trails that are left out', 'none')
  if (typeof count !== 'number') throw new BagFormError('count', 'none')
  return {
    entry,
    seal: {
      format,
      manifest: digestIn(body, 'manifest'),
      info: digestIn(body, 'info'),
      filter: readFilter(body['filter']),
      trails: trails.map(sealedTrail),
      count,
      reason: textIn(body, 'reason'),
      software: textIn(body, 'software'),
      organization: textIn(body, 'organization'),
      leftOut,
    },
  }
}

function sealedTrail(value: Value): SealedTrail {
  const { trail, size, root } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >
  if (typeof trail !== 'string' || typeof size !== 'number' || typeof root !== 'string')
    throw new BagFormError('trail, size and root', JSON.stringify(value))
  const hash = fromBase64(root)
  if (hash.length !== HASH_BYTES) throw new BagFormError('a root of 32 bytes', `${hash.length} bytes`)
  return { trail, size, root: hash }
}

function digestIn(body: Body, field: string): string {
  const value = textIn(body, field)
  if (!/^[0-9a-f]{64}$/.test(value)) throw new BagFormError(`${field}, 64 hexadecimal digits`, value)
  return value
}

function textIn(body: Body, field: string): string {
  const value = body[field]
  if (typeof value !== 'string') throw new BagFormError(field, 'none')
  return value
}
