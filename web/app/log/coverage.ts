import type { NamesOf } from './names.ts'
import { PACK_WIDTH } from './pack.ts'
import type { TrailIndex } from './trail-index.ts'

/** A stretch of time, in milliseconds since 1970 by the clock of the relay. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What the axis over a list shows: where records lie, and where nobody looked or the clock was moved. */
export interface Coverage extends Span {
  /** Records found in each part of the axis, all of one length. */
  readonly counts: readonly number[]
  /** From the last record before a start of the relay to that start: it was at work for no more than the beginning of it. */
  readonly down: readonly Span[]
  /** From the record before a step of the clock to the record of it. */
  readonly doubtful: readonly Span[]
}

/** Spans of a kind that are given one by one; of more, those that touch in the picture are one anyway. */
const SPANS_MAX = 2_000

/** What a search found of one trail. */
export interface Part {
  readonly index: TrailIndex
  /** Places of the records found. */
  readonly seqs: Uint32Array
}

/**
 * The axis of what was found, in `buckets` parts: from and to as they are given, else from the first record found to the
 * last. Undefined where there is none. Goes over columns only: some milliseconds for a million records.
 */
export function coverageOf(
  parts: readonly Part[],
  names: NamesOf,
  given: { readonly from: number | undefined; readonly to: number | undefined },
  buckets: number,
): Coverage | undefined {
  const found = given.from === undefined || given.to === undefined ? rangeOf(parts) : undefined
  const from = given.from ?? found?.from
  const to = given.to ?? found?.to
  if (from === undefined || to === undefined || !(to >= from)) return undefined
  const counts = new Uint32Array(buckets)
  for (const { index, seqs } of parts)
    eachPack(index, seqs, (time, first, start, end) =>
      count(time, seqs, { first, start, end }, { from, to }, counts),
    )
  const of = (kind: string) =>
    parts.flatMap(({ index }) => spansBefore(index, names.kind.find(kind), { from, to }))
  return { from, to, counts: [...counts], down: of('relay.started'), doubtful: of('clock.stepped') }
}

function rangeOf(parts: readonly Part[]): Span | undefined {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { index, seqs } of parts)
    eachPack(index, seqs, (time, first, start, end) => {
      for (let i = start; i < end; i++) {
        const one = time[(seqs[i] as number) - first] as number
        if (one < from) from = one
        if (one > to) to = one
      }
    })
  return from <= to ? { from, to } : undefined
}

/** Places found in one pack, whose first record is `first`: those from `start` up to `end`. */
interface Run {
  readonly first: number
  readonly start: number
  readonly end: number
}

/** A plain loop over one pack: a call for each record costs ten times as much. */
function count(
  time: Float64Array,
  seqs: Uint32Array,
  run: Run,
  { from, to }: Span,
  counts: Uint32Array,
): void {
  const { first, start, end } = run
  const last = counts.length - 1
  const each = counts.length / Math.max(1, to - from)
  for (let i = start; i < end; i++) {
    const one = time[(seqs[i] as number) - first] as number
    if (!(one >= from && one <= to)) continue
    const at = Math.min(last, Math.floor((one - from) * each))
    counts[at] = (counts[at] as number) + 1
  }
}

function eachPack(
  { packs }: TrailIndex,
  seqs: Uint32Array,
  take: (time: Float64Array, first: number, start: number, end: number) => void,
): void {
  let start = 0
  for (const [i, { time }] of packs.entries()) {
    const first = i * PACK_WIDTH
    const end = firstFrom(seqs, first + PACK_WIDTH, start)
    if (end > start) take(time, first, start, end)
    start = end
  }
}

/** The first of these places, from one on, that is not before another. */
function firstFrom(seqs: Uint32Array, limit: number, from: number): number {
  let [low, high] = [from, seqs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((seqs[middle] as number) < limit) low = middle + 1
    else high = middle
  }
  return low
}

/** From the record before each of a kind to it, as far as that is in the range. The first record of a trail has none before. */
function spansBefore({ packs }: TrailIndex, kind: number | undefined, range: Span): Span[] {
  const spans: Span[] = []
  if (kind === undefined) return spans
  let before: number | undefined
  for (const { columns, time, width } of packs) {
    const kinds = columns.kind
    // Looked for by the engine itself: a loop over a million takes ten times as long.
    for (let i = kinds.indexOf(kind); i >= 0 && i < width; i = kinds.indexOf(kind, i + 1)) {
      const at = time[i] as number
      const last = i === 0 ? before : (time[i - 1] as number)
      if (last === undefined) continue
      // A clock that was set back leaves the two the other way round.
      const [from, to] = last < at ? [last, at] : [at, last]
      if (to >= range.from && from <= range.to && spans.length < SPANS_MAX)
        spans.push({ from: Math.max(from, range.from), to: Math.min(to, range.to) })
    }
    before = time[width - 1]
  }
  return spans
}
