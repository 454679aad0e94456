import { expect, test } from 'vitest'
import { GAP_MILLISECONDS, SessionTimeline } from './session-timeline.ts'
import type { Session } from './types.ts'

const START = Date.parse('2026-03-02T08:00:00.000Z')
const DAY = 86_400_000
const one = (more: Partial<Session> = {}): Session => ({
  id: '1',
  account: 'jdoe',
  from: START - 1_000,
  kind: 'console',
  state: 'active',
  ...more,
})
const tags = ['req/P11-10e-7']

test('a session that is not seen any more ended no earlier than now', { tags }, () => {
  const timeline = new SessionTimeline()
  timeline.observe([one()], START)
  timeline.observe([], START + 3_000)
  expect(timeline.sessions()).toEqual([one({ to: START + 3_000 })])
})

test('an id that somebody else has now is another session', { tags: [...tags, 'challenge'] }, () => {
  const timeline = new SessionTimeline()
  timeline.observe([one()], START)
  timeline.observe([one({ account: 'asmith' })], START + 3_000)
  timeline.observe([one({ account: 'asmith', from: START + 5_000 })], START + 6_000)
  expect(
    timeline.sessions().map(({ account, from, to }) => [account, from - START, to && to - START]),
  ).toEqual([
    ['asmith', 5_000, undefined],
    ['jdoe', -1_000, 3_000],
    ['asmith', -1_000, 6_000],
  ])
})

test('when it was locked is known afterwards, and since when it is logged in', { tags }, () => {
  const timeline = new SessionTimeline()
  timeline.observe([one()], START)
  timeline.observe([one({ state: 'locked' })], START + 3_000)
  timeline.observe([one({ state: 'locked' })], START + 6_000)
  timeline.observe([one()], START + 9_000)
  const logon = START - 1_000
  expect(timeline.sessions()).toEqual([
    one({ from: START + 9_000, logon }),
    one({ to: START + 3_000 }),
    one({ from: START + 3_000, to: START + 9_000, logon, state: 'locked' }),
  ])
})

test('a logon time that is not known claims nothing from before the first look', {
  tags: [...tags, 'challenge'],
}, () => {
  const timeline = new SessionTimeline()
  timeline.observe([one({ from: 0 })], START)
  timeline.observe([one({ from: 0 })], START + 3_000)
  expect(timeline.sessions()).toEqual([one({ from: START })])
})

test('looks that were not taken are not claimed', { tags: [...tags, 'challenge'] }, () => {
  const timeline = new SessionTimeline()
  expect(timeline.watched(START, START)).toBe(false)
  for (const seconds of [0, 10, 20, 90, 100]) timeline.observe([one()], START + seconds * 1_000)
  const watched = (from: number, to: number): boolean =>
    timeline.watched(START + from * 1_000, START + to * 1_000)
  expect(watched(0, 20)).toBe(true)
  expect(watched(90, 100)).toBe(true)
  expect(watched(15, 95)).toBe(false)
  expect(watched(-1, 10)).toBe(false)
  expect(watched(100, 100 + GAP_MILLISECONDS / 1_000)).toBe(true)
  expect(watched(100, 101 + GAP_MILLISECONDS / 1_000)).toBe(false)
})

test('a clock that is set back leaves a gap, not a lie', { tags: [...tags, 'challenge'] }, () => {
  const timeline = new SessionTimeline()
  timeline.observe([one()], START + 60_000)
  timeline.observe([one()], START)
  timeline.observe([one()], START + 3_000)
  expect(timeline.watched(START, START + 3_000)).toBe(true)
  expect(timeline.watched(START, START + 60_000)).toBe(false)
})

test('what is seven days old is forgotten and not claimed any more', { tags }, () => {
  const timeline = new SessionTimeline()
  timeline.observe([one()], START)
  timeline.observe([], START + 3_000)
  for (let at = START + 6_000; at < START + 7 * DAY + 60_000; at += 20_000) timeline.observe([], at)
  expect(timeline.sessions()).toEqual([])
  expect(timeline.watched(START, START + 3_000)).toBe(false)
  expect(timeline.watched(START + DAY, START + 2 * DAY)).toBe(true)
})

test('ten thousand short sessions are not all kept, and those days not claimed', {
  tags: [...tags, 'challenge'],
}, () => {
  const timeline = new SessionTimeline()
  for (let i = 0; i < 10_000; i++) timeline.observe([one({ id: `${i}` })], START + i * 1_000)
  expect(timeline.sessions().length).toBeLessThanOrEqual(2_001)
  expect(timeline.watched(START, START + 1_000)).toBe(false)
  expect(timeline.watched(START + 9_000_000, START + 9_001_000)).toBe(true)
})

test('an account that could not be looked up at first keeps the number it is found to have', { tags }, () => {
  const timeline = new SessionTimeline()
  timeline.observe([one()], START)
  timeline.observe([one({ accountId: 'uid:1000' })], START + 3_000)
  expect(timeline.sessions()).toEqual([one({ accountId: 'uid:1000' })])
  timeline.observe([one({ state: 'locked' })], START + 6_000)
  expect(timeline.sessions().map(({ accountId }) => accountId)).toEqual(['uid:1000', 'uid:1000'])
})
