import { execFileSync } from 'node:child_process'
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stampOf } from '../../agent/src/capture/stamp.ts'
import { brukerRun, writeRun } from '../support/instrument.ts'
import { recordedFiles, truthOf, Workstation } from '../support/workstation.ts'

/*
 * What is done to a relay's own folders behind its back. Start-up and `relay verify` must each name it, and
 * capture must go on where that can be done truthfully.
 */

let station: Workstation
beforeEach(async () => {
  station = new Workstation({ init: ['--quiet', '1'] })
  station.init()
  await station.start()
  await capture('first.dat')
})
afterEach(async () => {
  await station.remove()
})

async function capture(...names: string[]): Promise<void> {
  for (const name of names) writeFileSync(join(station.folder, name), `content of ${name}`)
  await station.until(
    'they are recorded',
    ({ units, settled }) => settled && units.recorded >= readdirSync(station.folder).length,
  )
}

/** Keeps a copy of the data folder as it is now … */
function keepCopy(): void {
  cpSync(station.data, join(station.base, 'copy'), { recursive: true })
}

/** … and puts it back in place of what has become of it. */
function putBackCopy(): void {
  rmSync(station.data, { recursive: true })
  renameSync(join(station.base, 'copy'), station.data)
}

/** Changes the database as somebody with the file in hand can: no trigger is in the way, and all are there afterwards. */
function tamper(...statements: readonly string[]): void {
  station.inDatabase((database) => {
    for (const sql of statements) database.exec(sql)
  })
}

/** The trail that was begun, if one was, and what it says of the one before. */
function newTrail() {
  const [opened] = station.records()
  return opened?.body['previous'] as {
    trail: string
    size: number
    reason: string
    notarised: { size: number }
  } | null
}

