import { expect, test } from 'vitest'
import { gapBefore } from './gap.ts'

const now = 1_772_000_000_000
const hour = 3_600_000

test('a time the relay was at work is believed, and what was then on its way', () => {
  const alive = { at: now - hour, stopped: true, oldest: now - 2 * hour }
  expect(gapBefore({ alive, lastRecord: now - 3 * hour }, now)).toEqual({ alive })
  expect(gapBefore({ alive: undefined, lastRecord: undefined }, now)).toEqual({ alive: undefined })
})

test('a time that has not come yet is not believed: the last record says since when', {
  tags: ['req/P11-10e-6', 'challenge'],
}, () => {
  const alive = { at: now + hour, stopped: false, oldest: now + hour }
  expect(gapBefore({ alive, lastRecord: now - 3 * hour }, now)).toEqual({
    alive: { at: now - 3 * hour, stopped: false },
    disbelieved: now + hour,
  })
})

test('where the last record has not come yet either, nothing is known', () => {
  expect(gapBefore({ alive: { at: now + hour, stopped: false }, lastRecord: now + hour }, now)).toEqual({
    alive: undefined,
    disbelieved: now + hour,
  })
  expect(
    gapBefore({ alive: { at: now + hour, stopped: false }, lastRecord: undefined }, now).alive,
  ).toBeUndefined()
})

test('a clock that was corrected by a moment makes no gap that ends before it begins', () => {
  expect(
    gapBefore({ alive: { at: now + 500, stopped: true, oldest: now + 200 }, lastRecord: now }, now),
  ).toEqual({
    alive: { at: now, stopped: true },
  })
})

test('that somebody looked after the trail says that the relay stopped, no note beside it says', {
  tags: ['req/P11-10e-6', 'challenge'],
}, () => {
  const stopped = now - 3 * hour
  expect(
    gapBefore({ alive: { at: now - 300, stopped: true }, lastRecord: stopped, stoppedAt: stopped }, now),
  ).toEqual({
    alive: { at: stopped, stopped: true },
  })
  const before = { at: now - 4 * hour, stopped: true }
  expect(gapBefore({ alive: before, lastRecord: stopped, stoppedAt: stopped }, now)).toEqual({
    alive: before,
  })
})

test('where the note is gone, the trail says since when nobody looked', {
  tags: ['req/P11-10e-6', 'challenge'],
}, () => {
  const at = now - hour
  expect(gapBefore({ alive: undefined, lastRecord: at }, now)).toEqual({ alive: { at, stopped: false } })
  expect(gapBefore({ alive: undefined, lastRecord: at, stoppedAt: at }, now)).toEqual({
    alive: { at, stopped: true },
  })
})

test('a time that has not come yet is named also where the trail says when the relay stopped', {
  tags: ['req/P11-10e-6', 'challenge'],
}, () => {
  const stopped = now - 3 * hour
  expect(
    gapBefore(
      { alive: { at: now + hour, stopped: true, oldest: now }, lastRecord: stopped, stoppedAt: stopped },
      now,
    ),
  ).toEqual({
    alive: { at: stopped, stopped: true },
    disbelieved: now + hour,
  })
})

test('a time that nobody known said is not believed, and is named where the trail does not bear it out', {
  tags: ['req/P11-10e-6', 'challenge'],
}, () => {
  const at = now - hour
  const end = { alive: undefined, lastRecord: at }
  expect(gapBefore({ ...end, unsealed: now - 500 }, now)).toEqual({
    alive: { at, stopped: false },
    disbelieved: now - 500,
  })
  // As an earlier version of the relay left it at its stop.
  expect(gapBefore({ ...end, stoppedAt: at, unsealed: at + 3 }, now)).toEqual({
    alive: { at, stopped: true },
  })
})
