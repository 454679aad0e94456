import { randomBytes } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileSecrets, type SecretStore } from '@compliance-relay/shared/relay'
import {
  base64,
  emptyHead,
  Linker,
  leafHash,
  macKey,
  readEntry,
  signerOf,
} from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { leftTrails } from './left-trails.ts'
import { type OpenedTrail, openNewTrail, relayActor } from './new-trail.ts'
import { ClaimBook } from './people/claim-book.ts'
import { openDatabase } from './sqlite/database.ts'
import { readRecordIn, TrailStore } from './sqlite/trail-store.ts'
import { TrailAuthority } from './trail-authority.ts'
import { secretNames } from './trail-keys.ts'

/* Trails that were left, and what somebody does to them who can write into the database, but has no key of theirs. */

let base: string
let database: ReturnType<typeof openDatabase>
let store: TrailStore
let secrets: SecretStore
/** Three of them, the newest last. */
let trails: OpenedTrail[]

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'relay-left-'))
  database = openDatabase(join(base, 'relay.db'))
  store = new TrailStore(database)
  secrets = createFileSecrets(join(base, 'keys'))
  trails = []
  for (let i = 0; i < 3; i++) trails.push(await begin(trails.at(-1)))
  for (const { name } of database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all())
    database.exec(`DROP TRIGGER ${name}`)
})
afterEach(() => {
  database.close()
  rmSync(base, { recursive: true, force: true })
})

async function begin(before: OpenedTrail | undefined): Promise<OpenedTrail> {
  const previous = before && {
    trail: before.trail.origin,
    size: before.writer.head.size,
    root: base64(before.writer.root()),
  }
  const opened = await openNewTrail({
    org: 'lab.example',
    name: 'ws-1',
    database,
    store,
    secrets,
    random: (size) => new Uint8Array(randomBytes(size)),
    now: new Date('2026-03-02T08:00:00.000Z'),
    previous: previous ?? null,
  })
  const draft = { kind: 'badge.out', actor: relayActor('ws-1'), time: '2026-03-02T08:00:00.000Z' }
  opened.writer.append([1, 2].map((ref) => ({ ...draft, body: { ref } })))
  return opened
}

function one(i: number): OpenedTrail {
  return trails[i] as OpenedTrail
}

/** As a start does, whose newest trail is sound: what is doubted, and which trails' records are believed. */
async function found() {
  const authority = new TrailAuthority()
  authority.believe(one(2).trail, one(2).keys.macSecret)
  const doubts = await leftTrails({ store, secrets, authority })
  const believing = new TrailStore(database, authority)
  const believed = trails.map(({ trail }) => readRecordIn(believing, trail.id, 2) !== undefined)
  return {
    codes: doubts.map(({ trail, code }) => [trails.findIndex((it) => it.trail.origin === trail), code]),
    believed,
  }
}

test('as they were left they are believed, each record as it is sealed', async () => {
  expect(await found()).toEqual({ codes: [], believed: [true, true, true] })
})

test.each([
  [
    'a changed record',
    'UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), \'"ref":1\', \'"ref":3\') AS BLOB) WHERE trail = 1',
  ],
  ['the last record away', 'DELETE FROM entry WHERE trail = 1 AND seq = 2'],
  ['a record in the middle away', 'DELETE FROM entry WHERE trail = 1 AND seq = 1'],
  [
    'the last record twice',
    'INSERT INTO entry SELECT trail, 3, prev, leaf, line FROM entry WHERE trail = 1 AND seq = 2',
  ],
  ['the last record elsewhere', 'UPDATE entry SET seq = 1000 WHERE trail = 1 AND seq = 2'],
  ['the first record elsewhere', 'UPDATE entry SET seq = -1 WHERE trail = 1 AND seq = 0'],
])('with %s, nothing of that trail is believed, and the others are', async (_, sql) => {
  database.exec(sql)
  expect(await found()).toEqual({ codes: [[0, 'trail-differs']], believed: [false, true, true] })
})

