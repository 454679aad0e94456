import { describe, expect, test } from 'vitest'
import { type Late, lateness } from './pending.ts'

const from = 10_000
const to = 20_000

describe('a unit that is found after a time in which nobody looked', () => {
  test.each([
    ['relay-not-running', 'relay-ended'],
    ['folder-unavailable', 'folder-taken-away'],
  ] as const)('%s: is not said to have been made in it if it was there before', (why, before) => {
    const late: Late = { from, to, why, oldest: 7_000 }
    expect(lateness(9_000, late)).toEqual({ from: 7_000, to, why: before })
    expect(lateness(15_000, late)).toEqual({ from, to, why })
    expect(lateness(20_001, late)).toBe(undefined)
    expect(lateness(9_000, { from, to, why })).toEqual({ from, to, why: before })
  })

  test.each(['before-watch', 'not-watched', 'new-trail'] as const)(
    '%s: nothing is known of the time before',
    (why) => {
      expect(lateness(9_000, { from, to, why })).toEqual({ from, to, why })
      expect(lateness(9_000, { from: null, to, why })).toEqual({ from: null, to, why })
    },
  )
})
