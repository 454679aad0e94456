import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { canonical, hex, leafHash, readEntry, utf8, type Value } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { account, Workstation } from '../support/workstation.ts'

/*
 * A trail that was left, and that somebody who can write into the database changes while the relay is stopped: its lines
 * and the columns beside them agree. No start may believe it, and each says so.
 */

let station: Workstation
/** Origin of the trail that was left, and of the one that was begun. */
let left: string
let begun: string
/** The last record of the first, as it was before it was damaged. */
let last: Row

beforeEach(async () => {
  station = new Workstation({
    person: false,
    init: ['--quiet', '1', '--shared', account, '--person', 'jdoe=Jane Doe', '--order', 'badge,file-owner'],
  })
  station.init()
  await station.start()
  left = (await station.status()).trail
  station.write('first.dat', 'true content')
  await station.until('it is refused', ({ units }) => units.unclaimed === 1)
  await station.settled()
  await station.stop()
  // The end of the first trail is damaged, so a second one is begun.
  inDatabase((database) => {
    last = database
      .prepare('SELECT seq, line FROM entry WHERE trail = 1 ORDER BY seq DESC LIMIT 1')
      .get() as unknown as Row
    setLine(database, last.seq, Buffer.from(last.line).toString().replace('"SIGTERM"', '"SIGTERN"'))
  })
  await station.start()
  await station.settled()
  begun = (await station.status()).trail
  expect(begun).not.toBe(left)
  await station.stop()
  expect(station.verify().out).not.toContain('trail-differs')
})
afterEach(() => station.remove())

interface Row {
  readonly seq: number
  readonly line: Uint8Array
}

