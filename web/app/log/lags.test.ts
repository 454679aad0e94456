import { expect, test } from 'vitest'
import { lagsByDay } from './lags.ts'

const MINUTE = 60_000
/** On this device's clock, as the days are. */
const at = (day: number, hour: number, minute = 0) => new Date(2026, 2, day, hour, minute).getTime()
const trail = (times: readonly number[], seen: readonly (readonly [size: number, at: number])[]) => ({
  sightings: seen.map(([size, when]) => ({ trail: 't', size, at: when })),
  timeOf: (seq: number) => times[seq],
})

test('the longest that a record waited is that of the oldest one that came, on the day it came', () => {
  const times = [at(1, 8), at(2, 9), at(2, 10), at(4, 9), at(4, 12)]
  const given = lagsByDay(
    [
      trail(times, [
        [1, at(1, 20)],
        [3, at(2, 11)],
        [4, at(4, 9, 1)],
        [5, at(4, 12, 30)],
      ]),
    ],
    60,
  )
  expect(given?.map(({ from, longest }) => [from, longest])).toEqual([
    [at(2, 0), 120 * MINUTE],
    [at(3, 0), null],
    [at(4, 0), 30 * MINUTE],
  ])
  expect(given?.at(-1)?.to).toBe(at(5, 0))
})

test('what was there when the device first met the trail has not waited for it', () => {
  expect(lagsByDay([trail([at(1, 8)], [[1, at(30, 8)]]), trail([], [])], 60)).toBeUndefined()
})

test('a clock of the device behind that of the relay makes no wait less than none, and only the last days are given', () => {
  const seen = [1, 2, 3, 4].map((size) => [size, at(size, 8)] as const)
  const ahead = lagsByDay([trail([at(9, 0), at(9, 0), at(9, 0), at(9, 0)], seen)], 2)
  expect(ahead?.map(({ from, longest }) => [from, longest])).toEqual([
    [at(3, 0), 0],
    [at(4, 0), 0],
  ])
})
