import { expect, test } from 'vitest'
import { secondsSinceTouched } from './touched.ts'

const now = 1_000_000_000
const at = (touched: number | undefined, since = now) =>
  secondsSinceTouched(touched, { since, now, withinSeconds: 63 })

test('only what was touched so lately that nobody need have recorded it is told apart', {
  tags: ['req/DI-3', 'challenge'],
}, () => {
  expect(at(now)).toBe(0)
  expect(at(now - 62_500)).toBe(62)
  expect(at(now - 63_000)).toBeUndefined()
  expect(at(now - 86_400_000)).toBeUndefined()
  // A change from after now is none that a clock has seen, and what cannot be told is not told.
  expect(at(now + 1)).toBeUndefined()
  expect(at(undefined)).toBeUndefined()
  // The records are read as of a moment: what was touched after it is not in them, however long the reading takes.
  expect(at(now - 600_000, now - 660_000)).toBe(600)
})
