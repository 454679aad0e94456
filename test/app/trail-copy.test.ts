import 'fake-indexeddb/auto'
import { canonical, fromUtf8, hex, leafHash, type TrailRecord } from '@compliance-relay/shared/trail'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { factsOf } from '../../web/app/log/facts.ts'
import type { ShownRow } from '../../web/app/log/log.ts'
import { Log } from '../../web/app/log/log.ts'
import { LogDatabase } from '../../web/app/log/log-database.ts'
import { emptyNames } from '../../web/app/log/names.ts'
import { stateBits } from '../../web/app/log/select.ts'
import { TrailCopy } from '../../web/app/log/trail-copy.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { TileRelay } from './tile-relay.ts'

const person = { id: 'LAB\\jdoe', name: 'Jane Doe', via: 'os-session' }
let databases = 0

function made(records: number, seed = 'copy'): TrailMaker {
  return more(new TrailMaker(seed), records - 1)
}

function more(maker: TrailMaker, records: number): TrailMaker {
  for (let i = 0; i < records; i++)
    maker.record('file.created', person, { path: `run ${maker.size}/fid`, project: `P-${maker.size % 3}` })
  return maker
}

function newDatabase(): LogDatabase {
  const database = new LogDatabase(`log ${databases++}`)
  onTestFinished(() => database.close())
  return database
}

/** As a page that is opened again has it. */
function openAgain(database: LogDatabase): Promise<Log> {
  const again = new LogDatabase(database.name)
  onTestFinished(() => again.close())
  return Log.open(again, () => 1)
}

const pull = (log: Log, relay: TileRelay) => log.pull(relay.client, () => undefined)
const only = (log: Log) => {
  const [standing, another] = log.standing()
  if (standing === undefined || another !== undefined) throw new Error('expected one trail')
  return standing
}
const all = (log: Log): (ShownRow | undefined)[] => {
  const found = log.search({})
  return found.slice(0, found.count).map((place) => log.row(place))
}

function expectedRow(maker: TrailMaker, seq: number) {
  const record = JSON.parse(fromUtf8(maker.lines[seq] as Uint8Array)).record as TrailRecord
  return factsOf(record)
}

describe('a copy of a trail', () => {
  test.each([1, 255, 256, 257, 700])(
    'of %i records has every one, byte for byte, newest first',
    async (size) => {
      const maker = made(size)
      const relay = new TileRelay(maker)
      const log = await Log.open(newDatabase(), () => 7)
      await pull(log, relay)
      expect(only(log)).toMatchObject({
        size,
        of: size,
        seen: 7,
        isWritten: true,
        conflict: null,
        fault: null,
      })
      expect(all(log).map((row) => row?.seq)).toEqual(Array.from({ length: size }, (_, i) => size - 1 - i))
      for (const seq of [0, size >> 1, size - 1]) {
        const whole = await log.whole(relay.idOf(maker), seq)
        expect(whole?.line).toBe(fromUtf8(maker.lines[seq] as Uint8Array))
        expect(whole?.leaf).toBe(hex(leafHash(maker.lines[seq] as Uint8Array)))
        const { before, marks, ...facts } = expectedRow(maker, seq)
        expect(whole?.row).toMatchObject(facts)
      }
    },
  )

  test('is opened whole while another tab stores more', async () => {
    const maker = made(300)
    const relay = new TileRelay(maker)
    const database = newDatabase()
    const log = await Log.open(database, () => 1)
    await pull(log, relay)
    const before = await database.trails.toArray()
    more(maker, 300)
    relay.sign(maker)
    await pull(log, relay)
    const [stored] = before
    if (stored === undefined) throw new Error('expected a trail')
    expect((await TrailCopy.load(database, stored, emptyNames())).size).toBe(600)
  })

  test('grows by what is new, and asks for nothing twice but the bundle that was not full', async () => {
    const maker = made(600)
    const relay = new TileRelay(maker)
    const log = await Log.open(newDatabase(), () => 1)
    await pull(log, relay)
    relay.asked.length = 0
    more(maker, 500)
    relay.sign(maker)
    await pull(log, relay)
    expect(only(log).size).toBe(1_100)
    const entries = relay.asked.filter(({ name }) => name === 'readBundles' || name === 'readEntries')
    expect(entries.map(({ path }) => path)).toEqual(['bundles 2 2', 'tile/entries/004.p/76'])
    relay.asked.length = 0
    await pull(log, relay)
    expect(relay.asked.map(({ name }) => name)).toEqual(['readCheckpoint'])
  })

  test('is there again when the page is opened again, with its columns and its hashes', async () => {
    const maker = made(5_000)
    const relay = new TileRelay(maker)
    const database = newDatabase()
    const log = await Log.open(database, () => 1)
    await pull(log, relay)
    more(maker, 300)
    relay.sign(maker)
    await pull(log, relay)
    const again = await openAgain(database)
    expect(all(again)).toEqual(all(log))
    expect(again.search({ projects: ['P-1'] }).count).toBe(log.search({ projects: ['P-1'] }).count)
    relay.asked.length = 0
    await pull(again, relay)
    expect(relay.asked.map(({ name }) => name)).toEqual(['readCheckpoint'])
    more(maker, 1)
    relay.sign(maker)
    await pull(again, relay)
    expect(only(again)).toMatchObject({ size: 5_301, fault: null })
  })
})

