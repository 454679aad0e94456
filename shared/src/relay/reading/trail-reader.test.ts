import { expect, test } from 'vitest'
import {
  encodeBundle,
  encodeTile,
  Frontier,
  leafHash,
  memoryLeafStore,
  signerOf,
  type Tile,
  tilePath,
  tilesOf,
} from '../../trail/index.ts'
import { problemOf } from '../people-site.test-support.ts'
import { TrailReader, trailId } from './trail-reader.ts'
import { GrowingTrail, MemoryTrails } from './trails.test-support.ts'

const origin = 'lab.example/t/ws-nmr-01/20260302-7f3a'
const id = trailId(origin)

/** What the tree itself says a tile is. */
function expectedTile({ lines }: GrowingTrail, tile: Tile): Uint8Array {
  const from = tile.index * 256
  if (tile.level === 'entries')
    return encodeBundle(lines.slice(from, from + tile.width).map(({ line }) => line))
  const leaves = memoryLeafStore()
  for (const { line } of lines) leaves.append(leafHash(line))
  return encodeTile(tile, (level, index) => leaves.node(level, index))
}

test.each([1, 255, 256, 257, 513, 66_000])(
  'of a trail of %d entries every tile is what its tree says',
  async (size) => {
    const trail = new GrowingTrail(origin).grow(size).sign()
    const reader = new TrailReader(new MemoryTrails(trail))
    const leaves = memoryLeafStore()
    for (const { line } of trail.lines) leaves.append(leafHash(line))
    for (const tile of tilesOf(size)) {
      const { bytes, isFull } = await reader.tile(id, tilePath(tile))
      const expected =
        tile.level === 'entries'
          ? expectedTile(trail, tile)
          : encodeTile(tile, (level, index) => leaves.node(level, index))
      expect(Buffer.compare(bytes, expected)).toBe(0)
      expect(isFull).toBe(tile.width === 256)
    }
  },
)

test('full bundles are given one behind the other, as many as are asked for and covered', async () => {
  const trail = new GrowingTrail(origin)
    .grow(256 * 5 + 9)
    .sign()
    .grow(256)
  const reader = new TrailReader(new MemoryTrails(trail))
  const expected = (from: number, until: number) =>
    encodeBundle(trail.lines.slice(from * 256, until * 256).map(({ line }) => line))
  for (const [from, limit, until] of [
    [0, 1, 1],
    [0, 16, 5],
    [1, 3, 4],
    [4, 16, 5],
  ] as const)
    expect(Buffer.compare(await reader.bundles(id, from, limit), expected(from, until))).toBe(0)
  for (const from of [5, 6, 10 ** 11]) expect(await problemOf(reader.bundles(id, from, 16))).toBe('not-found')
})

test('an answer with enough in it ends with a bundle, and every bundle is in one', async () => {
  const trail = new GrowingTrail(origin).grow(256 * 3, () => ({ text: 'x'.repeat(12_000) })).sign()
  const reader = new TrailReader(new MemoryTrails(trail))
  const given = await reader.bundles(id, 0, 16)
  expect(Buffer.compare(given, encodeBundle(trail.lines.slice(0, 512).map(({ line }) => line)))).toBe(0)
  const rest = await reader.bundles(id, 2, 16)
  expect(Buffer.compare(rest, encodeBundle(trail.lines.slice(512).map(({ line }) => line)))).toBe(0)
})

