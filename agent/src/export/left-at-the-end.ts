import { readEntry } from '@compliance-relay/shared/trail'
import type { TrailStore } from '../sqlite/trail-store.ts'

/** An export may take a while, and the trail that is written to goes on; what is older was there when it was begun. */
const EXPORT_MILLISECONDS = 3_600_000

/**
 * Why an export that has the first `size` records of a trail stops too early to be called all of it; undefined if it does
 * not. Any checkpoint is a head that a relay has signed, so a bag that ends at an earlier one would agree with itself.
 */
export function leftAtTheEnd(
  store: Pick<TrailStore, 'lastCheckpoint' | 'lines' | 'size'>,
  {
    id,
    isWritten,
    whenLeft,
    notarised = 0,
  }: {
    readonly id: number
    readonly isWritten: boolean
    /** Records it had when it was left, and those of them that a notary had a head of. */
    readonly whenLeft?: number | undefined
    readonly notarised?: number
  },
  size: number,
  now: number,
): string | undefined {
  if (!isWritten) {
    const here = store.size(id)
    if (whenLeft !== undefined && here < whenLeft)
      return `it had ${whenLeft} records when it was left, and ${here} are here`
    // What nobody signed before the trail was left, nobody can sign any more: it cannot be in any bag.
    const whole = store.lastCheckpoint(id)?.size ?? here
    if (size < whole) return `it has ${whole} records`
    // A head that the notary had was here too, before it was taken away.
    return size < notarised ? `a head of ${notarised} records is missing here that the notary had` : undefined
  }
  for (const { seq, line } of store.lines(id, size)) {
    const { time } = readEntry(line).record
    // A clock that was put back is no way to make an old record look new.
    if (Math.abs(now - Date.parse(time)) > EXPORT_MILLISECONDS)
      return `record ${seq} is after that, and of ${time}: no export takes longer than an hour`
  }
  return undefined
}