describe('a trail of more than one pack', () => {
  const maker = new TrailMaker('packs')
  const relay = new TileRelay(maker)
  const database = new LogDatabase('packs')
  const trail = relay.idOf(maker)
  const versions: number[] = []
  let log: Log

  beforeAll(async () => {
    maker.enrol()
    more(maker, 70_000)
    for (let before = 10; versions.length < 2; before = maker.size - 1) {
      maker.record('file.changed', person, { path: 'run/fid', before: { seq: before } })
      versions.push(maker.size - 1)
    }
    const note = maker.noteOn([20, maker.size - 1], 'reviewed', 'as it should be')
    maker.record('signature.applied', person, { note, roles: ['qa'] })
    relay.sign(maker)
    log = await Log.open(database, () => 1)
    await pull(log, relay)
  }, 120_000)

  afterAll(() => database.close())

  const begin = () => {
    const again = new LogDatabase(database.name)
    onTestFinished(() => again.close())
    return Log.begin(again, () => 1)
  }

  test('has the version after each, also after the page is opened again', async () => {
    const [first = 0, second = 0] = versions
    for (const one of [log, await openAgain(database)]) {
      const next = async (seq: number) => (await one.whole(trail, seq))?.next
      expect([await next(9), await next(10), await next(first), await next(second)]).toEqual([
        null,
        first,
        second,
        null,
      ])
    }
  })

  test('is shown from its newest records on before all columns are read, and nothing is looked for before that', async () => {
    const again = await begin()
    const size = maker.size
    expect(only(again)).toMatchObject({ size, of: size, fault: null })
    const found = again.search({})
    expect(found.count).toBe(size)
    expect([again.has({ trail, seq: 65_536 }), again.has({ trail, seq: 65_535 })]).toEqual([true, false])
    const newest = found.slice(0, 300)
    expect(newest.map((place) => again.row(place))).toEqual(newest.map((place) => log.row(place)))
    expect(again.row({ trail, seq: 20 })).toBeUndefined()
    for (const search of [{ projects: ['P-1'] }, { states: ['reviewed' as const] }, { text: 'run 7' }])
      expect(() => again.search(search)).toThrow('not all columns are read')
    await again.readRest()
    expect(all(again)).toEqual(all(log))
    expect(again.row({ trail, seq: 20 })?.state).toBe(stateBits.reviewed)
    for (const search of [{ projects: ['P-1'] }, { states: ['reviewed' as const] }, { text: 'run 7' }])
      expect(again.search(search).slice(0, size)).toEqual(log.search(search).slice(0, size))
  })

  test.each([
    ['the newest columns', 1],
    ['columns that are read later', 0],
  ])('is let go where %s are gone or of another form, and had again', async (_, index) => {
    const row = await database.packs.get([trail, index])
    if (row === undefined) throw new Error('expected columns')
    await database.packs.put({ ...row, width: row.width - 1 })
    const other = await openAgain(database)
    expect(only(other).size).toBe(0)
    expect(only(other).fault).not.toBe(null)
    await pull(other, relay)
    expect(only(other)).toMatchObject({ size: maker.size, fault: null })
    await database.packs.delete([trail, index])
    const another = await openAgain(database)
    expect(only(another).size).toBe(0)
    await pull(another, relay)
    expect(all(another)).toEqual(all(log))
  })
})

