import type { Coverage, Span } from '../log/coverage.ts'
import { dateTime, dateTimeFine } from '../parts/dates.ts'
import { plural } from '../parts/words.ts'

/** A part of the axis that can be gone into: what is in it, in words. `to` is the first millisecond after it. */
export interface AxisPart extends Span {
  readonly says: string
}

/**
 * Pure. The parts of an axis, each with as many of its counts, from one whole millisecond to another, since records have
 * no finer times. An axis of fewer milliseconds than `most` has a part for each; one of a single moment has none.
 */
export function partsOf({ from, to, counts, down, doubtful }: Coverage, most: number): readonly AxisPart[] {
  const parts = Math.min(most, to - from)
  if (parts < 2) return []
  const timeText = textOfTimes((to - from) / parts)
  const startOf = (i: number) => from + Math.ceil(((to - from) * i) / parts)
  const countAt = (i: number) => Math.floor((counts.length * i) / parts)
  return Array.from({ length: parts }, (_, i) => {
    // The newest record lies at the end of the axis, in its last part.
    const part = { from: startOf(i), to: i === parts - 1 ? to + 1 : startOf(i + 1) }
    const count = counts.slice(countAt(i), countAt(i + 1)).reduce((sum, one) => sum + one, 0)
    const over = (spans: readonly Span[]) => spans.some((span) => span.from < part.to && span.to > part.from)
    const says = [
      `${timeText(part.from)} to ${timeText(part.to)}: ${plural(count, 'record')}`,
      ...(over(down) ? ['the relay was not running for some of it'] : []),
      ...(over(doubtful) ? ['the clock is doubtful'] : []),
    ].join(', ')
    return { ...part, says }
  })
}

/** How times are written that lie so many milliseconds apart: so that one is told from the next. */
function textOfTimes(milliseconds: number): (time: number) => string {
  return milliseconds < 1_000 ? dateTimeFine : dateTime
}

/** The whole of it in a sentence. `unknownFrom`: after that this device has asked nobody. */
export function coverageText(
  { from, to, down, doubtful }: Coverage,
  unknownFrom: number | undefined,
): string {
  const timeText = textOfTimes(to - from)
  const off = down.reduce((sum, span) => sum + (span.to - span.from), 0)
  return [
    from === to ? timeText(from) : `${timeText(from)} to ${timeText(to)}`,
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
