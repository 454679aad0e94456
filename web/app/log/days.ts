import { isSignable } from '@compliance-relay/shared/trail'
import type { Part, Span } from './coverage.ts'
import type { Names } from './names.ts'
import { PACK_WIDTH } from './pack.ts'

/** A day on this device's clock: from its first millisecond to the first of the next. 23 or 25 hours where clocks change. */
export interface Day extends Span {
  /** Records of data (of files, data sets and claims) made then, by the clock of the relay. */
  readonly count: number
}

export interface Days {
  /** Oldest first, without a gap; the last has the newest record. Never empty. */
  readonly days: readonly Day[]
  /** How many lie before the first of them. */
  readonly earlier: number
}

const DAY_MILLISECONDS = 86_400_000

/** What was captured on each of the last days, `most` at most, that records found lie in. Undefined where there are none. */
export function capturesByDay(parts: readonly Part[], kinds: Names, most: number): Days | undefined {
  const isCapture = Uint8Array.from(kinds.texts, (kind) => (isSignable(kind) ? 1 : 0))
  let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  eachTime(parts, isCapture, (time) => {
    if (time < oldest) oldest = time
    if (time > newest) newest = time
  })
  if (oldest > newest) return undefined
  const last = startOfDay(newest, 0)
  const starts = [startOfDay(newest, 1), last]
  while (starts.length <= most && (starts.at(-1) as number) > oldest)
    starts.push(startOfDay(last, 1 - starts.length))
  starts.reverse()
  const [first = last] = starts
  const counts = new Uint32Array(starts.length - 1)
  let earlier = 0
  eachTime(parts, isCapture, (time) => {
    if (time < first) {
      earlier++
      return
    }
    // A day is an hour longer or shorter twice a year.
    let at = Math.min(counts.length - 1, Math.floor((time - first) / DAY_MILLISECONDS))
    while (at > 0 && time < (starts[at] as number)) at--
    while (time >= (starts[at + 1] as number)) at++
    counts[at] = (counts[at] as number) + 1
  })
  const days = Array.from(counts, (count, i) => ({
    from: starts[i] as number,
    to: starts[i + 1] as number,
    count,
  }))
  return { days, earlier }
}

/** Midnight of the day a time lies in, so many days later. */
export function startOfDay(time: number, later: number): number {
  const date = new Date(time)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + later).getTime()
}

function eachTime(parts: readonly Part[], isCapture: Uint8Array, take: (time: number) => void): void {
  for (const { index, seqs } of parts) {
    const { packs } = index
    for (const seq of seqs) {
      const pack = packs[Math.floor(seq / PACK_WIDTH)]
      if (pack === undefined) continue
      const at = seq % PACK_WIDTH
      if (isCapture[pack.columns.kind[at] as number] === 1) take(pack.time[at] as number)
    }
  }
}
