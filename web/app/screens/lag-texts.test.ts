import { expect, test } from 'vitest'
import { lagHeight, lagsText, lagText } from './lag-texts.ts'

const day = (of: number, longest: number | null) => ({
  from: new Date(2026, 2, of).getTime(),
  to: new Date(2026, 2, of + 1).getTime(),
  longest,
})

test('a wait is said, and that nothing came is not said as no wait', () => {
  expect(lagText(day(1, 0))).toBe('under a minute')
  expect(lagText(day(1, 3 * 3_600_000))).toBe('up to 3 h')
  expect(lagText(day(1, null))).toBe('nothing came')
  expect(lagsText([day(1, 0), day(2, null), day(3, 3 * 3_600_000)])).toBe(
    '2026-03-01 to 2026-03-03 · records waited for this device up to 3 h, longest on 2026-03-03 · nothing came on 1 day · by the clock of the relay and that of this device',
  )
  expect(lagsText([day(1, 0)])).toMatch(/^2026-03-01 · records waited for this device under a minute · by/)
})

test('a longer wait has a higher bar, and none is higher than there is room', () => {
  const heights = [0, 60_000, 3_600_000, 86_400_000, 30 * 86_400_000, 300 * 86_400_000].map(lagHeight)
  expect(heights).toEqual(heights.toSorted((a, b) => a - b))
  expect(heights[0]).toBe(0)
  expect(heights.at(-1)).toBe(1)
  expect(heights[2]).toBeGreaterThan(0.3)
})
