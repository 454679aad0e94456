import { expect, test } from 'vitest'
import { daysText } from './days-texts.ts'

const day = (date: number, count: number) => ({
  from: new Date(2026, 2, date).getTime(),
  to: new Date(2026, 2, date + 1).getTime(),
  count,
})

test('captures of some days are one sentence, with the busiest day and those without any', () => {
  expect(daysText({ days: [day(1, 4), day(2, 0), day(3, 1_200)], earlier: 0 })).toBe(
    '2026-03-01 to 2026-03-03 · 1,204 captures · most on 2026-03-03: 1,200 · none on 1 day',
  )
  expect(daysText({ days: [day(1, 1)], earlier: 7 })).toBe('2026-03-01 · 1 capture · 7 before that')
})
