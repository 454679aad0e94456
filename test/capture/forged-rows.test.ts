import { randomUUID } from 'node:crypto'
import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { settingsDigest } from '../../agent/src/sealed-note.ts'
import { parseSettings } from '../../agent/src/settings.ts'
import { schemaFaults } from '../../agent/src/sqlite/schema-faults.ts'
import { seedOf } from '../support/arbitraries.ts'
import { Random } from '../support/random.ts'
import { Workstation } from '../support/workstation.ts'

/* Rows and triggers that somebody puts into the database while the relay runs: what it seals, signs and gives is its own. */

let station: Workstation

beforeEach(async () => {
  station = new Workstation({ init: ['--quiet', '1'] })
  station.init()
  await station.start()
  station.write('first.dat', 'first')
  await station.until('it is recorded', ({ units }) => units.recorded === 1)
  await station.settled()
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

const tags = ['req/P11-10e-1', 'challenge', 'fault']
const why = ['--reason', 'as the protocol has it', '--data']

/** Beside a relay at work. */
function beside<Result>(work: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(join(station.data, 'relay.db'), { defensive: false })
  try {
    database.exec('PRAGMA busy_timeout = 10000')
    return work(database)
  } finally {
    database.close()
  }
}

const note = () =>
  beside((database) => {
    const { state, value } = database.prepare('SELECT state, value FROM alive, settings').get() ?? {}
    const { size, settings } = JSON.parse(String(state)) as { size: number; settings: string }
    return { size, settings, copy: parseSettings(JSON.parse(String(value))) }
  })

const rulesAsMade = () =>
  beside((database) => schemaFaults(database).every(({ remedy }) => remedy === 'left'))

/** Sizes of the heads that the notary holds. */
function notarised(): readonly number[] {
  return readdirSync(station.notary, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const [, size] = /(?:^|[\\/])(\d+)\.checkpoint$/.exec(name) ?? []
    return size === undefined ? [] : [Number(size)]
  })
}

test('how many records a note is of is what the relay wrote, whatever stands in the database for a moment', {
  tags,
}, async () => {
  beside((database) => {
    for (const name of ['entry_follows', 'entry_kept']) database.exec(`DROP TRIGGER ${name}`)
    database.exec(`
      CREATE TRIGGER z1 AFTER UPDATE ON settings BEGIN INSERT INTO entry VALUES (1, 1000000, '', x'00', x'00'); END;
      CREATE TRIGGER z2 AFTER UPDATE ON alive WHEN EXISTS (SELECT 1 FROM entry WHERE seq = 1000000)
      BEGIN DELETE FROM entry WHERE seq = 1000000; END;`)
  })
  station.relay('project', 'add', 'P-99', ...why, station.data)
  expect(rulesAsMade()).toBe(true)
  expect(note().size).toBeLessThanOrEqual(station.records().length)
})

test('checkpoints that somebody puts into the database hide no head from the notary, are not given to it, and are said', {
  tags,
}, async () => {
  const next = station.records().length + 1
  beside((database) => {
    const put = database.prepare("INSERT INTO checkpoint (trail, size, note) VALUES (1, ?, x'00')")
    for (const size of [2 ** 40, next, next + 1]) put.run(size)
  })
  for (const name of ['second.dat', 'third.dat', 'fourth.dat']) {
    station.write(name, name)
    await station.recordOf(name)
  }
  const { seq } = await station.recordOf('fourth.dat')
  await station.until('the notary has a head of it', () => notarised().some((size) => size > seq))
  expect(notarised()).not.toContain(2 ** 40)
  await station.until('it is said', ({ notary }) =>
    JSON.stringify(notary).includes('that this relay has not signed'),
  )
})

test('a database that says of each checkpoint that it was given keeps none from the notary', {
  tags,
}, async () => {
  beside((database) =>
    database.exec(`CREATE TRIGGER z AFTER INSERT ON checkpoint BEGIN
      UPDATE checkpoint SET notarised = '2026-11-30T17:00:00.000Z' WHERE notarised IS NULL; END`),
  )
  station.write('second.dat', 'second')
  const { seq } = await station.recordOf('second.dat')
  await station.until('the notary has a head of it', () => notarised().some((size) => size > seq))
})

test('a stop in the midst of changes notes the settings that are in force, and no change stands after it', {
  tags,
}, async () => {
  const random = new Random(seedOf('stops in the midst of changes'))
  const control = join(station.data, 'control')
  const waiting = () => readdirSync(control).filter((name) => name.endsWith('.request')).length
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 3; i++) {
      const path = join(control, randomUUID())
      const asked = { project: `Q-${round}-${i}`, reason: 'one of many projects' }
      writeFileSync(`${path}.tmp`, JSON.stringify({ command: 'project.add', arguments: asked }))
      renameSync(`${path}.tmp`, `${path}.request`)
    }
    while (waiting() === 3) await wait(1)
    await wait(random.integer(0, 40))
    await station.stop('SIGINT')
    const { settings, copy } = note()
    expect(settings).toBe(settingsDigest(copy))
    expect(station.records().at(-1)?.kind).toBe('relay.stopped')
    await station.start()
  }
})

