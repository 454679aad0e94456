import { expect, test } from 'vitest'
import { coverageText, durationText, partsOf } from './coverage-texts.ts'

const coverage = {
  from: 0,
  to: 8_000,
  counts: [1, 2, 0, 4],
  down: [{ from: 4_500, to: 5_000 }],
  doubtful: [{ from: 0, to: 1_000 }],
}

test('each part of the axis says what is in it', () => {
  const [first, second, ...none] = partsOf(coverage, 2)
  expect(none).toEqual([])
  expect(first).toMatchObject({ from: 0, to: 4_000 })
  expect(first?.says).toMatch(/: 3 records, the clock is doubtful$/)
  expect(second?.says).toMatch(/: 4 records, the relay was not running for some of it$/)
})

test('the whole of it is said in a sentence', () => {
  expect(coverageText(coverage, undefined)).toMatch(
    /relay not running 1 time, under a minute in all · clock doubtful 1 time$/,
  )
  expect(coverageText({ ...coverage, down: [], doubtful: [] }, 8_000)).toMatch(/ · nothing known here after /)
  expect([200_000, 12_000_000, 7_200_000, 400_000_000].map(durationText)).toEqual([
    '3 min',
    '3 h 20 min',
    '2 h',
    '5 days',
  ])
})