describe('what a relay or a network gives is held against the checkpoint', () => {
  const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))

  /** Behind the first signature of a checkpoint stand those of witnesses, which this device does not judge. */
  const signedPart = (name: string, bytes: Uint8Array) =>
    name === 'readCheckpoint' ? fromUtf8(bytes).split('\n').slice(0, 5).join('\n').length : bytes.length

  test.each(['readBundles', 'readEntries', 'readTile', 'readCheckpoint'] as const)(
    'one bit of %s is another: nothing of it is taken',
    async (name) => {
      const maker = made(700)
      for (const place of [0.1, 0.5, 0.9]) {
        const relay = new TileRelay(maker)
        const log = await Log.open(newDatabase(), () => 1)
        relay.onWay = (asked, bytes) =>
          asked.name === name && !asked.path.endsWith('000')
            ? flipped(bytes, Math.floor(signedPart(name, bytes) * place))
            : bytes
        await pull(log, relay).catch(() => undefined)
        for (const row of all(log)) {
          const { before, marks, ...facts } = expectedRow(maker, row?.seq ?? 0)
          expect(row).toMatchObject(facts)
        }
        expect(only(log).size).toBeLessThan(700)
        relay.onWay = (_, bytes) => bytes
        await pull(log, relay)
        expect(only(log)).toMatchObject({ size: 700, fault: null, conflict: null })
      }
    },
  )

  test('answers that are shorter than asked for, or cut off anywhere, or too long', async () => {
    const maker = made(3_000)
    const relay = new TileRelay(maker)
    const log = await Log.open(newDatabase(), () => 1)
    const whole = (await relay.client.read('readBundles', {
      trail: relay.idOf(maker),
      query: { from: '0', limit: '1' },
    })) as { bytes: Uint8Array }
    for (const change of [
      (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1),
      (bytes: Uint8Array) => bytes.subarray(0, 700),
      (bytes: Uint8Array) => bytes.subarray(0, 1),
      (bytes: Uint8Array) => Buffer.concat([bytes, bytes]),
      () => new Uint8Array(0),
    ]) {
      relay.onWay = ({ name }, bytes) => (name === 'readBundles' ? change(bytes) : bytes)
      await pull(log, relay).catch(() => undefined)
      expect(only(log).size).toBeLessThan(3_000)
      expect(only(log).size % 256).toBe(0)
    }
    relay.asked.length = 0
    // The first bundle of each answer.
    relay.onWay = ({ name }, bytes) => (name === 'readBundles' ? firstBundle(bytes) : bytes)
    await pull(log, relay)
    expect(only(log)).toMatchObject({ size: 3_000, fault: null, conflict: null })
    expect(whole.bytes.length).toBe(firstBundle(whole.bytes).length)
    expect(all(log).map((row) => row?.seq)).toEqual(Array.from({ length: 3_000 }, (_, i) => 2_999 - i))
  })

  test('a network that breaks anywhere loses nothing and doubles nothing', async () => {
    const maker = made(3_000)
    const relay = new TileRelay(maker)
    const database = newDatabase()
    let log = await Log.open(database, () => 1)
    let budget = 0
    relay.onWay = (_, bytes) => {
      if (budget-- <= 0) throw new TypeError('the connection is gone')
      return bytes
    }
    for (let round = 0; only2(log) < 3_000; round++) {
      budget = 2 + (round % 7)
      await pull(log, relay).catch(() => undefined)
      log = await openAgain(database)
      expect(round).toBeLessThan(200)
    }
    expect(all(log).map((row) => row?.seq)).toEqual(Array.from({ length: 3_000 }, (_, i) => 2_999 - i))
  })
})

