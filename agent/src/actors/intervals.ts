/** From a moment to another, or still open. Milliseconds since the epoch; the end is not part of it. */
export interface Interval {
  readonly from: number
  readonly to?: number
}

/** Whether a moment of `[from, to]`, both ends included, lies in the interval. */
export function overlaps({ from: begin, to: end }: Interval, from: number, to: number): boolean {
  return begin <= to && (end ?? Number.POSITIVE_INFINITY) > from
}

/** Whether the intervals together leave no gap in `[from, to]`. */
export function cover(intervals: readonly Interval[], from: number, to: number): boolean {
  let reached = from
  let begun = false
  for (const { from: begin, to: end } of [...intervals].sort((a, b) => a.from - b.from)) {
    if ((end ?? Number.POSITIVE_INFINITY) <= from) continue
    if (begin > reached) return false
    begun = true
    reached = Math.max(reached, end ?? Number.POSITIVE_INFINITY)
    if (reached >= to) return true
  }
  return begun && reached >= to
}

/** Whether two intervals have a stretch in common. */
export function meet(a: Interval, b: Interval): boolean {
  const end = Math.min(a.to ?? Number.POSITIVE_INFINITY, b.to ?? Number.POSITIVE_INFINITY)
  return Math.max(a.from, b.from) < end
}
