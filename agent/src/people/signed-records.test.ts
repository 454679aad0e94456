import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileSecrets, PeopleMemory, type SecretStore } from '@compliance-relay/shared/relay'
import { type Actor, type Body, base64, hex, leafHash } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkState } from '../capture/state-check.ts'
import { leftTrails } from '../left-trails.ts'
import { type OpenedTrail, openNewTrail, relayActor } from '../new-trail.ts'
import { ContentSums } from '../sqlite/content-sums.ts'
import { openDatabase } from '../sqlite/database.ts'
import { TrailStore } from '../sqlite/trail-store.ts'
import { UnitStore } from '../sqlite/unit-store.ts'
import { TrailAuthority } from '../trail-authority.ts'
import { LineAltered, WrittenLines } from '../written-lines.ts'
import { ClaimBook } from './claim-book.ts'
import { SignedRecords } from './signed-records.ts'

/* Who made what, by the records of real trails in a real database. */

let base: string
let database: ReturnType<typeof openDatabase>
let store: TrailStore
let secrets: SecretStore
let opened: OpenedTrail

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'relay-signed-'))
  database = openDatabase(join(base, 'relay.db'))
  store = new TrailStore(database)
  secrets = createFileSecrets(join(base, 'keys'))
  opened = await begin(null)
})
afterEach(() => {
  database.close()
  rmSync(base, { recursive: true, force: true })
})

function begin(previous: Body | null): Promise<OpenedTrail> {
  return openNewTrail({
    org: 'lab.example',
    name: 'ws-1',
    database,
    store,
    secrets,
    random: (size) => new Uint8Array(randomBytes(size)),
    now: new Date(),
    previous,
  })
}

const time = '2026-03-02T08:00:00.000Z'
const [one, two, three] = ['1', '2', '3'].map((text) => text.repeat(64)) as [string, string, string]
const before = (seq: number, digest: string) => ({ before: { seq, digest, size: 1 } })
const draft = (kind: string, by: string | undefined, body: Body) => {
  const actor: Actor = by === undefined ? relayActor('ws-1') : { id: by, name: by, via: 'file-owner' }
  return { kind, actor, time, body: { project: 'NMR', watch: 'w1', ...body } }
}
const record = (kind: string, by: string | undefined, body: Body) =>
  opened.writer.append([draft(kind, by, body)])

const nameNow = () => undefined

function makers(...seqs: number[]): readonly string[] | undefined {
  const { claimants } = new PeopleMemory()
  const claims = new ClaimBook(store)
  const units = new UnitStore(database)
  return new SignedRecords(store, units, opened.trail, { claimants, claims, nameNow, isDoubted: false })
    .makers(seqs)
    ?.persons.map(({ id }) => id)
}

test('whoever made or claimed a version counts, also in a trail before, whatever its name was', {
  tags: ['req/P11-10g-2', 'challenge'],
}, async () => {
  const first = record('capture.refused', undefined, { path: 'a', sha256: one, what: 'file.created' })
  const refusal = { trail: opened.trail.origin, seq: first }
  record('capture.claimed', 'clara', { path: 'a', sha256: one, refusal })
  const second = record('file.changed', 'anne', { path: 'a', sha256: two, ...before(first, one) })
  const made = record('file.created', 'paul', { path: 'c', sha256: one })
  const refused = { path: 'c', sha256: three, what: 'file.changed', ...before(made, one) }
  const unclaimed = { trail: opened.trail.origin, seq: record('capture.refused', undefined, refused) }
  opened = await begin({ trail: opened.trail.origin })
  const from = { from: { path: 'a' } }
  record('file.created', 'stranger', { path: 'other', sha256: three })
  record('file.created', 'stranger', { path: 'another', sha256: three })
  const third = record('file.renamed', 'rose', { path: 'b', sha256: two, ...from, ...before(second, two) })
  expect(makers(third)).toEqual(['rose', 'anne', 'clara'])
  const claim = record('capture.claimed', 'tom', { path: 'c', sha256: three, refusal: unclaimed })
  expect(makers(claim)).toEqual(['tom', 'paul'])
})

