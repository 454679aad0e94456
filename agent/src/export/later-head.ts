import { type EndOfTrailBefore, endOfTrailBefore } from '@compliance-relay/shared/bag'
import { type Notary, NotaryUnreachable } from '@compliance-relay/shared/keeping'
import { signedAtAll } from '../ask-notary.ts'
import { readRecordIn, type StoredTrail, type TrailStore } from '../sqlite/trail-store.ts'
import { LATE, within } from '../within.ts'

/** How long a notary is waited for, for one trail. */
const ANSWER_MILLISECONDS = 10_000

/** What a notary knows of the end of a trail that was left. */
export type LaterHead =
  | { readonly is: 'none' }
  /** It holds a head of so many records, and where the trail is to be exported from no such head is left. */
  | { readonly is: 'later'; readonly size: number }
  | { readonly is: 'unasked' }

/**
 * Whether the notary holds a later head of a trail that was left than one of `size` records. What it holds beyond the
 * end that the trail had when it was left is no such thing: that was lost before, and the trail after it says so.
 */
export async function laterHead(
  notary: Pick<Notary, 'list' | 'get'>,
  store: TrailStore,
  trail: StoredTrail,
  size: number,
): Promise<LaterHead> {
  try {
    const until = sizeWhenLeft(store, trail) ?? Number.POSITIVE_INFINITY
    const found = await within(newestOf(notary, trail, { after: size, until }), ANSWER_MILLISECONDS)
    if (found === LATE) return { is: 'unasked' }
    return found === undefined ? { is: 'none' } : { is: 'later', size: found }
  } catch (error) {
    if (error instanceof NotaryUnreachable) return { is: 'unasked' }
    throw error
  }
}

/** How many records a trail had when it was left, by the first record of the one after it; undefined if that cannot be read. */
export function sizeWhenLeft(store: TrailStore, trail: StoredTrail): number | undefined {
  return whenLeft(store, trail)?.size
}

/** How many records of it, of those it had when it was left, a notary had a head of by then. */
export function notarisedWhenLeft(store: TrailStore, trail: StoredTrail): number {
  return whenLeft(store, trail)?.notarised ?? 0
}

function whenLeft(store: TrailStore, { id, origin }: StoredTrail): EndOfTrailBefore | undefined {
  const next = store.trails().find((one) => one.id > id)
  const opened = next && readRecordIn(store, next.id, 0)
  const said = opened && endOfTrailBefore(opened.body)
  return said?.trail === origin ? said : undefined
}

async function newestOf(
  notary: Pick<Notary, 'list' | 'get'>,
  trail: StoredTrail,
  { after, until }: { readonly after: number; readonly until: number },
): Promise<number | undefined> {
  const sizes: number[] = []
  for await (const one of notary.list(trail.origin, after)) if (one <= until) sizes.push(one)
  for (const size of sizes.toReversed()) {
    const note = await notary.get(trail.origin, size)
    if (note !== undefined && signedAtAll(trail, note)?.size === size) return size
  }
  return undefined
}
