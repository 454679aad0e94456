/* Written by hand: in which order a locale puts its parts is another thing in another browser. */

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const

/** A time on this device's clock: `2026-03-02 09:30:12`. */
export function dateTime(time: number): string {
  return Number.isFinite(time) ? timeThere(time, minutesEastAt(time)) : ''
}

/** The same to the millisecond: `2026-03-02 09:30:12.045`. */
export function dateTimeFine(time: number): string {
  if (!Number.isFinite(time)) return ''
  return `${dateTime(time)}.${String(((time % 1_000) + 1_000) % 1_000).padStart(3, '0')}`
}

/** To the second, with its zone: where times are evidence. */
export function dateTimeZone(time: number): string {
  return dateTimeAt(time, Number.isFinite(time) ? minutesEastAt(time) : 0)
}

/** `09:30` of today, else with its day. */
export function clockTime(time: number, now = Date.now()): string {
  const text = dateTime(time)
  return text.slice(0, 10) === dateTime(now).slice(0, 10) ? text.slice(11, 16) : text.slice(0, 16)
}

/** `Fri 09:00`: of times within a few days. */
export function weekTime(time: number): string {
  return `${WEEKDAYS[new Date(time).getDay()] ?? ''} ${dateTime(time).slice(11, 16)}`
}

/** A time where somebody else was, so many minutes east of UTC; on this device's clock where that is not known. */
export function dateTimeAt(time: number, offsetMinutes: number | undefined): string {
  if (offsetMinutes === undefined) return dateTimeZone(time)
  if (!Number.isFinite(time)) return ''
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60]
  const zone =
    offsetMinutes === 0
      ? ''
      : `${offsetMinutes < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`}`
  return `${timeThere(time, offsetMinutes)} UTC${zone}`
}

function timeThere(time: number, minutesEast: number): string {
  return new Date(time + 60_000 * minutesEast).toISOString().slice(0, 19).replace('T', ' ')
}

function minutesEastAt(time: number): number {
  return -new Date(time).getTimezoneOffset()
}