/** Beyond what a number of this program holds, beyond what it takes for a place, and before the first one. */
const nowhere = ['9007199254740993', '9007199254740991', '-1', '-9007199254740993']
const strange = nowhere.flatMap((place) => [
  `INSERT INTO entry VALUES (1, ${place}, '', x'00', x'00')`,
  `INSERT INTO entry_columns VALUES (1, ${place}, '2026', 'capture.refused', 'x', NULL, 'ghost', '${place}')`,
  `INSERT INTO entry_columns VALUES (${place}, 0, '2026', 'settings.changed', 'x', NULL, 'ghost', NULL)`,
  `INSERT INTO checkpoint VALUES (1, ${place}, x'00', NULL)`,
  `INSERT INTO time_stamp VALUES (1, ${place}, 'x', NULL, NULL)`,
  `INSERT INTO cursor VALUES ('s${place}', 't', ${place}, ${place}, 'x', x'00')`,
])

test('rows under numbers that no record has stop no start and no capture, and are named', {
  tags,
}, async () => {
  const { trail } = await station.status()
  // At work what is read is read as before; the triggers keep such rows from among the entries.
  beside((database) => {
    for (const sql of strange) if (!sql.includes('INTO entry ')) database.exec(sql)
  })
  station.write('second.dat', 'second')
  expect(await station.recordOf('second.dat')).toMatchObject({ kind: 'file.created' })
  await station.settled()
  expect(station.relay('unclaimed', '--data', station.data)).toContain('No capture is unclaimed')
  await station.stop()
  station.inDatabase((database) => {
    for (const sql of strange) if (sql.includes('INTO entry ')) database.exec(sql)
  })
  const evidence = ['entry', 'checkpoint', 'time_stamp']
  const named = nowhere.flatMap((place) => evidence.map((table) => `${place} of trail 1 in ${table}\n`))
  const stopped = station.verify()
  expect(stopped.code).toBe(1)
  for (const one of [...named, 'row-unreadable']) expect(stopped.out).toContain(one)

  await station.start()
  station.write('third.dat', 'third')
  expect(await station.recordOf('third.dat')).toMatchObject({ kind: 'file.created' })
  await station.settled()
  const status = await station.status()
  expect(status.trail).toBe(trail)
  expect(status.needs.map(({ code }) => code)).toEqual(['set-right', 'not-ours'])
  const started = station.verify()
  expect(started.code).toBe(1)
  for (const one of named) expect(started.out).toContain(one)
  // What people search by was made again.
  expect(started.out).not.toContain('row-unreadable')
  expect(started.out).toContain(`${named.length} findings in all`)
})

