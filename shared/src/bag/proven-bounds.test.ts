import { expect, test } from 'vitest'
import { boundsOf, provenBounds } from './proven-bounds.ts'

const [early, late] = ['2026-03-02T09:00:00.000Z', '2026-03-02T11:00:00.000Z']
const witness = { size: 20, time: '2026-03-02T10:00:00.000Z', by: 'the clock of server' }
const stamp = (size: number, time: string) => ({ size, time, by: 'a time stamp' })
const trail = {
  covered: 20,
  witnessed: [{ name: 'server', seconds: Date.UTC(2026, 2, 2, 10) / 1_000 }],
  proved: [
    { size: 10, time: late },
    { size: 30, time: early },
  ],
}

test('a record was there by the earliest time stamp over it, and by each witness of a head over it', {
  tags: ['req/P11-10a-4', 'challenge'],
}, () => {
  // A stamp of more records that is earlier says more.
  expect(boundsOf(trail, 5)).toEqual([witness, stamp(30, early)])
  expect(boundsOf(trail, 19)).toEqual([witness, stamp(30, early)])
  expect(boundsOf(trail, 20)).toEqual([stamp(30, early)])
  expect(boundsOf(trail, 30)).toEqual([])
  expect(boundsOf(undefined, 0)).toEqual([])
  expect(provenBounds(trail)).toEqual([stamp(10, late), witness, stamp(30, early)])
})
