import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { createFileSecrets, type SecretStore } from '@compliance-relay/shared/relay'
import { base64, type Draft, Frontier, leafHash } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkState } from './capture/state-check.ts'
import { leftTrails } from './left-trails.ts'
import { type OpenedTrail, openNewTrail, relayActor } from './new-trail.ts'
import { ContentSums } from './sqlite/content-sums.ts'
import { openDatabase } from './sqlite/database.ts'
import { readRecordIn, TrailStore } from './sqlite/trail-store.ts'
import { TrailAuthority } from './trail-authority.ts'
import { TrailWriter } from './trail-writer.ts'
import { type Altered, LineAltered, readSoundRecordIn, WrittenLines } from './written-lines.ts'

let base: string
let database: DatabaseSync
let secrets: SecretStore
let opened: OpenedTrail
let authority: TrailAuthority
let lines: WrittenLines
let altered: Altered[]

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'written-lines-'))
  database = openDatabase(join(base, 'relay.db'))
  const store = new TrailStore(database)
  secrets = createFileSecrets(join(base, 'keys'))
  opened = await openNewTrail({
    org: 'lab.example',
    name: 'ws-1',
    database,
    store,
    secrets,
    random: (size) => new Uint8Array(size).fill(7),
    now: new Date('2026-03-02T08:00:00.000Z'),
    previous: null,
  })
  altered = []
  authority = new TrailAuthority()
  authority.believe(opened.trail, opened.keys.macSecret)
  lines = new WrittenLines(database, {
    trail: opened.trail,
    authority,
    writer: opened.writer,
    onAltered: (what) => altered.push(what),
  })
  opened.writer.append(['a', 'b', 'c'].map((path) => draft(path)))
  database.exec(
    'DROP TRIGGER entry_stays; DROP TRIGGER entry_kept; DROP TRIGGER entry_follows; DROP TRIGGER entry_first',
  )
})
afterEach(() => {
  database.close()
  rmSync(base, { recursive: true, force: true })
})

function draft(path: string, sha256?: string): Draft {
  const actor = relayActor('ws-1')
  const body = { path, ...(sha256 === undefined ? {} : { sha256 }) }
  return { kind: 'file.created', actor, time: '2026-03-02T08:00:00.000Z', body }
}

/** Over the lines of the first trail as they are stored. */
function treeOverLines(): Frontier {
  const frontier = new Frontier()
  for (const { line } of new TrailStore(database).lines(1)) frontier.append(leafHash(line))
  return frontier
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
    expect(altered).toEqual(Array(3).fill({ trail: 1, seq: 2 }))
    expect(readSoundRecordIn(lines, 1, 2)).toBeUndefined()
    expect([pathAt(1), pathAt(3)]).toEqual(['a', 'c'])
  },
)

test('the last line that is taken out is missed', { tags: ['challenge', 'fault'] }, () => {
  database.exec('DELETE FROM entry WHERE seq = 3')
  expect(() => pathAt(3)).toThrow(LineAltered)
  expect(() => seqsFrom(2)).toThrow(LineAltered)
})

test('a line of a trail that was left is as it was then, believed or not, or nobody’s', {
  tags: ['challenge', 'fault'],
}, async () => {
  const change = (seq: number, from: string, to: string) =>
    `UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), '"${from}"', '"${to}"') AS BLOB) WHERE trail = 1 AND seq = ${seq}`
  // It was damaged when it was left.
  database.exec(change(2, 'b', 'x'))
  const store = new TrailStore(database)
  const { trail, keys, writer } = await openNewTrail({
    org: 'lab.example',
    name: 'ws-1',
    database,
    store,
    secrets,
    random: (size) => new Uint8Array(size).fill(8),
    now: new Date('2026-03-03T08:00:00.000Z'),
    previous: { trail: opened.trail.origin, size: 4, root: base64(treeOverLines().root()) },
  })
  authority = new TrailAuthority()
  authority.believe(trail, keys.macSecret)
  expect(await leftTrails({ store, secrets, authority })).toEqual([])
  const onAltered = (what: Altered) => altered.push(what)
  lines = new WrittenLines(database, { trail, authority, writer, onAltered })
  expect([1, 2, 3, 4, 400, -1].map(pathAt)).toEqual(['a', undefined, 'c', undefined, undefined, undefined])
  expect([seqsFrom(0), seqsFrom(1, 3)]).toEqual([
    [0, 1, 2, 3],
    [1, 2],
  ])
  for (const [seq, sql] of [
    [3, change(3, 'c', 'x')],
    [3, 'DELETE FROM entry WHERE trail = 1 AND seq = 3'],
    [3, 'UPDATE entry SET seq = 400 WHERE trail = 1 AND seq = 3'],
    [2, change(2, 'x', 'y')],
    [2, 'DELETE FROM entry WHERE trail = 1 AND seq = 2'],
    [400, 'INSERT INTO entry SELECT trail, 400, prev, leaf, line FROM entry WHERE trail = 1 AND seq = 3'],
  ] as const) {
    database.exec('BEGIN')
    database.exec(sql)
    expect(() => pathAt(seq), sql).toThrow(LineAltered)
    expect(altered.at(-1)).toEqual({ trail: 1, seq })
    expect(pathAt(1)).toBe('a')
    if (seq < 4) expect(() => seqsFrom(0), sql).toThrow(LineAltered)
    else expect(seqsFrom(0)).toEqual([0, 1, 2, 3])
    database.exec('ROLLBACK')
  }
  // With what was damaged put right, it is not as it was left either; but it is what its writer sealed.
  expect(altered).toHaveLength(11)
  database.exec(change(2, 'x', 'b'))
  expect(pathAt(2)).toBe('b')
  expect(seqsFrom(0)).toEqual([0, 1, 2, 3])
})

