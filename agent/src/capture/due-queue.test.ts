import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DueQueue } from './due-queue.ts'

test('a thing is due once, not before its time, and as it was last set', () => {
  const queue = new DueQueue<string>()
  queue.set('a', 100)
  queue.set('b', 1_000)
  queue.set('a', 500)
  expect(queue.take(400, 10)).toEqual([])
  expect(queue.take(500, 10)).toEqual(['a'])
  expect(queue.take(500, 10)).toEqual([])
  expect(queue.take(5_000, 10)).toEqual(['b'])
  expect(queue.size).toBe(0)
})

test('what was taken by none is still there, and nothing is taken twice', () => {
  const step = fc.record({
    set: fc.nat(30),
    in: fc.nat(2_000),
    pass: fc.nat(300),
    limit: fc.integer({ min: 1, max: 5 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new DueQueue<number>()
      const due = new Map<number, number>()
      let now = 0
      for (const { set, in: later, pass, limit } of steps) {
        queue.set(set, now + later)
        due.set(set, now + later)
        now += pass
        for (const taken of queue.take(now, limit)) {
          // Slots are 50 ms wide.
          expect((due.get(taken) ?? Number.POSITIVE_INFINITY) <= now + 50).toBe(true)
          due.delete(taken)
        }
        expect(queue.size).toBe(due.size)
      }
      expect(new Set(queue.take(now + 10_000, 1_000))).toEqual(new Set(due.keys()))
    }),
  )
})