test('triggers put into the database of a relay at work act on nothing that it writes, and are named', {
  tags,
}, async () => {
  beside((database) => {
    database.exec('DROP TRIGGER entry_stays')
    database.exec(`
      CREATE TRIGGER eats AFTER INSERT ON entry BEGIN DELETE FROM unit; UPDATE alive SET state = '{}'; END;
      CREATE TRIGGER forges AFTER INSERT ON entry_columns BEGIN
        UPDATE entry_columns SET actor = 'nobody' WHERE seq = NEW.seq; END;
      CREATE VIEW entries AS SELECT * FROM entry;
      CREATE TABLE notes (text);`)
  })
  station.write('second.dat', 'second')
  const { seq, kind } = await station.recordOf('second.dat')
  expect(kind).toBe('file.created')
  const columns = beside((database) =>
    database.prepare('SELECT actor FROM entry_columns WHERE trail = 1 AND seq = ?').get(seq),
  )
  expect(columns?.['actor']).not.toBe('nobody')
  expect(rulesAsMade()).toBe(true)
  const found = station.records().filter((record) => record.kind.startsWith('schema.'))
  expect(found.map((record) => record.kind)).toEqual(['schema.mended', 'schema.foreign'])
  const parts = (found[0]?.body['parts'] ?? []) as { what: string; name: string }[]
  expect(parts.map(({ what, name }) => `${what} ${name}`).sort()).toEqual([
    'trigger eats',
    'trigger entry_stays',
    'trigger forges',
    'view entries',
  ])
  expect((await station.status()).needs.map(({ code }) => code)).toEqual(['set-right', 'not-ours'])
  await station.settled()
  await station.stop()
  const { out } = station.verify()
  expect(out).toContain('expected no table notes')
  expect(out).toContain('\n1 finding in all')
})

test('while a table of the database is another than the relay makes, nothing is recorded, files are noticed, and that is said', {
  tags,
}, async () => {
  const size = station.records().length
  beside((database) => database.exec('ALTER TABLE entry ADD COLUMN more TEXT'))
  station.write('second.dat', 'second')
  await station.until('it is said', ({ needs }) => needs.some(({ code }) => code === 'not-recording'))
  expect(JSON.stringify((await station.status()).held)).toContain('the table entry of the database')
  expect(station.records()).toHaveLength(size)
  beside((database) => database.exec('ALTER TABLE entry DROP COLUMN more'))
  expect(await station.recordOf('second.dat')).toMatchObject({ kind: 'file.created' })
})

/** Makes and drops a table of somebody else's all the time, until it is ended. */
function restless(milliseconds: number): () => void {
  const timer = setInterval(
    () => beside((database) => database.exec('CREATE TABLE restless (a); DROP TABLE restless')),
    milliseconds,
  )
  return () => clearInterval(timer)
}

test('a row of the capture state that is of no form ends no relay at work', { tags }, async () => {
  beside((database) =>
    database.exec(
      "INSERT INTO unit SELECT folder, 12, kind, state, '', stamp, size, digest, profile, trail, seq FROM unit LIMIT 1",
    ),
  )
  station.relay('scan', '--data', station.data)
  station.write('second.dat', 'second')
  expect(await station.recordOf('second.dat')).toMatchObject({ kind: 'file.created' })
  expect((await station.status()).state).toBe('running')
})

test('definitions that change all the time, and are as they should be, keep no head from the notary', {
  tags,
}, async () => {
  const end = restless(10)
  try {
    station.write('second.dat', 'second')
    const { seq } = await station.recordOf('second.dat')
    await station.until('the notary has a head of it', () => notarised().some((size) => size > seq))
  } finally {
    end()
  }
})

test('a start is not hindered by definitions that change all the time, nor by what it has to set right then', {
  tags,
}, async () => {
  await station.stop()
  beside((database) => database.exec('DROP TRIGGER entry_kept'))
  const end = restless(3)
  try {
    await station.start()
    station.write('second.dat', 'second')
    expect(await station.recordOf('second.dat')).toMatchObject({ kind: 'file.created' })
  } finally {
    end()
  }
  expect(rulesAsMade()).toBe(true)
})

test('where a new trail has to be begun, rows under the largest number there is hinder no start', {
  tags,
}, async () => {
  const { trail } = await station.status()
  await station.stop()
  station.inDatabase((database) => {
    database.exec(`
      PRAGMA foreign_keys = OFF;
      INSERT INTO entry_columns VALUES (${2 ** 52}, 0, '2026', 'settings.changed', 'x', NULL, 'ghost', NULL);
      INSERT INTO entry VALUES (${2 ** 52}, 3, '', x'00', x'00');
      UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), 'first.dat', 'fIrSt.dat') AS BLOB)`)
  })
  await station.start()
  station.write('second.dat', 'second')
  expect(await station.recordOf('second.dat')).toMatchObject({ kind: 'file.created' })
  expect((await station.status()).trail).not.toBe(trail)
})