test('of answers that are asked for at once one is made after the other, and one that cannot be hinders none', {
  tags: ['challenge'],
}, async () => {
  const trail = new GrowingTrail(origin).grow(256 * 6).sign()
  const stored = new MemoryTrails(trail)
  const read: number[] = []
  const lines = stored.lines.bind(stored)
  stored.lines = (of, from, until) => {
    read.push(from / 256)
    return lines(of, from, until)
  }
  const reader = new TrailReader(stored)
  const asked = [reader.bundles(id, 3, 3), reader.bundles(id, 99, 1), reader.bundles(id, 0, 3)]
  const [last, none, first] = await Promise.allSettled(asked)
  expect([last?.status, none?.status, first?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(read).toEqual([3, 4, 5, 0, 1, 2])
})

test('tiles whose hashes were known at the start cost no entry, and those behind them are made of theirs', async () => {
  const trail = new GrowingTrail(origin).grow(256 * 3 + 7).sign()
  const roots: Uint8Array[] = []
  const frontier = new Frontier(undefined, (root) => roots.push(root))
  for (const { line } of trail.lines) frontier.append(leafHash(line))
  const stored = new MemoryTrails(trail)
  const read: number[] = []
  const lines = stored.lines.bind(stored)
  stored.lines = (of, from, until) => {
    read.push(from)
    return lines(of, from, until)
  }
  const reader = new TrailReader(stored)
  reader.knows(origin, roots)
  const tile = async (width: number) => (await reader.tile(id, `tile/1/000.p/${width}`)).bytes
  expect(Buffer.compare(await tile(3), expectedTile(trail, { level: 1, index: 0, width: 3 }))).toBe(0)
  expect(read).toEqual([])
  trail.grow(256 * 2).sign()
  expect(Buffer.compare(await tile(5), expectedTile(trail, { level: 1, index: 0, width: 5 }))).toBe(0)
  expect(read).toEqual([256 * 3, 256 * 4])
})

test('nothing is given of what no checkpoint covers yet', { tags: ['challenge'] }, async () => {
  const trail = new GrowingTrail(origin).grow(300)
  const reader = new TrailReader(new MemoryTrails(trail))
  expect(await problemOf(reader.tile(id, 'tile/entries/000.p/1'))).toBe('not-found')
  trail.sign().grow(300)
  const given = [
    'tile/entries/000',
    'tile/0/000',
    'tile/entries/001.p/44',
    'tile/0/001.p/44',
    'tile/1/000.p/1',
  ]
  for (const path of given) expect(await problemOf(reader.tile(id, path)), path).toBe('none')
  const beyond = [
    'tile/entries/001.p/45',
    'tile/entries/001',
    'tile/0/001.p/45',
    'tile/0/001',
    'tile/1/000.p/2',
  ]
  const never = [
    'tile/0/x001/000',
    'tile/63/000.p/1',
    'tile/00/000',
    'tile/0/1',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
  ]
  for (const path of [...beyond, ...never])
    expect(await problemOf(reader.tile(id, path)), path).toBe('not-found')
  trail.sign()
  for (const path of beyond) expect(await problemOf(reader.tile(id, path)), path).toBe('none')
})

test('what stands in the place of a checkpoint and is not signed by the trail’s key covers nothing', {
  tags: ['challenge'],
}, async () => {
  const stranger = signerOf(origin, 'note', new Uint8Array(32).fill(9))
  for (const spoil of [
    (trail: GrowingTrail) => trail.sign(stranger),
    (trail: GrowingTrail) =>
      Object.assign(trail, { checkpoint: new GrowingTrail('lab.example/t/other').grow(9).sign().checkpoint }),
    (trail: GrowingTrail) => Object.assign(trail, { checkpoint: Uint8Array.of(1, 2, 3) }),
  ]) {
    const trail = new GrowingTrail(origin).grow(300).sign()
    const reader = new TrailReader(new MemoryTrails(trail))
    expect(reader.list()[0]?.size).toBe(300)
    spoil(trail)
    expect(await problemOf(reader.tile(id, 'tile/entries/000'))).toBe('trail-damaged')
    expect(reader.list()).toMatchObject([{ id, size: 0 }])
  }
})

test('a tile with a hole in it is not given', { tags: ['challenge'] }, async () => {
  const trail = new GrowingTrail(origin).grow(600).sign()
  trail.lines.splice(7, 1)
  const reader = new TrailReader(new MemoryTrails(trail))
  for (const path of ['tile/entries/000', 'tile/0/000', 'tile/1/000.p/2'])
    expect(await problemOf(reader.tile(id, path)), path).toBe('trail-damaged')
  expect(await problemOf(reader.bundles(id, 0, 2))).toBe('trail-damaged')
  expect(await problemOf(reader.tile(id, 'tile/entries/001'))).toBe('none')
})

test('trails are told apart, and each names the one it goes on from', async () => {
  const old = new GrowingTrail('lab.example/t/ws-nmr-01/old').grow(3).sign()
  const now = new GrowingTrail(origin, old.origin).grow(5).sign()
  const reader = new TrailReader(new MemoryTrails(old, now))
  expect(reader.list()).toEqual([
    {
      id: trailId(old.origin),
      origin: old.origin,
      vkey: old.signer.vkey,
      size: 3,
      isWritten: false,
      before: null,
    },
    { id, origin, vkey: now.signer.vkey, size: 5, isWritten: true, before: old.origin },
  ])
  expect(
    Buffer.compare(
      (await reader.tile(trailId(old.origin), 'tile/0/000.p/3')).bytes,
      (await reader.tile(id, 'tile/0/000.p/3')).bytes,
    ),
  ).not.toBe(0)
  expect(() => reader.checkpoint('0'.repeat(16))).toThrow('nothing at this address')
})
