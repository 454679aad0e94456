import type { Days } from '../log/days.ts'
import { dateTime } from '../parts/dates.ts'
import { countText, plural } from '../parts/words.ts'

/** `2026-03-02`, on this device's clock. */
export function dayText(time: number): string {
  return dateTime(time).slice(0, 10)
}

/** The picture in a sentence. */
export function daysText({ days, earlier }: Days): string {
  const [first] = days
  const last = days.at(-1)
  if (first === undefined || last === undefined) return ''
  const all = days.reduce((sum, { count }) => sum + count, 0)
  const most = days.reduce((one, other) => (other.count > one.count ? other : one))
  const none = days.filter(({ count }) => count === 0).length
  return [
    first === last ? dayText(first.from) : `${dayText(first.from)} to ${dayText(last.from)}`,
    plural(all, 'capture'),
    ...(days.length > 1 ? [`most on ${dayText(most.from)}: ${countText(most.count)}`] : []),
    ...(none > 0 ? [`none on ${plural(none, 'day')}`] : []),
    ...(earlier > 0 ? [`${countText(earlier)} before that`] : []),
  ].join(' · ')
}
