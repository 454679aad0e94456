import { expect, test } from 'vitest'
import { ClockWatch } from './clock-watch.ts'

function clocks() {
  const at = { now: 0, wall: 1_800_000_000_000 }
  const watch = new ClockWatch(
    () => at.now,
    () => at.wall,
  )
  return {
    at,
    watch,
    pass: (milliseconds: number) =>
      Object.assign(at, { now: at.now + milliseconds, wall: at.wall + milliseconds }),
  }
}

test('time that passes is no event', { tags: ['req/TIME-1'] }, () => {
  const { watch, pass } = clocks()
  for (let i = 0; i < 100; i++) {
    pass(1_000)
    expect(watch.look()).toEqual([])
  }
})

test.each([2_500, -2_500, 7_200_000, -86_400_000])(
  'a step of %i ms is one event, with both times',
  { tags: ['req/TIME-1'] },
  (by) => {
    const { at, watch, pass } = clocks()
    pass(1_000)
    watch.look()
    at.wall += by
    pass(1_000)
    const before = at.wall - by
    expect(watch.look()).toEqual([{ kind: 'clock.stepped', before, after: at.wall, by }])
    pass(1_000)
    expect(watch.look()).toEqual([])
  },
)

test('a clock that is moved little by little has stepped in the end', {
  tags: ['req/TIME-1', 'challenge'],
}, () => {
  const { at, watch, pass } = clocks()
  const events = Array.from({ length: 30 }, () => {
    pass(1_000)
    at.wall += 100
    return watch.look()
  }).flat()
  expect(events).toHaveLength(1)
  expect(events[0]).toMatchObject({ kind: 'clock.stepped', by: 2_100 })
})

test('a relay that stood still says from when to when', { tags: ['req/P11-10e-2'] }, () => {
  const { at, watch, pass } = clocks()
  const from = at.wall
  pass(60_000)
  expect(watch.look()).toEqual([{ kind: 'relay.paused', from, to: from + 60_000 }])
})
