import { timeOfSeconds } from './report-text.ts'
import type { TrailInBag } from './verify-bag.ts'

/** By a clock that is not the relay’s: the first `size` records of a trail were there by then. */
export interface ProvenBound {
  readonly size: number
  /** ISO 8601. */
  readonly time: string
  /** Whose word it is. */
  readonly by: string
}

type Proven = Pick<TrailInBag, 'covered' | 'witnessed' | 'proved'>

/** Ascending sizes. A time stamp bounds from above alone: it does not say that nothing more was there. */
export function provenBounds({ covered, witnessed, proved }: Proven): readonly ProvenBound[] {
  return [
    ...witnessed.map(({ name, seconds }) => ({
      size: covered,
      time: timeOfSeconds(seconds),
      by: `the clock of ${name}`,
    })),
    ...proved.map(({ size, time }) => ({ size, time, by: 'a time stamp' })),
  ].toSorted((a, b) => a.size - b.size)
}

/** Of a record: by each witness, and by the earliest time stamp. */
export function boundsOf(trail: Proven | undefined, seq: number): readonly ProvenBound[] {
  if (trail === undefined) return []
  const { covered, witnessed, proved } = trail
  const [stamped] = proved.filter(({ size }) => seq < size).toSorted((a, b) => (a.time < b.time ? -1 : 1))
  return provenBounds({
    covered,
    witnessed: seq < covered ? witnessed : [],
    proved: stamped === undefined ? [] : [stamped],
  })
}