test.each([1, 32, 33, 64, 70])(
  'a disk that is full at bundle %i keeps what it had by then, and goes on from there',
  async (place) => {
    const maker = made(20_000)
    const relay = new TileRelay(maker)
    const database = newDatabase()
    const log = await Log.open(database, () => 1)
    let left = place
    database.bundles.hook('creating', () => {
      if (--left === 0) throw new Error('the disk is full')
    })
    await expect(pull(log, relay)).rejects.toThrow('the disk is full')
    const stored = Math.floor((place - 1) / 32) * 32 * 256
    for (const one of [log, await openAgain(database)]) {
      expect(only2(one)).toBe(stored)
      expect(all(one).map((row) => row?.seq)).toEqual(
        Array.from({ length: stored }, (_, i) => stored - 1 - i),
      )
    }
    await pull(log, relay)
    for (const one of [log, await openAgain(database)]) {
      expect(only(one)).toMatchObject({ size: 20_000, fault: null, conflict: null })
      expect(all(one).map((row) => row?.seq)).toEqual(Array.from({ length: 20_000 }, (_, i) => 19_999 - i))
    }
  },
)

function firstBundle(bytes: Uint8Array): Uint8Array {
  let at = 0
  for (let i = 0; i < 256; i++) at += 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
  return bytes.subarray(0, at)
}

const only2 = (log: Log) => log.standing()[0]?.size ?? 0

describe('a relay that is not what it was', () => {
  test('holds less: shown, nothing overwritten, its checkpoint kept', async () => {
    const maker = made(400)
    const relay = new TileRelay(maker)
    const log = await Log.open(newDatabase(), () => 5)
    await pull(log, relay)
    const before = all(log)
    relay.makers = [made(300)]
    for (const one of relay.makers) relay.sign(one)
    await pull(log, relay)
    expect(only(log).conflict).toMatchObject({ what: 'behind', at: 5 })
    expect(fromUtf8(only(log).conflict?.checkpoint ?? new Uint8Array())).toContain('\n300\n')
    expect(all(log)).toEqual(before)
  })

  test.each([400, 900])('holds another history of %i records: shown, nothing overwritten', async (size) => {
    const maker = made(400)
    const relay = new TileRelay(maker)
    const database = newDatabase()
    const log = await Log.open(database, () => 5)
    await pull(log, relay)
    const before = all(log)
    const other = more(more2(made(390)), size - 391)
    relay.makers = [other]
    relay.sign(other)
    await pull(log, relay)
    expect(only(log).conflict).toMatchObject({ what: 'forked' })
    expect(all(log)).toEqual(before)
    expect(only(await openAgain(database)).conflict).toMatchObject({ what: 'forked' })
    // And goes on once the relay has its own history again.
    more(maker, 10)
    relay.makers = [maker]
    relay.sign(maker)
    await pull(log, relay)
    expect(only(log)).toMatchObject({ size: 410, conflict: null })
  })

  test('signs by another key: said, and nothing is taken', async () => {
    const maker = made(300)
    const relay = new TileRelay(maker)
    const log = await Log.open(newDatabase(), () => 1)
    await pull(log, relay)
    const strange = made(500, 'another seed')
    relay.makers = [strange]
    relay.sign(strange)
    await pull(log, relay)
    expect(only(log)).toMatchObject({ size: 300 })
    expect(only(log).fault).toMatch(/key/)
  })
})

/** One record of another content. */
function more2(maker: TrailMaker): TrailMaker {
  maker.record('file.created', person, { path: 'another' })
  return maker
}

test('what is stored and is not what it was is let go, and had again', async () => {
  const maker = made(700)
  const relay = new TileRelay(maker)
  const database = newDatabase()
  await pull(await Log.open(database, () => 1), relay)
  await database.packs.clear()
  await database.tops.clear()
  const bundle = await database.bundles.get([relay.idOf(maker), 1])
  if (bundle === undefined) throw new Error('expected a bundle')
  // A letter of a path: it still is an entry.
  const text = new TextDecoder('latin1').decode(bundle.bytes)
  const at = text.indexOf('run 300')
  await database.bundles.put({
    ...bundle,
    bytes: bundle.bytes.map((byte, i) => (i === at ? byte + 1 : byte)),
  })
  const log = await openAgain(database)
  expect(only(log)).toMatchObject({ size: 0 })
  await pull(log, relay)
  expect(only(log)).toMatchObject({ size: 700, fault: null })
  expect(canonical({ path: (await log.whole(relay.idOf(maker), 300))?.record.body['path'] ?? null })).toBe(
    '{"path":"run 300/fid"}',
  )
})