test('a claim is the newest word on its version, until a newer version is there', {
  tags: ['req/P11-70-2', 'challenge'],
}, () => {
  const units = new UnitStore(database)
  const folder = units.addFolder('w1', 0, '')
  const put = (seq: number, state: 'recorded' | 'refused') => {
    const unit = { folder, name: 'a', kind: 'file', state, trail: opened.trail.id, seq } as const
    units.put({ ...unit, digest: one, size: 1, profile: '', fileId: '', stamp: '' })
  }
  const claimed = (seq: number, sha256: string) => {
    const leaf = hex(leafHash(store.line(opened.trail.id, seq) as Uint8Array))
    return record('capture.claimed', 'clara', {
      path: 'a',
      sha256,
      refusal: { trail: opened.trail.origin, seq, leaf },
    })
  }
  const { claimants } = new PeopleMemory()
  const newest = (seq: number) =>
    new SignedRecords(store, units, opened.trail, {
      claimants,
      claims: new ClaimBook(store),
      nameNow,
      isDoubted: false,
    }).newest(seq)
  const first = record('file.created', 'anne', { path: 'a', sha256: two })
  const refused = { path: 'a', sha256: one, what: 'file.changed', ...before(first, two) }
  const refusal = record('capture.refused', undefined, refused)
  put(refusal, 'refused')
  expect(newest(first)).toBe(refusal)
  const claim = claimed(refusal, one)
  expect([first, refusal, claim].map(newest)).toEqual([claim, claim, claim])
  const next = record('file.changed', 'anne', { path: 'a', sha256: three, ...before(refusal, one) })
  put(next, 'recorded')
  expect([first, claim, next].map(newest)).toEqual([next, next, next])
})

test('what was renamed is found under the name it has now, however often; what is gone is gone', () => {
  const units = new UnitStore(database)
  const folder = units.addFolder('w1', 0, '')
  const { claimants } = new PeopleMemory()
  const newest = (seq: number) =>
    new SignedRecords(store, units, opened.trail, {
      claimants,
      claims: new ClaimBook(store),
      nameNow,
      isDoubted: false,
    }).newest(seq)
  const first = record('file.created', 'anne', { path: 'a', sha256: one })
  const second = record('file.changed', 'anne', { path: 'a', sha256: two, ...before(first, one) })
  const third = record('file.renamed', 'anne', {
    path: 'b',
    from: { path: 'a' },
    sha256: two,
    ...before(second, two),
  })
  expect(newest(first)).toBeUndefined()
  const fourth = record('file.renamed', 'anne', {
    path: 'c',
    from: { path: 'b' },
    sha256: two,
    ...before(third, two),
  })
  const unit = { folder, name: 'c', kind: 'file', state: 'recorded', trail: opened.trail.id } as const
  units.put({ ...unit, seq: fourth, digest: two, size: 1, profile: '', fileId: '', stamp: '' })
  expect([first, second, third, fourth].map(newest)).toEqual([fourth, fourth, fourth, fourth])
})

test('of a file with ten thousand versions nobody can tell, and of one with fewer all are looked at', () => {
  const version = (i: number) => ({
    path: 'log',
    sha256: `${i}`.padStart(64, '0'),
    ...(i === 0 ? {} : before(i, `${i - 1}`.padStart(64, '0'))),
  })
  for (let from = 0; from < 10_001; from += 2_000)
    opened.writer.append(
      Array.from({ length: Math.min(2_000, 10_001 - from) }, (_, i) =>
        draft(
          `file.${from + i === 0 ? 'created' : 'changed'}`,
          from + i === 0 ? 'anne' : 'rose',
          version(from + i),
        ),
      ),
    )
  expect(makers(10_000)).toEqual(['rose', 'anne'])
  expect(makers(10_001)).toBeUndefined()
})

test('whoever captured or claimed the same content earlier counts, in any trail, for a copy names no version', {
  tags: ['req/P11-10g-2', 'challenge'],
}, async () => {
  const size = 3
  record('file.created', 'early', { path: 'z', sha256: two, size })
  const first = record('file.created', 'anne', { path: 'a', sha256: one, size })
  record('capture.refused', undefined, { path: 'a2', sha256: one, size, what: 'file.created' })
  const refused = record('capture.refused', undefined, {
    path: 'a3',
    sha256: one,
    size,
    what: 'file.created',
  })
  record('export.sealed', 'auditor', { manifest: one, size })
  const copied = record('file.created', 'paul', { path: 'copy', sha256: one, size })
  expect(makers(copied)).toEqual(['paul', 'anne'])
  expect(makers(first)).toEqual(['anne'])
  const refusal = { trail: opened.trail.origin, seq: refused }
  opened = await begin({ trail: opened.trail.origin })
  const again = record('file.created', 'rose', { path: 'copy', sha256: one, size })
  record('file.created', 'later', { path: 'copy-2', sha256: one, size })
  expect(makers(again)?.toSorted()).toEqual(['anne', 'paul', 'rose'])
  record('capture.claimed', 'clara', { path: 'a3', sha256: one, refusal })
  expect(makers(again)?.toSorted()).toEqual(['anne', 'clara', 'paul', 'rose'])
})

