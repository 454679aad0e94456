import { expect, test } from 'vitest'
import { Sums, summed } from './sums.ts'

test('however many kinds of thing are counted, a minute leaves two hundred records and loses no count', {
  tags: ['challenge'],
}, () => {
  const sums = new Sums()
  for (let i = 0; i < 5_000; i++) sums.add('access.refused', { account: `p${i}` }, i)
  const all = sums.takeAll()
  expect(all).toHaveLength(201)
  expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(5_000)
  expect(summed(all.at(-1) as (typeof all)[number])).toEqual({
    account: null,
    others: true,
    count: 4_800,
    from: '1970-01-01T00:00:00.200Z',
    to: '1970-01-01T00:00:04.999Z',
  })
  for (const one of all) sums.putBack(one)
  expect(sums.takeAll()).toEqual(all)
})
