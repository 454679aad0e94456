import type { TrailRecord } from '@compliance-relay/shared/trail'
import type { ClaimBook } from './people/claim-book.ts'
import { readRecordIn, type TrailStore } from './sqlite/trail-store.ts'
import type { UnitStore } from './sqlite/unit-store.ts'

/** A capture that no person answers for. Null: its record does not say, or cannot be read. */
export interface UnclaimedCapture {
  readonly path: string | null
  readonly watch: string | null
  readonly device: string | null
  readonly project: string | null
  readonly trail: string | null
  readonly seq: number
  readonly time: string | null
  /** The kind of record it would have been. */
  readonly what: string | null
  readonly reason: string | null
  readonly sentence: string | null
  /** Empty if it was not read. */
  readonly digest: string
}

export interface Unclaimed {
  /** How many there are in all. */
  readonly total: number
  readonly unclaimed: readonly UnclaimedCapture[]
}

/** A list is an answer to a request, and a process has to hold it: whoever wants more asks the trail. */
const LIST_BYTES_MAX = 8 << 20

interface Stores {
  readonly units: UnitStore
  readonly store: TrailStore
  readonly claims: ClaimBook
}

/**
 * Captures no person answers for, oldest first, with what their records say. What was read stays in the list
 * whatever becomes of the file: its content is in the trail and nobody's. What is not read, a link for one, is in it
 * as long as it is there.
 */
export function unclaimedCaptures(stores: Stores, limit: number): Unclaimed {
  const { units, store, claims } = stores
  const origins = new Map(store.trails().map(({ id, origin }) => [id, origin]))
  const open = store
    .refusals(limit + claims.size)
    .filter(({ trail, seq }) => !claims.has(origins.get(trail) ?? '', seq))
  const places = [...open, ...units.refusedUnread(limit)]
    .sort((a, b) => a.trail - b.trail || a.seq - b.seq)
    .slice(0, limit)
  const unclaimed: UnclaimedCapture[] = []
  let bytes = 0
  for (const { trail, seq } of places) {
    const one = unclaimedCapture(readRecordIn(store, trail, seq), seq, origins.get(trail))
    bytes += Buffer.byteLength(JSON.stringify(one))
    if (bytes > LIST_BYTES_MAX) break
    unclaimed.push(one)
  }
  return { total: unclaimedCount(stores), unclaimed }
}

export function unclaimedCount({ units, store, claims }: Stores): number {
  return store.refusalCount() - claims.size + units.refusedUnreadCount()
}

function unclaimedCapture(
  record: TrailRecord | undefined,
  seq: number,
  origin: string | undefined,
): UnclaimedCapture {
  const said = (field: string): string | null => {
    const value = record?.body[field]
    return typeof value === 'string' ? value : null
  }
  return {
    path: said('path'),
    watch: said('watch'),
    device: said('device'),
    project: said('project'),
    trail: origin ?? null,
    seq,
    time: record?.time ?? null,
    what: said('what'),
    reason: said('reason'),
    sentence: said('sentence'),
    digest: said('sha256') ?? said('manifest') ?? '',
  }
}
