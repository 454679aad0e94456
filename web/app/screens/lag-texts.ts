import type { LagDay } from '../log/lags.ts'
import { plural } from '../parts/words.ts'
import { durationText } from './coverage-texts.ts'
import { dayText } from './days-texts.ts'

const MINUTE = 60_000
/** A bar of this wait is as high as there is room for. */
const MOST = 30 * 24 * 60 * MINUTE

/** Of a bar, from 0 to 1: a minute is next to nothing, an hour is seen beside a day. */
export function lagHeight(milliseconds: number): number {
  return Math.min(1, Math.log1p(milliseconds / MINUTE) / Math.log1p(MOST / MINUTE))
}

/** What a day's bar says. */
export function lagText({ longest }: LagDay): string {
  if (longest === null) return 'nothing came'
  return longest < MINUTE ? 'under a minute' : `up to ${durationText(longest)}`
}

/** The picture in a sentence: how long records waited, between the clock of the relay and that of this device. */
export function lagsText(days: readonly LagDay[]): string {
  const came = days.filter((day): day is LagDay & { longest: number } => day.longest !== null)
  const [first] = days
  const last = days.at(-1)
  if (first === undefined || last === undefined || came.length === 0) return ''
  const most = came.reduce((one, other) => (other.longest > one.longest ? other : one))
  const none = days.length - came.length
  return [
    first === last ? dayText(first.from) : `${dayText(first.from)} to ${dayText(last.from)}`,
    `records waited for this device ${lagText(most)}${came.length > 1 ? `, longest on ${dayText(most.from)}` : ''}`,
    ...(none > 0 ? [`nothing came on ${plural(none, 'day')}`] : []),
    'by the clock of the relay and that of this device',
  ].join(' · ')
}