/** As somebody does who has the file in hand: no trigger is in the way, and all are there afterwards. */
function inDatabase<Result>(work: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(join(station.data, 'relay.db'), { defensive: false })
  const triggers = database.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`)
  const result = work(database)
  for (const { sql } of triggers) database.exec(String(sql))
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  return result
}

function setLine(database: DatabaseSync, seq: number, line: string): void {
  database.prepare('UPDATE entry SET line = ? WHERE trail = 1 AND seq = ?').run(Buffer.from(line), seq)
}

const doubtsOf = async () => ({
  needs: (await station.status()).needs.map(({ code }) => code),
  started: station.records().findLast(({ kind }) => kind === 'relay.started')?.body['doubted'],
  said: station.tryRelay('status', '--data', station.data).out.includes(`DOUBT    ${left}`),
})

test('a badge that nobody read, put into it, signs nobody in, and the trail is said to be in doubt', {
  tags: ['req/P11-10e-1', 'challenge', 'fault'],
}, async () => {
  inDatabase((database) => {
    const { seq } = last
    const { line } = database
      .prepare('SELECT line FROM entry WHERE trail = 1 AND seq = ?')
      .get(seq) as unknown as Row
    const { checksum, record } = readEntry(line)
    const forged = {
      ...record,
      seq: seq + 1,
      prev: checksum,
      kind: 'badge.in',
      time: new Date().toISOString(),
      actor: { id: 'jdoe', name: 'Jane Doe', via: 'badge' },
      body: { ref: 'b-1' },
    }
    const entry = utf8(canonical({ checksum: 'ab'.repeat(32), record: forged } as unknown as Value))
    database
      .prepare('INSERT INTO entry (trail, seq, prev, leaf, line) VALUES (1, ?, ?, ?, ?)')
      .run(forged.seq, checksum, leafHash(entry), entry)
    database
      .prepare(
        "INSERT INTO entry_columns (trail, seq, time, kind, actor) VALUES (1, ?, ?, 'badge.in', 'jdoe')",
      )
      .run(forged.seq, forged.time)
  })
  expect(station.verify()).toMatchObject({ code: 1, out: expect.stringContaining('trail-differs') })
  await station.start()
  station.write('second.dat', 'written by somebody')
  await station.until('it is recorded', () =>
    station.records().some(({ body }) => body['path'] === 'second.dat'),
  )
  const second = station.records().find(({ body }) => body['path'] === 'second.dat')
  expect(second?.kind).toBe('capture.refused')
  expect((await station.status()).badge).toBeNull()
  expect(await doubtsOf()).toEqual({
    needs: expect.arrayContaining(['trail-doubted']),
    started: [{ trail: left, code: 'trail-differs' }],
    said: true,
  })
})

test('a refusal changed in it is nobody’s to claim, no export has it, and it counts again once it is what it was', {
  tags: ['req/P11-10e-1', 'req/P11-10b-1', 'challenge', 'fault'],
}, async () => {
  const row = inDatabase(
    (database) =>
      database
        .prepare(
          "SELECT e.seq, e.line FROM entry e JOIN entry_columns c USING (trail, seq) WHERE trail = 1 AND path = 'first.dat'",
        )
        .get() as unknown as Row,
  )
  const text = Buffer.from(row.line).toString()
  const digest = String(readEntry(row.line).record.body['sha256'])
  const other = hex(leafHash(utf8('another content')))
  const put = (line: string, sha256: string) =>
    inDatabase((database) => {
      setLine(database, row.seq, line)
      for (const table of ['entry_columns', 'unit'])
        database.prepare(`UPDATE ${table} SET digest = ? WHERE trail = 1 AND seq = ?`).run(sha256, row.seq)
    })
  put(text.replaceAll(digest, other), other)
  await station.start()
  await station.settled()
  const { unclaimed } = (await station.ask('unclaimed', { limit: 10 })) as {
    readonly unclaimed: readonly { readonly digest: string }[]
  }
  expect(JSON.stringify(unclaimed)).not.toContain(other)
  // What the trail in doubt had is recorded again: whether it was there before is not known.
  expect(station.records().some(({ body }) => body['sha256'] === digest)).toBe(true)
  const out = join(station.base, 'export.zip')
  const why = ['--reason', 'for the inspection of the laboratory']
  const made = station.relay('export', '--data', station.data, '--out', out, ...why)
  expect(made).toContain(`left out      ${left}`)
  rmSync(out)
  await station.stop()

  put(text, digest)
  expect(station.verify().out).not.toContain('trail-differs')
  await station.start()
  await station.settled()
  expect(await doubtsOf()).toMatchObject({
    needs: expect.not.arrayContaining(['trail-doubted']),
    started: undefined,
    said: false,
  })
})

function remove(trail: number): void {
  inDatabase((database) => {
    for (const table of ['entry', 'entry_columns', 'checkpoint', 'unit'])
      database.prepare(`DELETE FROM ${table} WHERE trail = ?`).run(trail)
    database.prepare('DELETE FROM trail WHERE id = ?').run(trail)
  })
}

test('the newest trail taken away whole is missed by the notary: the one before is not gone on with, and that is said once', {
  tags: ['req/P11-10a-3', 'challenge', 'fault'],
}, async () => {
  remove(2)
  inDatabase((database) => setLine(database, last.seq, Buffer.from(last.line).toString()))
  const verdict = station.verify()
  expect(verdict).toMatchObject({ code: 1, out: expect.stringContaining('notary-other-trail') })
  expect(verdict.out).toContain(begun)
  await station.start()
  await station.settled()
  const { trail } = await station.status()
  expect([left, begun]).not.toContain(trail)
  const [opened] = station.records()
  expect(opened?.body).toMatchObject({
    previous: { trail: left, reason: expect.stringContaining('notary-other-trail') },
    missing: [begun],
  })
  await station.stop()
  await station.start()
  expect((await station.status()).trail).toBe(trail)
  // What is lost is lost: verify goes on naming it.
  expect(station.verify().out).toContain('notary-other-trail')
})

test('the first trail taken away whole is missed by the one after it, and a trail that has to be begun then can be', {
  tags: ['req/P11-10a-3', 'challenge', 'fault'],
}, async () => {
  remove(1)
  expect(station.verify()).toMatchObject({ code: 1, out: expect.stringContaining('trail-not-named') })
  await station.start()
  await station.settled()
  expect((await station.status()).trail).toBe(begun)
  expect(await doubtsOf()).toEqual({
    needs: expect.arrayContaining(['trail-doubted']),
    started: [{ trail: left, code: 'trail-missing' }],
    said: true,
  })
  await station.stop()
  inDatabase((database) =>
    database.exec(
      `UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), '"SIGTERM"', '"SIGTERN"') AS BLOB) WHERE trail = 2`,
    ),
  )
  await station.start()
  await station.settled()
  expect(station.records()[0]?.body['previous']).toMatchObject({ trail: begun })
})

test('a record of the newest trail that stands in another place is missed, and files are recorded in a new one', {
  tags: ['req/P11-10a-1', 'challenge', 'fault'],
}, async () => {
  inDatabase((database) =>
    database.exec(
      'UPDATE entry SET seq = seq + 6 WHERE trail = 2 AND seq = (SELECT MAX(seq) FROM entry WHERE trail = 2)',
    ),
  )
  expect(station.verify()).toMatchObject({ code: 1, out: expect.stringContaining('seq-mismatch') })
  await station.start()
  expect((await station.status()).left).toBe(begun)
  station.write('second.dat', 'written later')
  await station.until('it is noticed', ({ units }) => units.unclaimed === 2)
})

test('a trail that was left, put in the place of the newest, is not gone on with', {
  tags: ['req/P11-10a-3', 'challenge', 'fault'],
}, async () => {
  inDatabase((database) => {
    // As it was before it was damaged: its lines and its seals hold.
    setLine(database, last.seq, Buffer.from(last.line).toString())
    database.exec('PRAGMA foreign_keys = OFF; UPDATE trail SET id = 3 WHERE id = 1')
    for (const table of ['entry', 'entry_columns', 'checkpoint', 'unit'])
      database.exec(`UPDATE ${table} SET trail = 3 WHERE trail = 1`)
  })
  await station.start()
  const status = await station.status()
  expect([left, begun]).not.toContain(status.trail)
  expect(status.left).toBe(left)
  const [opened] = station.records().filter(({ trail }) => trail === status.trail)
  expect(JSON.stringify(opened?.body['previous'])).toContain('notary-other-trail')
})

test('a key put into the database in the place of the newest trail’s is not printed as its key', {
  tags: ['req/P11-10a-3', 'challenge', 'fault'],
}, () => {
  const keys = () => JSON.parse(station.relay('keys', '--data', station.data, '--json'))
  const [before] = keys().keys.filter(({ trail }: { trail: string }) => trail === begun)
  const forged = before.key.replace(/\+[0-9a-f]{8}\+/, '+00000000+')
  inDatabase((database) => database.prepare('UPDATE trail SET vkey = ? WHERE id = 2').run(forged))
  expect(keys().keys.map(({ trail }: { trail: string }) => trail)).not.toContain(begun)
  expect(keys().doubts).toMatchObject([{ trail: begun, code: 'trail-key-differs', expected: before.key }])
})

test('rows of a trail that is not believed cannot be made again, and no start says each time that they were', {
  tags: ['req/P11-10e-1', 'challenge', 'fault'],
}, async () => {
  inDatabase((database) => {
    setLine(database, last.seq, Buffer.from(last.line).toString().replace('"SIGTERM"', '"SIGTERX"'))
    database.exec('DELETE FROM entry_columns WHERE trail = 1')
  })
  for (let start = 0; start < 2; start++) {
    await station.start()
    await station.settled()
    expect((await doubtsOf()).said).toBe(true)
    await station.stop()
  }
  const mended = station.records().filter(({ kind }) => kind === 'state.mended')
  expect(mended.map(({ body }) => Object.keys(body['codes'] as object))).toEqual([['unit-extra']])
})
