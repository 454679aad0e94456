import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FailedPairs } from './failed-pairs.ts'

const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31))
const names = ['ada', 'ad', 'bea', '?']
const places = [{ device: 'local' }, { device: 'local', mark: 'a1' }, { device: 'tablet' }]

test('of ten thousand pairs those of one name are all that is looked at for it', {
  tags: ['challenge'],
}, () => {
  const pairs = new FailedPairs(10_000)
  for (let i = 0; i < 9_997; i++) pairs.set(`name-${i}`, { device: 'local' }, { failures: 1, last: i })
  pairs.set('name-5', { device: 'tablet' }, { failures: 7, last: 1 })
  pairs.set('name', { device: 'local' }, { failures: 2, last: 2 })
  expect(pairs.of('name-5')).toEqual([
    { failures: 1, last: 5 },
    { failures: 7, last: 1 },
  ])
  expect(pairs.of('name')).toEqual([{ failures: 2, last: 2 }])
  expect(pairs.of('name-')).toEqual([])
  pairs.forget('name-5')
  expect(pairs.of('name-5')).toEqual([])
  expect(pairs.size).toBe(9_997)
})

test(`pairs by name are the pairs of one list, of which the oldest is forgotten (SEED=${seed})`, () => {
  const whence = fc.constantFrom(...places)
  const step = fc.record({
    does: fc.constantFrom('set', 'set', 'set', 'delete', 'forget'),
    name: fc.constantFrom(...names),
    from: whence,
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pairs = new FailedPairs(5)
      let list: { name: string; from: (typeof places)[number]; failures: number; last: number }[] = []
      for (const [last, { does, name, from }] of steps.entries()) {
        const isIt = (one: (typeof list)[number]) => one.name === name && one.from === from
        if (does === 'forget') {
          pairs.forget(name)
          list = list.filter((one) => one.name !== name)
        } else {
          list = list.filter((one) => !isIt(one))
          if (does === 'delete') pairs.delete(name, from)
          else {
            pairs.set(name, from, { failures: last, last })
            list = [...list, { name, from, failures: last, last }].slice(-5)
          }
        }
        expect(pairs.size).toBe(list.length)
        for (const other of names) {
          const own = list.filter((one) => one.name === other)
          expect(
            pairs
              .of(other)
              .map((one) => one.last)
              .sort(),
          ).toEqual(own.map((one) => one.last).sort())
          for (const place of places)
            expect(pairs.get(other, place)?.last).toBe(own.find((one) => one.from === place)?.last)
        }
      }
    }),
    { seed, numRuns: 300 },
  )
})