describe('who captured a content', { tags: ['req/P11-10g-2', 'challenge', 'fault'] }, () => {
  const digest = 'abcd'.padEnd(64, '1')
  const begunAlike = 'abcd'.padEnd(64, '2')
  const found = (sha256: string) => lines.firstOfContent(sha256, 10)

  /** As a start finds them: the rows are of before its writer began. */
  async function restarted(): Promise<void> {
    const { keys, writer, trail } = opened
    const frontier = treeOverLines()
    const again = new TrailWriter(database, new TrailStore(database), keys.mac, {
      trail: trail.id,
      head: writer.head,
      frontier: frontier.state(),
    })
    opened = { ...opened, writer: again }
    lines = new WrittenLines(database, {
      trail,
      authority,
      writer: again,
      onAltered: (what) => altered.push(what),
    })
    const file = join(base, 'relay.db')
    const check = checkState({ file, writtenFrom: again.writtenFrom, authority: authority.parts })
    lines.knows(new ContentSums((await check.answer).contents))
  }

  beforeEach(async () => {
    opened.writer.append([draft('d', digest), draft('e', begunAlike)])
    lines.knows(new ContentSums())
  })

  test.each([
    ['since the writer began', false],
    ['before it', true],
  ])('is found by rows of %s, and that nobody did is known, too', async (_, isRestarted) => {
    if (isRestarted) await restarted()
    const other = 'abce'.padEnd(64, '1')
    expect(found(digest)).toEqual([{ trail: 1, seq: 4 }])
    expect(found('abcd'.padEnd(64, '3'))).toEqual([])
    expect(found(other)).toEqual([])
    opened.writer.append([draft('f', digest), draft('g', other)])
    expect(found(digest)).toEqual([{ trail: 1, seq: 4 }])
    expect(found(other)).toEqual([{ trail: 1, seq: 7 }])
    expect(altered).toEqual([])
  })

  test.each([
    ['emptied', 'UPDATE entry_columns SET digest = NULL WHERE seq = 4'],
    ['given another content', `UPDATE entry_columns SET digest = '${'f'.repeat(64)}' WHERE seq = 4`],
    ['of another actor', "UPDATE entry_columns SET actor = 'jdoe' WHERE seq = 4"],
    ['of another kind', "UPDATE entry_columns SET kind = 'capture.claimed' WHERE seq = 4"],
    ['of no capture', "UPDATE entry_columns SET kind = 'note' WHERE seq = 4"],
    ['at another place', 'UPDATE entry_columns SET seq = 9 WHERE seq = 4'],
    ['taken out', 'DELETE FROM entry_columns WHERE seq = 4'],
    [
      'made up',
      `INSERT INTO entry_columns SELECT trail, 9, time, kind, actor, project, path, digest FROM entry_columns WHERE seq = 4`,
    ],
  ])('is not said by rows of which one is %s, until it is put right', async (_, sql) => {
    for (const isRestarted of [false, true]) {
      if (isRestarted) await restarted()
      database.exec('BEGIN')
      database.exec(sql)
      expect(() => found(digest)).toThrow(LineAltered)
      expect(altered.at(-1)).toEqual({ digest })
      database.exec('ROLLBACK')
      expect(found(digest)).toEqual([{ trail: 1, seq: 4 }])
    }
  })

  test('is not said before the rows were held against their records', () => {
    const fresh = new WrittenLines(database, {
      trail: opened.trail,
      authority,
      writer: opened.writer,
      onAltered: () => {},
    })
    expect(() => fresh.firstOfContent(digest, 10)).toThrow('not known yet')
  })
})
