import type { TrailRecord } from '@compliance-relay/shared/trail'
import { expect, test } from 'vitest'
import { capturesByDay } from './days.ts'
import { emptyNames } from './names.ts'
import { selectionOf } from './select.ts'
import { TrailIndex } from './trail-index.ts'

/** On this device's clock, as the days are. */
const at = (day: number, hour: number, minute = 0) => new Date(2026, 2, day, hour, minute).getTime()

const made: readonly (readonly [string, number])[] = [
  ['file.created', at(1, 23, 59)],
  ['relay.started', at(2, 8)],
  ['dataset.created', at(3, 0)],
  ['file.changed', at(3, 23, 59)],
  ['capture.refused', at(4, 9)],
  ['capture.claimed', at(5, 9)],
]

function days(search: object, most: number, records = made) {
  const names = emptyNames()
  const index = new TrailIndex(names)
  for (const [seq, [kind, time]] of records.entries())
    index.add({
      seq,
      kind,
      time: new Date(time).toISOString(),
      actor: { id: 'a', name: 'A', via: 'relay' },
      body: {},
    } as unknown as TrailRecord)
  const parts = [{ index, seqs: index.select(selectionOf(search, names)) }]
  return capturesByDay(parts, names.kind, most)
}

const counts = (given: ReturnType<typeof days>) => given?.days.map(({ count }) => count)

test('each record of data is counted on its day, and a day without any has none', () => {
  const given = days({}, 60)
  expect(counts(given)).toEqual([1, 0, 2, 0, 1])
  expect(given?.earlier).toBe(0)
  expect(given?.days[0]?.from).toBe(at(1, 0))
  expect(given?.days.at(-1)?.to).toBe(at(6, 0))
  for (const [i, day] of (given?.days ?? []).entries())
    expect(day.to).toBe(given?.days[i + 1]?.from ?? at(6, 0))
})

test('of more days the last ones are shown, and how many records lie before them', () => {
  const given = days({}, 3)
  expect(counts(given)).toEqual([2, 0, 1])
  expect(given?.earlier).toBe(1)
  expect(counts(days({}, 1))).toEqual([1])
})

test('only what is found is counted', () => {
  expect(counts(days({ kinds: ['file.created'] }, 60))).toEqual([1])
  expect(days({ kinds: ['relay.started'] }, 60)).toBeUndefined()
})

test('a day is as long as it is where clocks are changed, and each record lies in one', () => {
  // Every hour of a year: wherever this runs, and whatever the clocks do there.
  const hours = Array.from({ length: 24 * 366 }, (_, i) => at(1, 0, 30) + 3_600_000 * i)
  const given = days(
    {},
    400,
    hours.map((time) => ['file.created', time] as const),
  )
  for (const { from, to, count } of given?.days ?? []) {
    // There are places where clocks go forward at midnight: then a day begins at one.
    expect(new Date(to - 1).getDate()).toBe(new Date(from).getDate())
    expect(new Date(from - 1).getDate()).not.toBe(new Date(from).getDate())
    expect(count).toBe(hours.filter((time) => time >= from && time < to).length)
  }
  expect(counts(given)?.reduce((sum, one) => sum + one, 0)).toBe(hours.length)
})