test('a trail of the same name, written anew under other keys, is none, wherever those keys are put', async () => {
  const { origin, id } = one(1).trail
  const secret = new Uint8Array(32).fill(1)
  const seed = new Uint8Array(32).fill(2)
  const linker = new Linker(macKey(secret))
  const { vkey } = signerOf(origin, 'note', seed)
  let head = emptyHead(origin)
  for (const { seq, line } of [...store.lines(id)]) {
    const { actor, body, kind, time } = readEntry(line).record
    const linked = linker.link(head, { actor, kind, time, body: seq === 0 ? { ...body, key: vkey } : body })
    database
      .prepare('UPDATE entry SET line = ?, prev = ?, leaf = ? WHERE trail = ? AND seq = ?')
      .run(linked.line, head.checksum, leafHash(linked.line), id, seq)
    head = linked.head
  }
  database.prepare('UPDATE trail SET vkey = ? WHERE id = ?').run(vkey, id)
  // Its first record cannot say any more what the one before it was.
  const nothing = { codes: [[0, 'trail-unproved'], [1, 'trail-differs']], believed: [false, false, true] } // biome-ignore format: two places
  expect(await found()).toEqual(nothing)
  const names = secretNames(origin)
  for (const [name, bytes] of [
    [names.mac, secret],
    [names.seed, seed],
  ] as const) {
    await secrets.remove(name)
    await secrets.create(name, bytes)
  }
  expect(await found()).toEqual(nothing)
})

test('another key beside its records is not taken for its key', async () => {
  const { origin, id } = one(0).trail
  const { vkey } = signerOf(origin, 'note', new Uint8Array(32).fill(2))
  database.prepare('UPDATE trail SET vkey = ? WHERE id = ?').run(vkey, id)
  expect(await found()).toEqual({ codes: [[0, 'trail-key-differs']], believed: [false, true, true] })
})

test('without its MAC key a trail is as it was left, and no record of it is told from another', async () => {
  renameSync(join(base, 'keys', secretNames(one(1).trail.origin).mac), join(base, 'away'))
  expect(await found()).toEqual({ codes: [[1, 'trail-key-missing']], believed: [true, false, true] })
})

test('who answers for a refusal in a trail that was left stays known, whatever becomes of the claim and its columns', {
  tags: ['req/P11-10g-2', 'challenge', 'fault'],
}, async () => {
  const claim = {
    kind: 'capture.claimed',
    actor: { id: 'jdoe', name: 'Jane Doe', via: 'password' },
    time: '2026-03-02T08:00:00.000Z',
    body: { refusal: { trail: one(2).trail.origin, seq: 1, leaf: 'ab'.repeat(32) }, path: 'a.dat' },
  }
  one(2).writer.append([claim])
  trails.push(await begin(one(2)))
  const authority = new TrailAuthority()
  authority.believe(one(3).trail, one(3).keys.macSecret)
  expect(await leftTrails({ store, secrets, authority })).toEqual([])
  const claims = new ClaimBook(store, authority.claims())
  database.exec("DELETE FROM entry_columns WHERE kind = 'capture.claimed'")
  database.exec("UPDATE entry SET line = CAST('x' AS BLOB) WHERE trail = 3 AND seq = 3")
  claims.load(store)
  expect(claims.claimant(one(2).trail.origin, 1)).toEqual({ id: 'jdoe', name: 'Jane Doe' })
})

test('what was damaged when the trail was left is not believed, and the rest of it is', async () => {
  const damage = (trail: number) =>
    database.exec(
      `UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), '"ref":2', '"ref":4') AS BLOB) WHERE trail = ${trail}`,
    )
  damage(3)
  const authority = new TrailAuthority()
  authority.believe(one(2).trail, one(2).keys.macSecret)
  const believing = new TrailStore(database, authority)
  expect(readRecordIn(believing, 3, 2)).toBeUndefined()
  expect(readRecordIn(believing, 3, 1)).toBeDefined()
})