describe('an older copy of the data folder', () => {
  test('is named by verify and by start-up, and capture goes on in a new trail that names the old', {
    tags: ['req/P11-10a-3', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    keepCopy()
    await station.start()
    const { trail: old } = await station.status()
    await capture('second.dat', 'third.dat')
    const { size } = await station.status()
    await station.stop()
    putBackCopy()

    const verdict = station.verify()
    expect(verdict.code).toBe(1)
    expect(verdict.out).toContain('notary-ahead')
    // Who only asks changes nothing: no trail is begun by it.
    expect(station.tryRelay('status', '--data', station.data).out).toContain(old)
    expect(station.relay('unclaimed', '--data', station.data)).toContain('No capture is unclaimed')
    expect(station.tryRelay('status', '--data', station.data).out).toContain(old)
    await station.start()
    const status = await station.until('all is recorded again', ({ units }) => units.unclaimed === 2)
    expect(status.left).toBe(old)
    expect(status.trail).not.toBe(old)
    const previous = newTrail()
    expect(previous).toMatchObject({ trail: old, reason: expect.stringContaining('notary-ahead') })
    expect(previous?.notarised.size).toBeGreaterThanOrEqual(size)
    expect(previous?.size).toBeLessThan(size)
    // The files of the lost records are recorded again, and said to be late; as nobody's, for who has been disabled is lost.
    expect(status.needs.map(({ code }) => code)).toContain('persons-in-doubt')
    const again = station.records().filter(({ kind }) => kind === 'capture.refused')
    expect(again.map(({ body }) => body['path']).sort()).toEqual(['second.dat', 'third.dat'])
    expect(again[0]?.body['late']).toMatchObject({ why: 'new-trail' })
    // The old trail stays what it was: verify goes on naming it.
    expect(station.verify().out).toContain('notary-ahead')
  })
})

test('a data folder moved away under a running relay ends it: it does not go on into files that nobody finds', {
  tags: ['req/DI-2', 'challenge', 'fault'],
}, async () => {
  const { data } = station
  renameSync(data, `${data}-away`)
  expect(await station.ended()).not.toBe(0)
  expect(station.log).toContain('was moved, removed or replaced')
  renameSync(`${data}-away`, data)
  writeFileSync(join(station.folder, 'while-away.dat'), 'x')
  await station.start()
  await station.until(
    'it is recorded',
    ({ capture }) =>
      capture.pending === 0 && station.records().some(({ body }) => body['path'] === 'while-away.dat'),
  )
  expect(station.verify().code).toBe(0)
})

describe('the newest records removed', () => {
  test.each([
    [
      'with their columns',
      'DELETE FROM entry WHERE seq >= (SELECT MAX(seq) - 1 FROM entry); DELETE FROM entry_columns WHERE seq > (SELECT MAX(seq) FROM entry)',
    ],
    [
      'with their checkpoints',
      'DELETE FROM entry WHERE seq >= (SELECT MAX(seq) - 1 FROM entry); DELETE FROM entry_columns WHERE seq > (SELECT MAX(seq) FROM entry); DELETE FROM checkpoint WHERE size > (SELECT MAX(seq) + 1 FROM entry)',
    ],
  ])(
    '%s, are named by verify and by start-up',
    { tags: ['req/P11-10a-3', 'challenge', 'fault'] },
    async (_, sql) => {
      const { trail: old } = await station.status()
      await station.stop()
      tamper(sql)
      const verdict = station.verify()
      expect(verdict.code).toBe(1)
      expect(verdict.out).toContain('notary-ahead')
      await station.start()
      expect((await station.status()).left).toBe(old)
      expect(newTrail()?.reason).toContain('notary-ahead')
      await capture('later.dat')
    },
  )
})

test('a removed write-ahead log is named by verify and by start-up', {
  tags: ['req/P11-10a-3', 'challenge', 'fault'],
}, async () => {
  const { trail: old } = await station.status()
  await capture('second.dat')
  await station.stop('SIGKILL')
  rmSync(join(station.data, 'relay.db-wal'))
  rmSync(join(station.data, 'relay.db-shm'), { force: true })
  const verdict = station.verify()
  expect(verdict.code).not.toBe(0)
  const start = await station.start().then(
    () => 'started',
    (error: Error) => error.message,
  )
  // All of the database may have been in the log: then there is no trail to go on from, and that is said.
  if (start === 'started') {
    expect((await station.status()).left).toBe(old)
    expect(newTrail()?.reason).toContain('notary-ahead')
  } else expect(start).toMatch(/trail|set-up|database/)
})

test('a record changed in the middle is named, and capture goes on in a new trail', {
  tags: ['req/P11-10a-2', 'challenge', 'fault'],
}, async () => {
  const { trail: old } = await station.status()
  await station.stop()
  tamper("UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), 'first.dat', 'other.dat') AS BLOB)")
  const verdict = station.verify()
  expect(verdict.code).toBe(1)
  expect(verdict.out).toContain('checksum-mismatch')
  expect(verdict.out).toContain('columns-differ')
  await station.start()
  expect((await station.status()).left).toBe(old)
  expect(newTrail()?.reason).toContain('checksum-mismatch')
  await capture('later.dat')
})

test('a changed search column is named by verify', { tags: ['req/P11-10a-2', 'challenge'] }, async () => {
  await station.stop()
  tamper("UPDATE entry_columns SET actor = 'somebody-else' WHERE path = 'first.dat'")
  const verdict = station.verify()
  expect(verdict.code).toBe(1)
  expect(verdict.out).toContain('columns-differ')
  expect(verdict.out).toContain('somebody-else')
})

describe('the state that scans go by', () => {
  test.each([
    [
      'a digest that was never computed',
      "UPDATE unit SET digest = replace(digest, '0', '1')",
      'unit-differs',
    ],
    [
      'a file called something else',
      "UPDATE unit SET kind = 'other' WHERE name = 'first.dat'",
      'unit-differs',
    ],
    [
      'a file marked as put aside',
      "UPDATE unit SET state = 'absent' WHERE name = 'first.dat'",
      'unit-differs',
    ],
    [
      'a unit that no record speaks of',
      "INSERT INTO unit SELECT folder, 'x.dat', kind, state, '1:1', stamp, size, digest, profile, trail, seq FROM unit WHERE name = 'first.dat'",
      'unit-extra',
    ],
    ['a unit taken out', "DELETE FROM unit WHERE name = 'first.dat'", 'unit-missing'],
  ])(
    '%s is named by verify, recorded and mended',
    {
      tags: ['req/P11-10e-1', 'challenge', 'fault'],
    },
    async (_, sql, code) => {
      await station.stop()
      tamper(sql)
      const verdict = station.verify()
      expect(verdict.code).toBe(1)
      expect(verdict.out).toContain(code)
      await station.start()
      await station.settled()
      expect(station.records().filter(({ kind }) => kind === 'state.mended')).toHaveLength(1)
      expect(station.verify()).toMatchObject({ code: 0 })
      // Nothing was changed, so nothing but the mending is new.
      expect(
        station
          .records()
          .filter(({ body }) => body['path'] === 'first.dat')
          .map(({ kind }) => kind),
      ).toEqual(['file.created'])
    },
  )

  test('a digest put among the files of a data set does not find its way into a record', {
    tags: ['req/P11-10e-1', 'challenge', 'fault'],
  }, async () => {
    writeRun(join(station.folder, 'sample', '10'), brukerRun())
    await station.settled()
    await station.stop()
    tamper(`UPDATE member SET digest = '${'f'.repeat(64)}' WHERE path = 'fid'`)
    expect(station.verify()).toMatchObject({ code: 1, out: expect.stringContaining('members-differ') })
    await station.start()
    // A new version: what has not changed is taken over from the last one.
    writeFileSync(join(station.folder, 'sample', '10', 'pdata', '1', 'title'), 'another title')
    await station.settled()
    const [last] = station.records().filter(({ kind }) => kind === 'dataset.changed')
    expect(last).toBeDefined()
    expect(JSON.stringify(station.records())).not.toContain('f'.repeat(64))
    expect(recordedFiles(station, station.records())).toEqual(truthOf(station.folder))
  })

  test('a changed file that the relay was made to take for untouched is named by who reads the files', {
    tags: ['req/P11-10e-1', 'challenge', 'fault'],
  }, async () => {
    writeRun(join(station.folder, 'sample', '10'), brukerRun())
    await station.settled()
    await station.stop()
    expect(station.tryRelay('verify', '--data', station.data, '--files')).toMatchObject({ code: 0 })
    for (const [path, table, name] of [
      ['first.dat', 'unit', 'name'],
      ['sample/10/fid', 'member', 'path'],
    ] as const) {
      writeFileSync(join(station.folder, path), 'not what was recorded')
      const stat = statSync(join(station.folder, path), { bigint: true })
      tamper(`UPDATE ${table} SET stamp = '${stampOf(stat)}' WHERE ${name} = '${basename(path)}'`)
    }
    const verdict = station.tryRelay('verify', '--data', station.data, '--files')
    expect(verdict.code).toBe(1)
    expect(verdict.out.match(/file-differs at record [0-9]+/g)).toHaveLength(2)
    expect(station.verify().code).toBe(0)
    rmSync(join(station.folder, 'first.dat'))
    expect(station.tryRelay('verify', '--data', station.data, '--files').out).toContain('file-missing')
  })

  test('a deletion hidden by taking the file out of the state is a record', {
    tags: ['req/P11-10e-1', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    tamper("DELETE FROM unit WHERE name = 'first.dat'")
    rmSync(join(station.folder, 'first.dat'))
    await station.start()
    await station.settled()
    expect(station.records().filter(({ kind }) => kind === 'file.deleted')).toHaveLength(1)
    expect(station.verify()).toMatchObject({ code: 0 })
  })
})

test('a time of last being at work that has not come yet is not believed, and that is said', {
  tags: ['req/P11-10e-6', 'challenge'],
}, async () => {
  await station.stop()
  const since = station.records().at(-1)?.time
  const future = Date.now() + 86_400_000
  tamper(
    `UPDATE alive SET state = json_object('at', ${future}, 'stopped', json('true'), 'oldest', ${future})`,
  )
  writeFileSync(join(station.folder, 'second.dat'), 'x')
  await station.start()
  await capture('third.dat')
  const started = station.records().findLast(({ kind }) => kind === 'relay.started')
  expect(started?.body['gap']).toMatchObject({ from: since, disbelieved: new Date(future).toISOString() })
  const second = station.records().find(({ body }) => body['path'] === 'second.dat')
  expect(second?.body['late']).toMatchObject({ from: since, why: 'relay-not-running' })
  await station.stop()
  await station.start()
  const again = station.records().findLast(({ kind }) => kind === 'relay.started')
  expect(again?.body['gap']).not.toHaveProperty('disbelieved')
})

describe('what stands in the database beside the rows', () => {
  test.each([
    [
      'a trigger that takes records away',
      `CREATE TRIGGER eats AFTER INSERT ON entry BEGIN
         DELETE FROM entry_columns WHERE trail = NEW.trail; DELETE FROM unit; UPDATE alive SET state = '{}'; END`,
      'trigger eats',
    ],
    ['a guard that is gone', 'DROP TRIGGER entry_kept', 'no trigger entry_kept'],
    ['a view', 'CREATE VIEW entries AS SELECT 1', 'view entries'],
  ])(
    '%s is named by verify, is set right before anything is written, and that is a record',
    {
      tags: ['req/P11-10a-2', 'challenge', 'fault'],
    },
    async (_, sql, named) => {
      await station.stop()
      const database = new DatabaseSync(join(station.data, 'relay.db'))
      database.exec(sql)
      database.close()
      const verdict = station.verify()
      expect(verdict.code).toBe(1)
      expect(verdict.out).toContain('schema-differs')
      expect(verdict.out).toContain(named.replace(/^trigger|^view/, (what) => `no ${what}`))
      await station.start()
      await capture('second.dat')
      expect(station.verify().code).toBe(0)
      const mended = station.records().filter(({ kind }) => kind === 'schema.mended')
      expect(mended).toHaveLength(1)
      expect(JSON.stringify(mended[0]?.body)).toContain(named.split(' ').at(-1))
      await station.stop()
      await station.start()
      expect(station.records().filter(({ kind }) => kind === 'schema.mended')).toHaveLength(1)
    },
  )

  test("a table of somebody else's is left, said once in the trail, and again if there is another", {
    tags: ['req/P11-10a-2', 'challenge', 'fault'],
  }, async () => {
    const said = () => station.records().filter(({ kind }) => kind.startsWith('schema.'))
    const make = async (sql: string) => {
      await station.stop()
      const database = new DatabaseSync(join(station.data, 'relay.db'))
      database.exec(sql)
      database.close()
      await station.start()
    }
    await make("CREATE TABLE mine (a); INSERT INTO mine VALUES ('kept')")
    expect(said().map(({ kind, body }) => [kind, body['count']])).toEqual([['schema.foreign', 1]])
    expect(station.tryRelay('status', '--data', station.data).out).toContain(
      'it was found, and left as it is',
    )
    await station.stop()
    await station.start()
    expect(said()).toHaveLength(1)
    expect(station.tryRelay('status', '--data', station.data).code).toBe(0)
    expect(station.verify().out).toContain('schema-differs')
    await make('CREATE TABLE another (a)')
    expect(said().map(({ body }) => body['count'])).toEqual([1, 2])
    await station.stop()
    const database = new DatabaseSync(join(station.data, 'relay.db'))
    expect(database.prepare('SELECT a FROM mine').all()).toEqual([{ a: 'kept' }])
    database.close()
  })

  test.each([
    [
      'a name that is a number',
      'INSERT INTO unit SELECT folder, 42, kind, state, file_id, stamp, size, digest, profile, trail, seq FROM unit LIMIT 1',
    ],
    ['a size beyond all numbers', 'UPDATE unit SET size = 9223372036854775807'],
    ['a place beyond all numbers', 'UPDATE unit SET seq = 9223372036854775807'],
    ['a state that is none', "UPDATE unit SET state = 'x'"],
    ['a folder named by a number', "INSERT INTO folder VALUES (50, 'w1', 1, 77, 'x')"],
  ])(
    'a row of no form, %s, is named by verify, removed at start by a record, and what it hid is found',
    {
      tags: ['req/P11-10a-2', 'challenge', 'fault'],
    },
    async (_, sql) => {
      await station.stop()
      tamper(sql)
      expect(station.verify()).toMatchObject({ code: 1, out: expect.stringContaining('row-unreadable') })
      await station.start()
      await capture('second.dat')
      const mended = station.records().filter(({ kind }) => kind === 'state.mended')
      expect(mended[0]?.body['codes']).toEqual({ 'row-unreadable': 1 })
      expect(station.verify().code).toBe(0)
      const created = station.records().filter(({ kind }) => kind === 'file.created')
      expect(created.map(({ body }) => body['path'])).toEqual(['first.dat', 'second.dat'])
    },
  )

  test('a start that cannot go on ends with a sentence, and leaves nothing that seems to be at work', {
    tags: ['req/P11-10e-2', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    const database = new DatabaseSync(join(station.data, 'relay.db'))
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    const { rootpage } = database.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'unit'").get() as {
      rootpage: number
    }
    const { page_size: size } = database.prepare('PRAGMA page_size').get() as { page_size: number }
    database.close()
    const file = openSync(join(station.data, 'relay.db'), 'r+')
    writeSync(file, Buffer.alloc(size, 0xa5), 0, size, (rootpage - 1) * size)
    closeSync(file)
    const { code, error } = station.tryRelay('run', '--data', station.data, '--port', '0')
    expect(code).toBe(2)
    expect(error).toContain('cannot be read')
    expect(error).toContain('put it back from a copy')
    expect(station.tryRelay('status', '--data', station.data).code).not.toBe(0)
  })

  test('names that records cannot hold, or that differ by case, hinder no start and are all noticed', {
    tags: ['req/P11-10a-2', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    const half = `${'a'.repeat(99)}\u{1F600}`
    tamper(
      `CREATE TABLE "${half}" (x)`,
      `CREATE TABLE c (x TEXT DEFAULT '${'b'.repeat(270)}\u{1F600}')`,
      ...Array.from({ length: 22 }, (_, i) => `CREATE TABLE a${String(i).padStart(2, '0')} (x)`),
      "CREATE UNIQUE INDEX planted ON entry_columns (kind) WHERE kind = 'file.created'",
      'PRAGMA writable_schema = ON',
      "UPDATE sqlite_master SET tbl_name = 'Entry_Columns' WHERE name = 'planted'",
    )
    await station.start()
    await capture('second.dat')
    const said = () => station.records().filter(({ kind }) => kind === 'schema.foreign')
    expect(said().map(({ body }) => body['count'])).toEqual([24])
    expect(JSON.stringify(station.records().find(({ kind }) => kind === 'schema.mended'))).toContain(
      'planted',
    )
    await station.stop()
    tamper('CREATE TABLE zz_later (x)')
    await station.start()
    expect(said().map(({ body }) => body['count'])).toEqual([24, 25])
  })

  test('an index that hides a record from whoever looks for it is named by verify, though every row is right', {
    tags: ['req/P11-10a-2', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    const digests = (to: string) => `UPDATE entry_columns SET digest = ${to} WHERE digest IS NOT NULL`
    const name = 'entry_by_digest'
    tamper(
      digests("'x' || digest"),
      'PRAGMA writable_schema = ON',
      `CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = '${name}'`,
      `DELETE FROM sqlite_schema WHERE name = '${name}'`,
    )
    tamper(
      digests('substr(digest, 2)'),
      'PRAGMA writable_schema = ON',
      'INSERT INTO sqlite_schema SELECT * FROM kept',
      'DROP TABLE kept',
    )
    const verdict = station.verify()
    expect(verdict.code).toBe(1)
    expect(verdict.out).toMatch(
      /database-damaged: .*\n.*\n.*\n {4}found .*missing from index entry_by_digest/,
    )
    expect(verdict.out).not.toContain('columns-differ')
  })

  test('a table that was altered stops the start with a plain sentence', {
    tags: ['req/P11-10a-2', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    const database = new DatabaseSync(join(station.data, 'relay.db'))
    database.exec("ALTER TABLE entry ADD COLUMN more TEXT DEFAULT 'x'")
    database.close()
    await expect(station.start()).rejects.toThrow(
      'the table entry of the database is not as this relay makes it',
    )
    expect(station.verify().out).toContain('schema-differs')
  })
})

test('settings changed behind the trail are named by verify, and start-up goes by the trail and says so once', {
  tags: ['req/P11-10e-5', 'challenge'],
}, async () => {
  await station.stop()
  tamper("UPDATE settings SET value = replace(value, 'Test Person', 'Somebody Else')")
  const verdict = station.verify()
  expect(verdict.code).toBe(1)
  expect(verdict.out).toContain('settings-differ')
  await station.start()
  await capture('second.dat')
  expect(JSON.stringify(station.records())).not.toContain('Somebody Else')
  // The copy is what the trail says again, and that it was not is a record.
  expect(station.verify().code).toBe(0)
  await station.stop()
  await station.start()
  const mended = station.records().filter(({ kind }) => kind === 'settings.mended')
  expect(mended.map(({ body }) => body)).toEqual([
    { count: 1, fields: [{ field: 'persons', id: expect.any(String) }] },
  ])
})

test('a copy of the settings that cannot be read is written anew', {
  tags: ['req/P11-10e-5', 'challenge'],
}, async () => {
  await station.stop()
  tamper("UPDATE settings SET value = '{'")
  expect(station.verify().out).toContain('settings-differ')
  await station.start()
  expect(station.records().filter(({ kind }) => kind === 'settings.mended')).toHaveLength(1)
  expect(station.verify().code).toBe(0)
})

describe('the notary folder', () => {
  test('swapped for another is named by verify and by start-up', {
    tags: ['req/P11-10a-3', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    const other = new Workstation()
    try {
      other.init()
      renameSync(station.notary, join(station.base, 'real-notary'))
      cpSync(other.notary, station.notary, { recursive: true })
      const verdict = station.verify()
      expect(verdict.code).toBe(1)
      expect(verdict.out).toContain('notary-replaced')
      expect(verdict.out).toContain('notary-lost')
      await station.start()
      const started = station.records().findLast(({ kind }) => kind === 'relay.started')
      expect(JSON.stringify(started?.body['notary'])).toContain('notary-replaced')
      expect(station.tryRelay('status', '--data', station.data).out).toContain('notary-replaced')
      // By what that one holds a later trail is lost, and in it somebody may have been disabled: files are noticed as nobody's.
      station.write('second.dat', 'second')
      const { needs } = await station.until('it is recorded', ({ units }) => units.unclaimed === 1)
      expect(needs.map(({ code }) => code)).toContain('persons-in-doubt')
    } finally {
      await other.remove()
    }
  })

  test('emptied of checkpoints is named by verify and by start-up', {
    tags: ['req/P11-10a-3', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    for (const name of readdirSync(station.notary))
      if (/^[0-9a-f]{64}$/.test(name)) rmSync(join(station.notary, name), { recursive: true })
    const verdict = station.verify()
    expect(verdict.code).toBe(1)
    expect(verdict.out).toContain('notary-lost')
    await station.start()
    const started = station.records().findLast(({ kind }) => kind === 'relay.started')
    expect(JSON.stringify(started?.body['notary'])).toContain('notary-lost')
  })

  /** Puts something that is no checkpoint under the names of the next sizes, as a folder where one is asked for. */
  function obscure(size: number, count: number, make: (path: string) => void): void {
    const [origin = ''] = readdirSync(station.notary).filter((name) => /^[0-9a-f]{64}$/.test(name))
    for (let i = 1; i <= count; i++)
      make(join(station.notary, origin, `${String(size + i).padStart(16, '0')}.checkpoint`))
  }
  const junk = (path: string) => writeFileSync(path, 'not a checkpoint\n')

  test('with something else under the names of the next checkpoints: that is named, later ones are given, nothing loops', {
    tags: ['req/P11-10a-3', 'challenge', 'fault'],
  }, async () => {
    const { trail, size } = await station.settled()
    obscure(size, 3, junk)
    obscure(size + 3, 1, mkdirSync)
    for (const name of ['b.dat', 'c.dat', 'd.dat', 'e.dat', 'f.dat']) await capture(name)
    const status = await station.settled()
    expect(status.trail).toBe(trail)
    expect(station.records().filter(({ kind }) => kind === 'relay.started')).toHaveLength(1)
    expect(station.relay('checkpoint', '--data', station.data)).toContain(`\n${status.size}\n`)
    const verdict = station.verify()
    expect(verdict.code).toBe(1)
    expect(verdict.out).toContain('notary-foreign')
  })

  test.each([
    ['junk', junk],
    ['a folder', mkdirSync],
  ])(
    'with %s where newer checkpoints may have been is a reason for a new trail',
    {
      tags: ['req/P11-10a-3', 'challenge', 'fault'],
    },
    async (_, make) => {
      // The trail is set back, and what the notary has of the time after is made unreadable.
      await station.stop()
      const [origin = ''] = readdirSync(station.notary).filter((name) => /^[0-9a-f]{64}$/.test(name))
      const before = readdirSync(join(station.notary, origin))
      keepCopy()
      await station.start()
      const { trail: old } = await station.status()
      await capture('second.dat')
      await station.stop()
      for (const name of readdirSync(join(station.notary, origin)))
        if (!before.includes(name)) {
          rmSync(join(station.notary, origin, name))
          make(join(station.notary, origin, name))
        }
      putBackCopy()
      const verdict = station.verify()
      expect(verdict.code).toBe(1)
      expect(verdict.out).toContain('notary-obscured')
      await station.start()
      expect((await station.status()).left).toBe(old)
      expect(newTrail()?.reason).toContain('notary-obscured')
      // Who was a person after that, nobody can tell: what is there is noticed as nobody's.
      station.write('third.dat', 'third')
      await station.until('both are recorded', ({ units }) => units.unclaimed === 2)
    },
  )

  test('whose name is a pipe does not hold up the start', {
    tags: ['req/P11-10e-2', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    rmSync(join(station.notary, 'notary.id'), { force: true })
    execFileSync('mkfifo', [join(station.notary, 'notary.id')])
    expect(station.verify().out).toContain('notary-unreachable')
    await station.start()
    writeFileSync(join(station.folder, 'second.dat'), 'x')
    await station.until('it is recorded', ({ units }) => units.recorded === 2)
  })

  test('gone while the relay runs does not stop capture, is seen, and is caught up with when it is back', {
    tags: ['req/P11-10e-2', 'fault'],
  }, async () => {
    renameSync(station.notary, join(station.base, 'away'))
    writeFileSync(join(station.folder, 'second.dat'), 'x')
    await station.until('the file is recorded', ({ units }) => units.recorded === 2)
    await station.until(
      'the notary is missed',
      ({ notary }) => notary.state === 'unreachable' && notary.behind,
    )
    renameSync(join(station.base, 'away'), station.notary)
    await station.settled()
    expect(station.verify().code).toBe(0)
  })

  test('that was away when the relay started is asked before anything is signed, however long the new history is', {
    tags: ['req/P11-10a-3', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    keepCopy()
    await station.start()
    const { trail: old } = await station.status()
    await capture('second.dat')
    await station.stop()
    putBackCopy()
    renameSync(station.notary, join(station.base, 'away'))
    await station.start()
    expect((await station.status()).trail).toBe(old)
    await station.until('the notary is missed', ({ notary }) => notary.state === 'unreachable')
    // More records than the notary has ever seen: its old checkpoints are not beyond the end any more.
    for (let i = 0; i < 12; i++) writeFileSync(join(station.folder, `more-${i}.dat`), `${i}`)
    await station.until('they are recorded', ({ units }) => units.recorded >= 12)
    renameSync(join(station.base, 'away'), station.notary)
    const status = await station.until('a new trail is begun', ({ trail }) => trail !== old)
    expect(status.left).toBe(old)
    expect(newTrail()?.reason).toMatch(/checkpoint|root/)
  })

  test('that was away when the relay started and is another now: that is a record', {
    tags: ['req/P11-10a-3', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    const other = new Workstation({ name: 'ws-other' })
    try {
      other.init()
      renameSync(station.notary, join(station.base, 'real-notary'))
      await station.start()
      await station.until('the notary is missed', ({ notary }) => notary.state === 'unreachable')
      cpSync(other.notary, station.notary, { recursive: true })
      await station.settled()
      const found = station.records().findLast(({ kind }) => kind === 'notary.found')
      expect(JSON.stringify(found?.body)).toContain('notary-replaced')
      expect(station.tryRelay('status', '--data', station.data).out).toContain('notary-replaced')
    } finally {
      await other.remove()
    }
  })
})

describe('keys', () => {
  const keyFile = (end: string): string =>
    join(
      station.data,
      'keys',
      readdirSync(join(station.data, 'keys')).find((name) => name.endsWith(end)) ?? '',
    )

  test.each(['.mac', '.seed'])(
    'a missing %s key stops the start with a plain sentence, and no new one is made',
    { tags: ['req/P11-10a-3', 'challenge', 'fault'] },
    async (end) => {
      await station.stop()
      const file = keyFile(end)
      renameSync(file, join(station.base, 'key'))
      const keys = readdirSync(join(station.data, 'keys'))
      await expect(station.start()).rejects.toThrow(/key .* is missing/)
      expect(station.verify()).toMatchObject({ code: 1, out: expect.stringContaining('key-unusable') })
      expect(readdirSync(join(station.data, 'keys'))).toEqual(keys)
      renameSync(join(station.base, 'key'), file)
      await station.start()
      await capture('second.dat')
      expect(station.verify().code).toBe(0)
    },
  )

  test.each(['.mac', '.seed'])(
    'a wrong %s key stops the start with a plain sentence',
    { tags: ['req/P11-10a-3', 'challenge', 'fault'] },
    async (end) => {
      await station.stop()
      const other = new Workstation()
      try {
        other.init()
        const [wrong = ''] = readdirSync(join(other.data, 'keys')).filter((name) => name.endsWith(end))
        const file = keyFile(end)
        rmSync(file)
        cpSync(join(other.data, 'keys', wrong), file)
        await expect(station.start()).rejects.toThrow(/is not the one of trail/)
      } finally {
        await other.remove()
      }
    },
  )

  test('come back from the recovery file', { tags: ['req/P11-10a-3'] }, async () => {
    const withPassphrase = new Workstation()
    try {
      writeFileSync(join(withPassphrase.base, 'passphrase'), 'correct horse battery staple\n')
      withPassphrase.relay(
        ...[
          'init',
          '--data',
          withPassphrase.data,
          '--org',
          'lab.example',
          '--name',
          'ws-test',
          '--project',
          'P-17',
          '--watch',
          withPassphrase.folder,
        ],
        ...['--passphrase-file', join(withPassphrase.base, 'passphrase')],
      )
      rmSync(join(withPassphrase.data, 'keys'), { recursive: true })
      await expect(withPassphrase.start()).rejects.toThrow(/key/)
      writeFileSync(join(withPassphrase.base, 'wrong'), 'correct horse battery stapler\n')
      const refused = withPassphrase.tryRelay(
        'recover',
        '--data',
        withPassphrase.data,
        '--passphrase-file',
        join(withPassphrase.base, 'wrong'),
      )
      expect(refused.code).toBe(2)
      withPassphrase.relay(
        'recover',
        '--data',
        withPassphrase.data,
        '--passphrase-file',
        join(withPassphrase.base, 'passphrase'),
      )
      await withPassphrase.start()
      expect(withPassphrase.verify().code).toBe(0)
    } finally {
      await withPassphrase.remove()
    }
  })
})

describe('the database', () => {
  test('missing stops the start with a plain sentence, and nothing is begun over its place', {
    tags: ['req/P11-10a-3', 'challenge', 'fault'],
  }, async () => {
    await station.stop()
    for (const name of readdirSync(station.data))
      if (name.startsWith('relay.db')) renameSync(join(station.data, name), join(station.base, name))
    await expect(station.start()).rejects.toThrow(/is missing, its keys are there/)
    expect(readdirSync(station.data)).not.toContain('relay.db')
    const again = station.tryRelay(
      'init',
      '--data',
      station.data,
      '--org',
      'lab.example',
      '--name',
      'ws-test',
      '--project',
      'P-17',
      '--watch',
      station.folder,
    )
    expect(again.code).toBe(2)
  })

  test('has one writer: a second relay is told so', { tags: ['req/P11-10e-8'] }, async () => {
    const second = station.tryRelay('run', '--data', station.data, '--port', '0')
    expect(second.code).toBe(2)
    expect(second.error).toContain('another relay is running')
  })
})

test('two clones of a workstation meet at the notary, and the later one begins a new trail', {
  tags: ['req/P11-10a-3', 'challenge', 'fault'],
}, async () => {
  await station.stop()
  const clone = join(station.base, 'clone')
  mkdirSync(clone)
  cpSync(station.data, join(clone, 'data'), { recursive: true })
  await station.start()
  const { trail: old } = await station.status()
  await capture('second.dat')
  await station.stop()
  renameSync(station.data, join(station.base, 'original'))
  renameSync(join(clone, 'data'), station.data)
  writeFileSync(join(station.folder, 'third.dat'), 'of the clone')
  await station.start()
  // The other may have disabled somebody meanwhile: what is found is nobody's until somebody says who is a person.
  const status = await station.until('it is at work', ({ units }) => units.unclaimed === 2)
  expect(status.left).toBe(old)
  expect(status.needs.map(({ code }) => code)).toContain('persons-in-doubt')
})
