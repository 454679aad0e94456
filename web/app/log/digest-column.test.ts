import { expect, test } from 'vitest'
import { DigestColumn, WantedDigests } from './digest-column.ts'

const digest = (beginning: string) => beginning.padEnd(64, '0')

test('places of a digest are found in order and once, over what was stored', () => {
  const column = new DigestColumn()
  for (let i = 0; i < 1_000; i++) column.add(digest(i.toString(16).padStart(8, '0')), i)
  column.add(digest('00000007'), 1_000)
  column.add(digest('00000007'), 1_000)
  column.add('not a digest', 1_001)
  const wanted = new WantedDigests([digest('00000007'), digest('000003e7'), digest('ffffffff'), ''])
  const again = DigestColumn.of(column.stored())
  again.add(digest('000003e7'), 1_002)
  expect(column.find(wanted)).toEqual([7, 999, 1_000])
  expect(again.find(wanted)).toEqual([7, 999, 1_000, 1_002])
  expect(again.stored().beginnings).toHaveLength(1_003)
})

test('a digest that only begins alike is found, so that whoever asks has to look', () => {
  const column = new DigestColumn()
  column.add(digest('0123456789'), 4)
  expect(column.find(new WantedDigests([digest('01234567ff')]))).toEqual([4])
  expect(column.find(new WantedDigests([digest('0123ffff')]))).toEqual([])
})
