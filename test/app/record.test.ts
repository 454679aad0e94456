import 'fake-indexeddb/auto'
import { hex, leafHash, sha256, utf8 } from '@compliance-relay/shared/trail'
import { expect, onTestFinished, test } from 'vitest'
import { Log } from '../../web/app/log/log.ts'
import { LogDatabase } from '../../web/app/log/log-database.ts'
import { TrailMaker } from '../support/make-trail.ts'
import { TileRelay } from './tile-relay.ts'

/* What a device says of one record: over a trail of several bundles, and over one that somebody has had their hands on. */

const person = { id: 'jdoe', name: 'Jane Doe', via: 'os-session' }
const digest = (text: string) => hex(sha256(utf8(text)))
let databases = 0

/** A trail in which every record has a file of its own, the last a data set with the first file in it. */
function made(records: number): TrailMaker {
  const maker = new TrailMaker('record')
  for (let i = 1; i < records - 1; i++)
    maker.record('file.created', person, {
      path: `run ${i}`,
      project: 'P-1',
      sha256: digest(`run ${i}`),
      size: i,
    })
  maker.record('dataset.created', person, {
    path: 'set',
    manifest: digest('manifest'),
    raw: digest('raw'),
    files: [{ path: 'fid', sha256: digest('run 1'), size: 1 }],
  })
  return maker
}

async function copied(maker: TrailMaker) {
  const database = new LogDatabase(`record ${databases++}`)
  onTestFinished(() => database.close())
  const relay = new TileRelay(maker)
  let now = 1_000
  const log = await Log.open(database, () => now)
  const pull = async (at: number) => {
    now = at
    relay.sign(maker)
    await log.pull(relay.client, () => undefined)
  }
  await pull(now)
  return { database, log, pull, trail: relay.idOf(maker) }
}

test.each([2, 256, 257, 700, 1_025])('every step of each record of a trail of %i holds', async (size) => {
  const { log, trail } = await copied(made(size))
  for (const seq of [0, 1, size >> 1, size - 2, size - 1]) {
    const check = await log.check(trail, seq)
    expect(check?.steps.map(({ holds }) => holds)).toEqual([true, true, true, true])
  }
  expect(await log.check(trail, size)).toBeUndefined()
})

test('a stored line that was changed makes another root, and its neighbours do not hold either', async () => {
  const { database, log, trail } = await copied(made(600))
  const bundle = await database.bundles.get([trail, 1])
  if (bundle === undefined) throw new Error('expected a bundle')
  const bytes = bundle.bytes.slice()
  const at = new TextDecoder('latin1').decode(bytes).indexOf('run 300')
  bytes[at] = 'R'.charCodeAt(0)
  await database.bundles.put({ ...bundle, bytes })
  const failed = async (seq: number) =>
    (await log.check(trail, seq))?.steps.filter(({ holds }) => holds === false).map(({ title }) => title)
  expect(await failed(300)).toEqual(['The way from the leaf to the root'])
  expect(await failed(301)).toEqual(['The way from the leaf to the root'])
  expect(await failed(599)).toEqual([])
})

test('a file is found by its content, alone and in a data set, also after a start; another is not', async () => {
  const maker = made(600)
  const { database, log, trail } = await copied(maker)
  const again = new LogDatabase(database.name)
  onTestFinished(() => again.close())
  for (const one of [log, await Log.open(again, () => 1)]) {
    const found = await one.findDigests([digest('run 1'), digest('raw'), digest('other'), 'no digest'])
    expect(found).toMatchObject([
      {
        matches: [
          { trail, seq: 599, as: 'member', members: ['fid'] },
          { trail, seq: 1, as: 'file', path: 'run 1' },
        ],
        more: 0,
      },
      { matches: [{ seq: 599, as: 'raw-data' }] },
      { matches: [], more: 0 },
      { matches: [], more: 0 },
    ])
  }
})

test('a device says by when it had been given a record, and when it last was given a head without it', async () => {
  const maker = made(300)
  const { log, pull, trail } = await copied(maker)
  const first = maker.size
  maker.record('file.created', person, { path: 'later' })
  await pull(100_000)
  // Less than a minute later: the bound is as late as the next sighting.
  maker.record('file.created', person, { path: 'latest' })
  await pull(110_000)
  await pull(170_000)
  const anchor = async (seq: number) => (await log.whole(trail, seq))?.anchor
  expect(await anchor(0)).toMatchObject({ size: 302, with: { size: 300, at: 1_000 }, without: null })
  expect(await anchor(first)).toMatchObject({
    with: { size: 301, at: 100_000 },
    without: { size: 300, at: 1_000 },
  })
  expect(await anchor(first + 1)).toMatchObject({
    with: { size: 302, at: 170_000 },
    without: { size: 301, at: 100_000 },
  })
})

test('a record has its leaf, what came before and after, and who answers for it in a later trail', async () => {
  const maker = new TrailMaker('record claims')
  const refused = maker.size
  maker.record(
    'capture.refused',
    { id: 'ws', name: 'relay', via: 'relay' },
    { path: 'a b/fid', sha256: digest('x') },
  )
  const leaf = hex(leafHash(maker.lines[refused] as Uint8Array))
  maker.record('capture.claimed', person, {
    path: 'a b/fid',
    refusal: { trail: maker.trail, seq: refused, leaf },
    sha256: digest('x'),
  })
  const { log, trail } = await copied(maker)
  expect(await log.whole(trail, refused)).toMatchObject({
    leaf,
    claims: [{ trail, seq: refused + 1, name: 'Jane Doe' }],
    refusal: null,
  })
  expect(await log.whole(trail, refused + 1)).toMatchObject({ claims: [], refusal: { trail, seq: refused } })
})
