import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { base64, parseCheckpoint } from '@compliance-relay/shared/trail'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Workstation } from '../support/workstation.ts'

/* Exports of a real relay that has left a trail, and whose database somebody has made shorter afterwards. */

const why = ['--reason', 'for the inspection of the laboratory']

let station: Workstation
let old: string

/** A trail that was left because an older copy of it was put back: what the copy has of it is in every export. */
beforeEach(async () => {
  station = new Workstation({ init: ['--quiet', '1'] })
  station.init()
  await station.start()
  old = (await station.status()).trail
  await capture('a.dat', 1)
  await capture('b.dat', 2)
  await station.stop()
  cpSync(station.data, join(station.base, 'copy'), { recursive: true })
  await station.start()
  await capture('c.dat', 3)
  await station.stop()
  rmSync(station.data, { recursive: true })
  renameSync(join(station.base, 'copy'), station.data)
  await station.start()
  await station.settled()
  expect((await station.status()).trail).not.toBe(old)
})
afterEach(async () => {
  await station.stop('SIGKILL')
  await station.remove()
})

async function capture(name: string, recorded: number): Promise<void> {
  writeFileSync(join(station.folder, name), name)
  await station.until('it is recorded', ({ units }) => units.recorded === recorded)
  await station.settled()
}

test('what was recorded before in a trail that was left is named with that trail', {
  tags: ['req/P11-10e-1'],
}, async () => {
  const first = (path: string) => station.records().find(({ body }) => body['path'] === path)
  expect(first('a.dat')).toBeUndefined()
  writeFileSync(join(station.folder, 'a.dat'), 'other content')
  await station.until('it is recorded again', () => first('a.dat') !== undefined)
  writeFileSync(join(station.folder, 'a.dat'), 'third content')
  const versions = () => station.records().filter(({ body }) => body['path'] === 'a.dat')
  await station.until('it is recorded once more', () => versions().length === 2)
  const [second, third] = versions()
  expect(second?.body['before']).toMatchObject({ trail: old, seq: expect.any(Number) })
  expect(third?.body['before']).toEqual({
    seq: second?.seq,
    digest: second?.body['sha256'],
    size: second?.body['size'],
  })
})

let made = 0
function exported(...args: string[]) {
  const out = join(station.base, `export-${++made}.zip`)
  return station.tryRelay('export', '--data', station.data, '--out', out, ...why, ...args)
}

/** As somebody does who has the file in hand: no trigger is in the way, and all are there afterwards. */
function inDatabase<Result>(work: (database: DatabaseSync, trail: number) => Result): Result {
  return station.inDatabase((database) => {
    const { id } = database.prepare('SELECT id FROM trail WHERE origin = ?').get(old) as { id: number }
    return work(database, id)
  })
}

function removeLastHeads(): number {
  return inDatabase((database, trail) => {
    const sizes = database.prepare('SELECT size FROM checkpoint WHERE trail = ? ORDER BY size').all(trail)
    const kept = Number(sizes[1]?.['size'])
    database.prepare('DELETE FROM checkpoint WHERE trail = ? AND size > ?').run(trail, kept)
    return kept
  })
}

test('a trail that was left is in the bag as far as it was there then, whatever the notary has beyond that', async () => {
  const done = exported('--json')
  expect(done).toMatchObject({ code: 0, error: '' })
  expect(JSON.parse(done.out)).toMatchObject({ leftOut: [], unasked: [], trails: [{ trail: old }, {}] })
})

test('whose last heads were removed is left out, and that is said; nor is it sealed for who asks for it', {
  tags: ['req/P11-10b-1', 'challenge'],
}, async () => {
  const sealed = JSON.parse(exported('--json').out)
  await station.stop()
  const kept = removeLastHeads()
  await station.start()
  await station.settled()
  const done = exported()
  expect(done).toMatchObject({ code: 0, error: '' })
  expect(done.out).toContain(`left out      ${old}`)
  // As somebody asks who has written another program for it.
  const seal = station.records().findLast(({ kind }) => kind === 'export.sealed')
  const { by: _, ...body } = seal?.body ?? {}
  const root = inDatabase((database, trail) => {
    const read = database.prepare('SELECT note FROM checkpoint WHERE trail = ? AND size = ?')
    return base64(parseCheckpoint((read.get(trail, kept) as { note: Uint8Array }).note).root)
  })
  const trails = [{ trail: old, size: kept, root }, ...(body['trails'] as object[])]
  const before = station.records().length
  const asked = () => station.ask('export.seal', { ...body, trails, leftOut: [] })
  const missing = `a head of ${sealed.trails[0].size} records is missing here that the notary had`
  await expect(asked()).rejects.toThrow(missing)
  // Also where the notary cannot be asked: the first record of the trail after it says so.
  renameSync(station.notary, join(station.base, 'away'))
  await expect(asked()).rejects.toThrow(missing)
  expect(station.records()).toHaveLength(before)
})

test.each([
  ['with its name', ['entry', 'entry_columns', 'checkpoint', 'trail']],
  ['but for its name', ['entry', 'entry_columns']],
] as const)(
  'that was removed whole, %s, is named as left out',
  {
    tags: ['req/P11-10b-1', 'challenge'],
  },
  async (_, tables) => {
    await station.stop()
    inDatabase((database, trail) => {
      for (const table of tables)
        database.prepare(`DELETE FROM ${table} WHERE ${table === 'trail' ? 'id' : 'trail'} = ?`).run(trail)
    })
    await station.start()
    await station.settled()
    const done = exported('--json')
    expect(done).toMatchObject({ code: 0, error: '' })
    expect(JSON.parse(done.out)).toMatchObject({ leftOut: [old], trails: [{}] })
  },
)

test('whose last records were removed with their heads is left out', {
  tags: ['req/P11-10b-1', 'challenge'],
}, async () => {
  await station.stop()
  const kept = removeLastHeads()
  inDatabase((database, trail) => {
    for (const table of ['entry', 'entry_columns'])
      database.prepare(`DELETE FROM ${table} WHERE trail = ? AND seq >= ?`).run(trail, kept)
  })
  await station.start()
  await station.settled()
  // The trail after it says how long it was, whatever the notary says.
  renameSync(station.notary, join(station.base, 'away'))
  const done = exported()
  expect(done).toMatchObject({ code: 0, error: '' })
  expect(done.out).toContain(`left out      ${old}`)
})

test('while the notary is away, the answer says that it could not be asked', {
  tags: ['challenge'],
}, async () => {
  renameSync(station.notary, join(station.base, 'away'))
  const done = exported('--json')
  expect(done).toMatchObject({ code: 0, error: '' })
  expect(JSON.parse(done.out)).toMatchObject({ unasked: [old], leftOut: [] })
})
