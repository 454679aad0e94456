import { expect, test } from 'vitest'
import { plural } from '../parts/words.ts'
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
  expect(second).toMatchObject({ from: 4_000, to: 8_001 })
  expect(first?.says).toMatch(/: 3 records, the clock is doubtful$/)
  expect(second?.says).toMatch(/: 4 records, the relay was not running for some of it$/)
})

test.each([0, 1, 2, 5, 7, 8, 9, 13, 20, 999])(
  'parts of %i ms are whole milliseconds, each another',
  (length) => {
    // As the axis counts them: a record each millisecond.
    const counts = new Array<number>(120).fill(0)
    for (let at = 0; at <= length; at++) {
      const bucket = Math.min(119, Math.floor(at * (120 / Math.max(1, length))))
      counts[bucket] = (counts[bucket] as number) + 1
    }
    const from = 1_796_038_735_768
    const parts = partsOf({ from, to: from + length, counts, down: [], doubtful: [] }, 8)
    expect(parts).toHaveLength(length < 2 ? 0 : Math.min(8, length))
    expect(new Set(parts.map((part) => part.from)).size).toBe(parts.length)
    expect(new Set(parts.map((part) => part.says.slice(0, 50))).size).toBe(parts.length)
    for (const [i, part] of parts.entries()) {
      expect(part.from).toBe(i === 0 ? from : parts[i - 1]?.to)
      expect(Number.isInteger(part.to)).toBe(true)
      // What it says is in it is what a search from and to there finds.
      expect(part.says).toContain(`: ${plural(part.to - part.from, 'record')}`)
    }
    if (parts.length > 0) expect(parts.at(-1)?.to).toBe(from + length + 1)
  },
)

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
