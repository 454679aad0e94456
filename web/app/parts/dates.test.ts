import { expect, test } from 'vitest'
import { clockTime, dateTime, dateTimeFine, dateTimeZone, weekTime } from './dates.ts'

test('times are written the same way in every browser: year, month, day, and the hour of 24', () => {
  const evening = new Date(2026, 2, 6, 23, 5, 9, 45).getTime()
  const midnight = new Date(2026, 10, 12, 0, 0, 0).getTime()
  expect(dateTime(evening)).toBe('2026-03-06 23:05:09')
  expect(dateTimeFine(evening)).toBe('2026-03-06 23:05:09.045')
  expect(dateTimeZone(evening)).toMatch(/^2026-03-06 23:05:09 UTC(?:[+-]\d+(?::\d\d)?)?$/)
  expect(dateTime(midnight)).toBe('2026-11-12 00:00:00')
  expect(clockTime(evening, evening)).toBe('23:05')
  expect(clockTime(evening, midnight)).toBe('2026-03-06 23:05')
  expect(weekTime(evening)).toBe('Fri 23:05')
  expect(dateTime(Number.NaN)).toBe('')
})
