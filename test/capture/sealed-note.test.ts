import { cpSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createFileNotary } from '@compliance-relay/shared/relay'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { account, Workstation } from '../support/workstation.ts'

/*
 * What the relay notes beside its trail with each commit, under a seal: which settings are in force, and since when nobody
 * would look. Somebody who can write into the database, and has no key, changes that, and damages the records it stands for.
 */

let station: Workstation
/** Of the recovery file, as the set-up prints it. */
let passphrase: string

beforeEach(async () => {
  station = new Workstation({ init: ['--quiet', '1'] })
  passphrase = /^ {2}passphrase (\S+)$/m.exec(station.init())?.[1] ?? ''
  await station.start()
  station.write('first.dat', 'first')
  await station.until('it is recorded', ({ units }) => units.recorded === 1)
  await station.settled()
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

/** Two bytes of each line of a kind are others: no one byte mends it. */
function damage(kind: string, since = 0): void {
  station.inDatabase((database) =>
    database
      .prepare(
        `UPDATE entry SET line = CAST(replace(CAST(line AS TEXT), '"reason":"', '"rEaSon":"') AS BLOB)
         WHERE seq >= ? AND instr(CAST(line AS TEXT), '"kind":"${kind}"') > 0`,
      )
      .run(since),
  )
}

const beside = ['alive', 'settings'] as const
type Beside = Readonly<Record<(typeof beside)[number], string>>

/** The note and the copy of the settings, as they stand there. */
function takeBeside(): Beside {
  return station.inDatabase(
    (database) =>
      database
        .prepare('SELECT state AS alive, value AS settings FROM alive, settings')
        .get() as unknown as Beside,
  )
}

function putBeside({ alive, settings }: Beside): void {
  station.inDatabase((database) => {
    database.prepare('UPDATE alive SET state = ?').run(alive)
    database.prepare('UPDATE settings SET value = ?').run(settings)
  })
}

function disable(): void {
  station.relay('person', 'disable', account, '--reason', 'suspended for now', '--data', station.data)
}

const opened = () => station.records().find(({ kind }) => kind === 'trail.opened')?.body ?? {}
const codes = async () => (await station.status()).needs.map(({ code }) => code)

test('a person stays disabled whose disabling is damaged: what was noted after it bears out the copy of the settings', {
  tags: ['req/P11-10d-1', 'req/P11-10e-1', 'challenge', 'fault'],
}, async () => {
  disable()
  await station.stop()
  const disabling = station.records().findLast(({ kind }) => kind === 'settings.changed')
  damage('settings.changed', disabling?.seq)
  await station.start()
  station.write('second.dat', 'second')
  expect(await station.recordOf('second.dat')).toMatchObject({
    kind: 'capture.refused',
    body: { reason: 'person-disabled' },
  })
  expect(opened()).toMatchObject({ inDoubt: ['accounts'] })
})

test.each([
  ['with the note and the copy of before it put back', (before: Beside) => before],
  ['with the copy of before it put back, and no note', (before: Beside) => ({ ...before, alive: '{}' })],
])(
  'where the disabling of a person is damaged, %s, nobody is a person, and that is said',
  {
    tags: ['req/P11-10d-1', 'req/P11-10e-1', 'challenge', 'fault'],
  },
  async (_, put) => {
    const before = takeBeside()
    disable()
    await station.stop()
    const disabling = station.records().findLast(({ kind }) => kind === 'settings.changed')
    damage('settings.changed', disabling?.seq)
    putBeside(put(before))
    expect(station.verify()).toMatchObject({ code: 1, out: expect.stringContaining('people-in-doubt') })
    await station.start()
    station.write('second.dat', 'second')
    expect(await station.recordOf('second.dat')).toMatchObject({ kind: 'capture.refused' })
    expect(opened()).toMatchObject({ inDoubt: expect.arrayContaining(['persons']) })
    expect(await codes()).toContain('persons-in-doubt')
    expect(station.verify().out).toContain('people-in-doubt')
    station.relay(
      'person',
      'add',
      `${account}=Test Person`,
      '--reason',
      'is one all the same',
      '--data',
      station.data,
    )
    expect(await codes()).not.toContain('persons-in-doubt')
  },
)

test('where all records of the settings are damaged, a copy of them that names another notary is not believed: the one there was misses what is gone', {
  tags: ['req/P11-10a-3', 'req/P11-10e-1', 'challenge', 'fault'],
}, async () => {
  await station.stop()
  const before = takeBeside()
  const size = station.records().length
  const other = join(station.base, 'other-notary')
  cpSync(station.notary, other, { recursive: true })
  await station.start()
  station.write('second.dat', 'unwanted')
  await station.recordOf('second.dat')
  await station.settled()
  await station.stop()
  station.inDatabase((database) => {
    for (const table of ['entry', 'entry_columns', 'unit'])
      database.prepare(`DELETE FROM ${table} WHERE seq >= ?`).run(size)
    database.prepare('DELETE FROM checkpoint WHERE size > ?').run(size)
  })
  damage('settings.changed')
  // An older note is no forgery: by it the copy of then is believed, and its notary is the right one.
  putBeside(before)
  expect(station.verify()).toMatchObject({ code: 1, out: expect.stringContaining('notary-ahead') })
  putBeside({ ...before, settings: before.settings.replaceAll(station.notary, other) })
  const verdict = station.verify()
  expect(verdict).toMatchObject({ code: 1, out: expect.stringContaining('notary-unknown') })
  expect(verdict.out).toContain('any notary: which is the one of this relay is not known')
  await station.start()
  expect(opened()).toMatchObject({
    previous: { notarised: null, reason: expect.stringContaining('notary-unknown') },
    inDoubt: ['accounts', 'persons', 'notary'],
  })
  expect(await codes()).toEqual(expect.arrayContaining(['persons-in-doubt', 'notary-in-doubt']))
  // Files are noticed all the same, as nobody's.
  station.write('third.dat', 'third')
  expect(await station.recordOf('third.dat')).toMatchObject({ kind: 'capture.refused' })
  await station.stop()
  await station.start()
  await station.until('no notary is asked', ({ notary }) => notary.state === 'unreachable')
  expect(await codes()).toContain('notary-in-doubt')
  expect(station.verify().out).toContain('notary-unknown')
  const set = (folder: string, typed = passphrase) =>
    station.tryRelayWith(
      `${typed}\n`,
      ...['notary', 'set', folder, '--reason', 'as the protocol has it', '--data', station.data],
    )
  // Being at this machine is not enough, whichever way it is asked.
  expect(set(station.notary).error).toContain('stop the relay first')
  const reason = 'as the protocol has it'
  await expect(station.ask('notary.set', { folder: other, reason })).rejects.toThrow('its recovery file')
  await station.stop()
  expect(set(other, 'another passphrase').error).toContain('or another passphrase')
  for (const place of [station.data, station.folder]) {
    const inside = join(place, 'notary')
    cpSync(station.notary, inside, { recursive: true })
    expect(set(inside).code).not.toBe(0)
    rmSync(inside, { recursive: true })
  }
  // Said wrong, and then right.
  for (const folder of [other, station.notary])
    expect(set(folder)).toMatchObject({ code: 0, out: expect.stringContaining('the next start asks') })
  expect(station.relay('settings', '--data', station.data)).toContain('named where records')
  await station.start()
  await station.until('it is given all', ({ notary }) => notary.state === 'reachable' && !notary.behind)
  expect(await codes()).not.toContain('notary-in-doubt')
  // It has what is gone, and is asked for it.
  expect(station.verify().out).toContain('notary-ahead')
})

test('a notary whose folder was moved is found again with the recovery file, and no other is taken for it', {
  tags: ['req/P11-10e-1', 'challenge'],
}, async () => {
  const set = (folder: string, typed: string) =>
    station.tryRelayWith(
      `${typed}\n`,
      ...['notary', 'set', folder, '--reason', 'the share has moved', '--data', station.data],
    )
  const [moved, other] = [join(station.base, 'moved'), join(station.base, 'other-notary')]
  await createFileNotary(other)
  await station.stop()
  renameSync(station.notary, moved)
  // Nothing is asked for before it is known that it can be.
  expect(set(other, '')).toMatchObject({ code: 2, error: expect.stringContaining('is known, and stays') })
  expect(set(moved, 'another passphrase').error).toContain('or another passphrase')
  expect(set(moved, passphrase)).toMatchObject({ code: 0 })
  await station.start()
  await station.until('it is given all', ({ notary }) => notary.state === 'reachable' && !notary.behind)
  expect(await codes()).toEqual([])
  expect(station.verify().code).toBe(0)
})

test('newest records that are taken away before any notary has a head of them are missed by the note that was sealed with them', {
  tags: ['req/P11-10e-1', 'challenge', 'fault'],
}, async () => {
  await station.stop()
  // What is written from here on, no notary is told.
  const away = `${station.notary}-away`
  renameSync(station.notary, away)
  await station.start()
  const size = station.records().length
  station.write('second.dat', 'unwanted')
  await station.recordOf('second.dat')
  await station.stop('SIGKILL')
  station.inDatabase((database) => {
    for (const table of ['entry', 'entry_columns', 'unit'])
      database.prepare(`DELETE FROM ${table} WHERE seq >= ?`).run(size)
    database.prepare('DELETE FROM checkpoint WHERE size > ?').run(size)
  })
  renameSync(away, station.notary)
  expect(station.verify()).toMatchObject({ code: 1, out: expect.stringContaining('note-ahead') })
  await station.start()
  expect(opened()).toMatchObject({ previous: { reason: expect.stringContaining('note-ahead') } })
  // Nobody is in doubt for whom the note itself speaks: it is of later than what is gone.
  expect(opened()).not.toMatchObject({ inDoubt: expect.arrayContaining(['persons']) })
})

const lastStart = () => station.records().findLast(({ kind }) => kind === 'relay.started')

test('a time of last being at work that somebody wrote hides no gap, and is named', {
  tags: ['req/P11-10e-6', 'challenge', 'fault'],
}, async () => {
  await station.stop('SIGKILL')
  const since = station.records().at(-1)?.time
  station.write('second.dat', 'made meanwhile')
  const state = JSON.parse(takeBeside().alive)
  const at = Date.now() + 3_000
  station.inDatabase((database) =>
    database.prepare('UPDATE alive SET state = ?').run(JSON.stringify({ ...state, at, oldest: undefined })),
  )
  await station.start()
  const { body } = await station.recordOf('second.dat')
  expect(lastStart()?.body['gap']).toMatchObject({
    from: since,
    stopped: false,
    disbelieved: new Date(at).toISOString(),
  })
  expect(body['late']).toMatchObject({ from: since })
})

test('a note of an orderly stop, put back after the relay was killed, makes the gap longer and no stop orderly', {
  tags: ['req/P11-10e-6', 'challenge', 'fault'],
}, async () => {
  await station.stop()
  const before = takeBeside()
  await station.start()
  await station.settled()
  await station.stop('SIGKILL')
  putBeside(before)
  await station.start()
  const from = new Date(JSON.parse(before.alive).at).toISOString()
  expect(lastStart()?.body['gap']).toMatchObject({ from, stopped: false })
})

test('a database whose note has no seal yet is opened, goes on, and has one then', {
  tags: ['req/P11-10e-5', 'challenge'],
}, async () => {
  const { trail } = await station.status()
  await station.stop()
  station.inDatabase((database) =>
    database.exec("UPDATE alive SET state = json_remove(state, '$.seal', '$.trail', '$.size', '$.settings')"),
  )
  await station.start()
  await station.settled()
  expect((await station.status()).trail).toBe(trail)
  expect(lastStart()?.body['gap']).toMatchObject({ stopped: true })
  expect(lastStart()?.body['gap']).not.toHaveProperty('disbelieved')
  expect(station.verify()).toMatchObject({ code: 0 })
  expect(JSON.parse(takeBeside().alive)).toMatchObject({
    trail,
    seal: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
})

test('the name of a trail that has no record, put after the newest, stops no start, and is said to be nobody’s', {
  tags: ['req/P11-10e-1', 'challenge', 'fault'],
}, async () => {
  const { trail } = await station.status()
  await station.stop()
  const origin = trail.replace(/[^/]*$/, '20261130-ffff')
  station.inDatabase((database) => {
    const names = [`${origin}', '${origin}+00000000+AAAA`, `${origin}f', 'x`]
    database.exec(`INSERT INTO trail VALUES (9, '${names[0]}'), (9223372036854775807, '${names[1]}')`)
  })
  expect(station.verify()).toMatchObject({
    code: 1,
    out: expect.stringContaining('it names a trail that has no record'),
  })
  await station.start()
  station.write('second.dat', 'second')
  await station.recordOf('second.dat')
  expect((await station.status()).trail).toBe(trail)
  expect(await codes()).toContain('not-ours')
  const foreign = station.records().find(({ kind }) => kind === 'schema.foreign')
  expect(foreign?.body['parts']).toMatchObject([{ what: 'trail', name: origin }, { what: 'trail' }])
})
