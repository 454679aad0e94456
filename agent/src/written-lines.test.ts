import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { createFileSecrets } from '@compliance-relay/shared/relay'
import type { Draft } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type OpenedTrail, openNewTrail, relayActor } from './new-trail.ts'
import { openDatabase } from './sqlite/database.ts'
import { readRecordIn, TrailStore } from './sqlite/trail-store.ts'
import { LineAltered, readSoundRecordIn, WrittenLines } from './written-lines.ts'

let base: string
let database: DatabaseSync
let opened: OpenedTrail
let lines: WrittenLines
let altered: number[]

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'written-lines-'))
  database = openDatabase(join(base, 'relay.db'))
  const store = new TrailStore(database)
  opened = await openNewTrail({
    org: 'lab.example',
    name: 'ws-1',
    database,
    store,
    secrets: await createFileSecrets(join(base, 'keys')),
    random: (size) => new Uint8Array(size).fill(7),
    now: new Date('2026-03-02T08:00:00.000Z'),
    previous: null,
  })
  altered = []
  lines = new WrittenLines(database, {
    trail: opened.trail,
    key: opened.keys.mac,
    size: () => opened.writer.head.size,
    onAltered: ({ seq }) => altered.push(seq),
  })
  opened.writer.append(['a', 'b', 'c'].map(draft))
  database.exec(
    'DROP TRIGGER entry_stays; DROP TRIGGER entry_kept; DROP TRIGGER entry_follows; DROP TRIGGER entry_first',
  )
})
afterEach(() => {
  database.close()
  rmSync(base, { recursive: true, force: true })
})

function draft(path: string): Draft {
  const actor = relayActor('ws-1')
  return { kind: 'file.created', actor, time: '2026-03-02T08:00:00.000Z', body: { path } }
}

const pathAt = (seq: number) => readRecordIn(lines, 1, seq)?.body['path']
const seqsFrom = (from: number, until?: number) => [...lines.lines(1, from, until)].map(({ seq }) => seq)

test('lines as the relay wrote them are read, and nothing is read beyond its end', () => {
  expect([1, 2, 3, 4, -1].map(pathAt)).toEqual(['a', 'b', 'c', undefined, undefined])
  expect(seqsFrom(0)).toEqual([0, 1, 2, 3])
  expect(seqsFrom(1, 3)).toEqual([1, 2])
  database.exec('INSERT INTO entry SELECT trail, 4, prev, leaf, line FROM entry WHERE seq = 3')
  expect(pathAt(4)).toBeUndefined()
  expect(seqsFrom(0)).toEqual([0, 1, 2, 3])
  expect(lines.size(1)).toBe(4)
  expect(altered).toEqual([])
})

test.each([
  [
    'altered',
    `UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), '"b"', '"x"') AS BLOB) WHERE seq = 2`,
  ],
  ['that of another place', 'UPDATE entry SET line = (SELECT line FROM entry WHERE seq = 1) WHERE seq = 2'],
  ['no entry', "UPDATE entry SET line = CAST('x' AS BLOB) WHERE seq = 2"],
  ['taken out', 'DELETE FROM entry WHERE seq = 2'],
])(
  'a line that is %s is nobody’s: one who decides is told, one who shows leaves it out',
  {
    tags: ['challenge', 'fault'],
  },
  (_, sql) => {
    database.exec(sql)
    expect(() => pathAt(2)).toThrow(LineAltered)
    expect(() => seqsFrom(0)).toThrow(LineAltered)
    expect(() => seqsFrom(1, 3)).toThrow(LineAltered)
    expect(altered).toEqual([2, 2, 2])
    expect(readSoundRecordIn(lines, 1, 2)).toBeUndefined()
    expect([pathAt(1), pathAt(3)]).toEqual(['a', 'c'])
  },
)

test('the last line that is taken out is missed', { tags: ['challenge', 'fault'] }, () => {
  database.exec('DELETE FROM entry WHERE seq = 3')
  expect(() => pathAt(3)).toThrow(LineAltered)
  expect(() => seqsFrom(2)).toThrow(LineAltered)
})
