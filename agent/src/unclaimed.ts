import { contentDigestOf, type TrailRecord } from '@compliance-relay/shared/trail'
import type { ClaimBook } from './people/claim-book.ts'
import { BEFORE_ALL, type RecordPlace, type TrailStore } from './sqlite/trail-store.ts'
import type { UnitStore } from './sqlite/unit-store.ts'
import { UnusableInput } from './unusable-input.ts'
import { readSoundRecordIn } from './written-lines.ts'

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
  /** How many there are in all, and how many come after these. */
  readonly total: number
  readonly more: number
  readonly unclaimed: readonly UnclaimedCapture[]
  /** What to ask for after these; null if they are the last. */
  readonly next: string | null
}

/** Which of them: so many, after the place that an answer before named. */
export interface UnclaimedPage {
  readonly limit: number
  readonly after?: string | undefined
}

/** A list is an answer to a request, and a process has to hold it: what has no room comes with the next. */
const LIST_BYTES_MAX = 8 << 20

interface Stores {
  readonly units: UnitStore
  readonly store: TrailStore
  readonly claims: ClaimBook
}

/**
 * Captures no person answers for, oldest first, with what their records say. What was read stays in the list
 * whatever becomes of the file: its content is in the trail and nobody's. What is not read, a link for one, is in it
 * as long as it is there. Undefined where `after` names no place in a trail of this folder.
 */
export function unclaimedCaptures(stores: Stores, { limit, after }: UnclaimedPage): Unclaimed | undefined {
  const { units, store, claims } = stores
  const origins = new Map(store.trails().map(({ id, origin }) => [id, origin]))
  const from = after === undefined ? BEFORE_ALL : placeNamed(after, origins)
  if (from === undefined) return undefined
  const places = [...openRefusals(stores, origins, from, limit), ...units.refusedUnread(limit, from)]
    .sort((a, b) => a.trail - b.trail || a.seq - b.seq)
    .slice(0, limit)
  const unclaimed: UnclaimedCapture[] = []
  let bytes = 0
  let last = from
  for (const place of places) {
    const one = unclaimedCapture(
      readSoundRecordIn(store, place.trail, place.seq),
      place.seq,
      origins.get(place.trail),
    )
    bytes += Buffer.byteLength(JSON.stringify(one))
    if (bytes > LIST_BYTES_MAX && unclaimed.length > 0) break
    unclaimed.push(one)
    last = place
  }
  const claimedAfter = claims.count((trail, seq) => isAfter({ trail: idOf(trail, origins), seq }, last))
  const more = store.refusalCount(last) - claimedAfter + units.refusedUnreadCount(last)
  return {
    total: unclaimedCounts(stores).unclaimed,
    more,
    unclaimed,
    next: more > 0 ? `${last.seq}@${origins.get(last.trail) ?? ''}` : null,
  }
}

/** Throws `UnusableInput` where the place asked for is none. */
export function requirePlace(found: Unclaimed | undefined): Unclaimed {
  if (found === undefined)
    throw new UnusableInput('--after names no record of a trail here: it is what the list before ended with')
  return found
}

/** `claimable`: of those that were read, somebody can say that they answer for them. `claimed`: somebody has. */
export function unclaimedCounts({ units, store, claims }: Stores): {
  readonly unclaimed: number
  readonly claimable: number
  readonly claimed: number
} {
  const claimed = claims.size
  const claimable = store.refusalCount() - claimed
  return { unclaimed: claimable + units.refusedUnreadCount(), claimable, claimed }
}

/** Refusals that nobody has claimed: claimed ones are passed over a page at a time. */
function openRefusals(
  { store, claims }: Stores,
  origins: ReadonlyMap<number, string>,
  from: RecordPlace,
  limit: number,
): readonly RecordPlace[] {
  const open: RecordPlace[] = []
  for (let after = from; open.length < limit; ) {
    const page = store.refusals(limit, after)
    open.push(...page.filter(({ trail, seq }) => !claims.has(origins.get(trail) ?? '', seq)))
    const last = page.at(-1)
    if (last === undefined || page.length < limit) break
    after = last
  }
  return open
}

function placeNamed(text: string, origins: ReadonlyMap<number, string>): RecordPlace | undefined {
  const [, seq, origin = ''] = /^([0-9]{1,15})@(.+)$/.exec(text) ?? []
  const trail = idOf(origin, origins)
  return seq === undefined || trail === 0 ? undefined : { trail, seq: Number(seq) }
}

/** 0 for a trail that is not here. */
function idOf(origin: string, origins: ReadonlyMap<number, string>): number {
  return [...origins].find(([, one]) => one === origin)?.[0] ?? 0
}

function isAfter(one: RecordPlace, other: RecordPlace): boolean {
  return one.trail === other.trail ? one.seq > other.seq : one.trail > other.trail
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
    digest: (record && contentDigestOf(record)) ?? '',
  }
}
