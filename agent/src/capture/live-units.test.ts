import { DatabaseSync } from 'node:sqlite'
import type { Body } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { LiveUnits } from './live-units.ts'
import { pathFields } from './raw-name.ts'

type Said = readonly (readonly [kind: string, body: Body])[]

/** What is there after records of these kinds and bodies, in order, all of one watched folder. */
function after(...records: Said): [string, string, number][] {
  const live = new LiveUnits(new DatabaseSync(':memory:'))
  for (const [seq, [kind, body]] of records.entries()) live.push(1, seq, kind, { watch: 'w1', ...body })
  return [...live.left()].map(({ path, unit }) => [path, unit.state, unit.seq])
}

const a = { path: 'a', sha256: 'aa', size: 1 }

type Case = [name: string, records: Said, there: [string, string, number][]]

const cases: readonly Case[] = [
  ['a file', [['file.created', a]], [['a', 'recorded', 0]]],
  [
    'its last version',
    [
      ['file.created', a],
      ['file.changed', a],
    ],
    [['a', 'recorded', 1]],
  ],
  [
    'nothing after its deletion',
    [
      ['file.created', a],
      ['file.deleted', a],
    ],
    [],
  ],
  [
    'its new name only',
    [
      ['file.created', a],
      ['file.renamed', { ...a, path: 'b', from: { path: 'a' } }],
    ],
    [['b', 'recorded', 1]],
  ],
  ['a refused file', [['capture.refused', { ...a, what: 'file.created' }]], [['a', 'refused', 0]]],
  ['a link, until it is gone', [['capture.refused', { path: 'a', reason: 'link' }]], [['a', 'refused', 0]]],
  [
    'no link after it is gone',
    [
      ['capture.refused', { path: 'a', reason: 'link' }],
      ['capture.failed', { path: 'a', reason: 'vanished' }],
    ],
    [],
  ],
  [
    'a recorded file that cannot be read any more',
    [
      ['file.created', a],
      ['capture.failed', { path: 'a', reason: 'EACCES' }],
    ],
    [['a', 'recorded', 0]],
  ],
  [
    'a file that could never be read',
    [['capture.failed', { path: 'a', reason: 'EACCES' }]],
    [['a', 'failed', 0]],
  ],
  [
    'no folder that cannot be listed',
    [['capture.failed', { path: 'a', reason: 'EACCES', what: 'folder' }]],
    [],
  ],
  [
    'a data set in place of what was recorded in it, and not of its neighbours',
    [
      ['file.created', { ...a, path: 's/1/fid' }],
      ['file.created', { ...a, path: 's/10' }],
      ['file.created', { ...a, path: 's/1.txt' }],
      ['dataset.created', { path: 's/1', manifest: 'mm', size: 3 }],
      ['file.created', { ...a, path: 's/1/late' }],
    ],
    [
      ['s/1', 'recorded', 3],
      ['s/1.txt', 'recorded', 2],
      ['s/10', 'recorded', 1],
    ],
  ],
  [
    'what was recorded in a folder, until the data set it has become can be read',
    [
      ['file.created', { ...a, path: 's/1' }],
      ['capture.failed', { path: 's', what: 'dataset', reason: 'EIO' }],
      ['file.created', { ...a, path: 's/2' }],
    ],
    [
      ['s', 'failed', 1],
      ['s/1', 'recorded', 0],
      ['s/2', 'recorded', 2],
    ],
  ],
  [
    'what could not be recorded as meant',
    [['record.failed', { path: 'a', what: 'file.created' }]],
    [['a', 'recorded', 0]],
  ],
  [
    'nothing of the relay itself',
    [
      ['relay.started', {}],
      ['watch.available', { path: 'a' }],
    ],
    [],
  ],
]

describe('what records say is there', { tags: ['req/P11-10e-1'] }, () => {
  test.each(cases)('%s', (_, records, expected) => {
    expect(after(...records)).toEqual(expected)
  })

  test('names that are not UTF-8 are told apart', () => {
    const [one, other] = ['x\udcff', 'x\udcfe']
    const said = after(
      ['file.created', { ...a, ...pathFields(one) }],
      ['file.created', { ...a, ...pathFields(other) }],
      ['file.deleted', { ...a, ...pathFields(one) }],
    )
    expect(said).toEqual([[other, 'recorded', 1]])
  })

  test('more than are listed at once are all told', () => {
    const records = Array.from({ length: 1_234 }, (_, i): [string, Body] => [
      'file.created',
      { ...a, path: `${i}` },
    ])
    expect(after(...records)).toHaveLength(1_234)
  })
})
