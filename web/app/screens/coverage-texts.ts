import type { Coverage, Span } from '../log/coverage.ts'
import { dateTime } from '../parts/dates.ts'
import { plural } from '../parts/words.ts'

/** A part of the axis that can be gone into: what is in it, in words. */
export interface AxisPart extends Span {
  readonly says: string
}

/** Pure. The parts of an axis, each with as many of its counts. */
export function partsOf(coverage: Coverage, parts: number): readonly AxisPart[] {
  const { from, to, counts, down, doubtful } = coverage
  const each = counts.length / parts
  const length = (to - from) / parts
  return Array.from({ length: parts }, (_, i) => {
    const part = { from: from + i * length, to: from + (i + 1) * length }
    const count = counts.slice(i * each, (i + 1) * each).reduce((sum, one) => sum + one, 0)
    const over = (spans: readonly Span[]) => spans.some((span) => span.from < part.to && span.to > part.from)
    const says = [
      `${dateTime(part.from)} to ${dateTime(part.to)}: ${plural(count, 'record')}`,
      ...(over(down) ? ['the relay was not running for some of it'] : []),
      ...(over(doubtful) ? ['the clock is doubtful'] : []),
    ].join(', ')
    return { ...part, says }
  })
}

/** The whole of it in a sentence. `unknownFrom`: after that this device has asked nobody. */
export function coverageText(
  { from, to, down, doubtful }: Coverage,
  unknownFrom: number | undefined,
): string {
  const off = down.reduce((sum, span) => sum + (span.to - span.from), 0)
  return [
    `${dateTime(from)} to ${dateTime(to)}`,
    ...(down.length > 0
      ? [`relay not running ${plural(down.length, 'time')}, ${durationText(off)} in all`]
      : []),
    ...(doubtful.length > 0 ? [`clock doubtful ${plural(doubtful.length, 'time')}`] : []),
    ...(unknownFrom === undefined ? [] : [`nothing known here after ${dateTime(unknownFrom)}`]),
  ].join(' · ')
}

/** `3 h 20 min`, rounded to what is worth saying. */
export function durationText(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000)
  if (minutes < 1) return 'under a minute'
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.round(hours / 24)} days`
}
