const full = new Intl.DateTimeFormat('en-CA', {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const zoned = new Intl.DateTimeFormat('en-CA', { timeZoneName: 'shortOffset', hour: '2-digit' })

/** A time on this device's clock: `2026-03-02 09:30:12`. */
export function dateTime(time: number): string {
  if (!Number.isFinite(time)) return ''
  return full.format(time).replace(', ', ' ')
}

/** The same to the millisecond: `2026-03-02 09:30:12.045`. */
export function dateTimeFine(time: number): string {
  if (!Number.isFinite(time)) return ''
  return `${dateTime(time)}.${String(((time % 1_000) + 1_000) % 1_000).padStart(3, '0')}`
}

/** To the second, with its zone: where times are evidence. */
export function dateTimeZone(time: number): string {
  const zone = zoned.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  return `${dateTime(time)} ${zone.replace('GMT', 'UTC')}`
}

/** `09:30` of today, else with its day. */
export function clockTime(time: number, now = Date.now()): string {
  const text = dateTime(time)
  return text.slice(0, 10) === dateTime(now).slice(0, 10) ? text.slice(11, 16) : text.slice(0, 16)
}

const week = new Intl.DateTimeFormat('en-CA', {
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** `Fri 09:00`: of times within a few days. */
export function weekTime(time: number): string {
  return week.format(time).replace(/[.,]/g, '')
}

/** A time where somebody else was, so many minutes east of UTC; on this device's clock where that is not known. */
export function dateTimeAt(time: number, offsetMinutes: number | undefined): string {
  if (offsetMinutes === undefined) return dateTimeZone(time)
  if (!Number.isFinite(time)) return ''
  const there = new Date(time + 60_000 * offsetMinutes).toISOString()
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60]
  const zone =
    offsetMinutes === 0 ? '' : `${offsetMinutes < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : `:${minutes}`}`
  return `${there.slice(0, 10)} ${there.slice(11, 19)} UTC${zone}`
}
