import type { TrailRecord } from '@compliance-relay/shared/trail'
import { expect, test } from 'vitest'
import { coverageOf } from './coverage.ts'
import { emptyNames, type NamesOf } from './names.ts'
import { selectionOf } from './select.ts'
import { TrailIndex } from './trail-index.ts'

const kinds = [
  'file.created',
  'relay.stopped',
  'relay.started',
  'file.created',
  'clock.stepped',
  'file.created',
] as const
const times = [1_000, 2_000, 6_000, 7_000, 3_000, 11_000]

function indexed(names: NamesOf): TrailIndex {
  const index = new TrailIndex(names)
  for (const [seq, kind] of kinds.entries())
    index.add({
      seq,
      kind,
      time: new Date(times[seq] as number).toISOString(),
      actor: { id: 'a', name: 'A', via: 'relay' },
      body: {},
    } as unknown as TrailRecord)
  return index
}

function coverage(search: object, given: { from?: number; to?: number } = {}) {
  const names = emptyNames()
  const index = indexed(names)
  const parts = [{ index, seqs: index.select(selectionOf(search, names)) }]
  return coverageOf(parts, names, { from: given.from, to: given.to }, 5)
}

test('records lie where they were made, and between a start and the record before it nobody looked', () => {
  expect(coverage({})).toEqual({
    from: 1_000,
    to: 11_000,
    counts: [2, 1, 1, 1, 1],
    down: [{ from: 2_000, to: 6_000 }],
    // Set back: it is in doubt from where it was to where it came from.
    doubtful: [{ from: 3_000, to: 7_000 }],
  })
})

test('a range that is given is the axis, and what reaches beyond it is cut', () => {
  expect(coverage({}, { from: 5_000, to: 10_000 })).toEqual({
    from: 5_000,
    to: 10_000,
    counts: [0, 1, 1, 0, 0],
    down: [{ from: 5_000, to: 6_000 }],
    doubtful: [{ from: 5_000, to: 7_000 }],
  })
})

test('where nothing is found there is no axis', () => {
  expect(coverage({ kinds: ['none.such'] })).toBeUndefined()
})