test('whoever made it counts under the name they have now, too: records keep the one they had', {
  tags: ['req/P11-10g-2', 'challenge'],
}, () => {
  const named = (names: { readonly [account: string]: string }) => {
    const { claimants } = new PeopleMemory()
    return new SignedRecords(store, new UnitStore(database), opened.trail, {
      claimants,
      claims: new ClaimBook(store),
      nameNow: (account) => names[account],
      isDoubted: false,
    })
  }
  const first = record('file.created', 'cloudsdk', { path: 'a', sha256: one, size: 3 })
  const copied = record('file.created', 'anne', { path: 'copy', sha256: one, size: 3 })
  expect(named({ anne: 'anne', cloudsdk: 'Quinn Lee' }).makers([copied])?.persons).toEqual([
    { id: 'anne', name: 'anne' },
    { id: 'cloudsdk', name: 'cloudsdk' },
    { id: 'cloudsdk', name: 'Quinn Lee' },
  ])
  expect(named({ rose: 'Quinn Lee' }).makers([first])?.persons).toEqual([
    { id: 'cloudsdk', name: 'cloudsdk' },
  ])
})

test('a content that more have captured than can be told is approved by nobody', {
  tags: ['challenge'],
}, () => {
  const body = { path: 'a', sha256: one, size: 3 }
  opened.writer.append(
    Array.from({ length: 1_001 }, (_, i) => draft('file.created', `p${i}`, { ...body, path: `${i}` })),
  )
  expect(makers(record('file.created', 'p5', body))).toBeUndefined()
})

test('nobody is taken for having no hand in it by a line or a row that was altered for a moment', {
  tags: ['req/P11-10g-2', 'challenge', 'fault'],
}, () => {
  const authority = new TrailAuthority()
  authority.believe(opened.trail, opened.keys.macSecret)
  const { trail, writer } = opened
  const lines = new WrittenLines(database, { trail, authority, writer, onAltered: () => {} })
  lines.knows(new ContentSums())
  const { claimants } = new PeopleMemory()
  const signed = new SignedRecords(lines, new UnitStore(database), opened.trail, {
    claimants,
    claims: new ClaimBook(lines),
    nameNow,
    isDoubted: false,
  })
  const first = record('file.created', 'anne', { path: 'a', sha256: one, size: 1 })
  const second = record('file.changed', 'rose', { path: 'a', sha256: two, size: 1, ...before(first, one) })
  const copied = record('file.created', 'rose', { path: 'b', sha256: one, size: 1 })
  expect(
    [second, copied].map((seq) =>
      signed
        .makers([seq])
        ?.persons.map(({ id }) => id)
        .toSorted(),
    ),
  ).toEqual([
    ['anne', 'rose'],
    ['anne', 'rose'],
  ])
  const whileIs = (sql: string, seq: number) => {
    database.exec('BEGIN; DROP TRIGGER entry_stays')
    database.exec(sql)
    const asked = () => signed.makers([seq])
    expect(asked).toThrow(LineAltered)
    database.exec('ROLLBACK')
  }
  const forged = `UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), 'anne', 'rose') AS BLOB) WHERE seq = ${first}`
  whileIs(forged, second)
  whileIs(forged, copied)
  whileIs(`UPDATE entry_columns SET digest = NULL WHERE seq = ${first}`, copied)
})

test('nor by a line of a trail that was left, which is there or not as it was then', {
  tags: ['req/P11-10g-2', 'challenge', 'fault'],
}, async () => {
  const first = record('file.created', 'anne', { path: 'a', sha256: one, size: 1 })
  const { trail: left, writer: before } = opened
  opened = await begin({ trail: left.origin, size: before.head.size, root: base64(before.root()) })
  const { trail, writer, keys } = opened
  const authority = new TrailAuthority()
  authority.believe(trail, keys.macSecret)
  expect(await leftTrails({ store, secrets, authority })).toEqual([])
  const lines = new WrittenLines(database, { trail, authority, writer, onAltered: () => {} })
  const file = join(base, 'relay.db')
  const check = checkState({ file, writtenFrom: writer.writtenFrom, authority: authority.parts })
  lines.knows(new ContentSums((await check.answer).contents))
  const { claimants } = new PeopleMemory()
  const claims = new ClaimBook(lines)
  const units = new UnitStore(database)
  const signed = new SignedRecords(lines, units, trail, { claimants, claims, nameNow, isDoubted: false })
  const copied = record('file.created', 'rose', { path: 'b', sha256: one, size: 1 })
  const made = { persons: ['rose', 'anne'].map((id) => ({ id, name: id })), isInDoubt: false }
  expect(signed.makers([copied])).toEqual(made)
  for (const sql of [
    "UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), 'anne', 'rose') AS BLOB)",
    "UPDATE entry SET line = CAST('x' AS BLOB)",
    'DELETE FROM entry',
  ]) {
    database.exec('BEGIN; DROP TRIGGER entry_stays; DROP TRIGGER entry_kept')
    database.exec(`${sql} WHERE trail = ${left.id} AND seq = ${first}`)
    expect(() => signed.makers([copied])).toThrow(LineAltered)
    database.exec('ROLLBACK')
    expect(signed.makers([copied])).toEqual(made)
  }
})
