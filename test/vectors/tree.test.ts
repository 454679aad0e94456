import {
  consistencyProof,
  decodeBundle,
  decodeTile,
  encodeBundle,
  encodeTile,
  Frontier,
  fromHex,
  fromUtf8,
  type Hash,
  hex,
  inclusionProof,
  leafHash,
  memoryLeafStore,
  parseTilePath,
  type Tile,
  tilePath,
  tilesOf,
  utf8,
  verifyConsistency,
  verifyInclusion,
} from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { codeOf, vectors } from './files.ts'

interface Proof {
  readonly path: readonly string[]
}

const v = vectors('tree') as {
  entries: string[]
  leaves: string[]
  roots: string[]
  inclusion: (Proof & { index: number; size: number })[]
  consistency: (Proof & { old: number; size: number })[]
  tiles: { path: string; hex: string }[]
  paths: (Tile & { path: string })[]
  tilesOf70000: string[]
  refusedPaths: string[]
  refusedTiles: { id: string; width: number; hex: string }[]
}
const store = memoryLeafStore()
for (const entry of v.entries) store.append(leafHash(utf8(entry)))
const bytes = (text: string): Hash => fromHex(text, text.length / 2)
const path = (proof: Proof): Hash[] => proof.path.map(bytes)

describe('the tree', () => {
  test('leaves and the root at every size are those of the vector', () => {
    const frontier = new Frontier()
    expect(v.entries.map((entry) => hex(leafHash(utf8(entry))))).toEqual(v.leaves)
    const roots = [hex(frontier.root())]
    for (const leaf of v.leaves) {
      frontier.append(bytes(leaf))
      roots.push(hex(frontier.root()))
    }
    expect(roots).toEqual(v.roots)
    expect(v.roots.map((_, size) => hex(store.root(size)))).toEqual(v.roots)
  })

  test.each(v.inclusion)('leaf $index of $size has this path, and the path leads to the root', (proof) => {
    const { index, size } = proof
    expect(inclusionProof(index, size, store.node).map(hex)).toEqual(proof.path)
    expect(verifyInclusion(store.leaf(index), index, size, path(proof), store.root(size))).toBe(true)
  })

  test.each(v.consistency)('size $size is shown to begin with size $old', (proof) => {
    const { old, size } = proof
    expect(consistencyProof(old, size, store.node).map(hex)).toEqual(proof.path)
    expect(verifyConsistency(old, size, path(proof), store.root(old), store.root(size))).toBe(true)
  })
})

describe('tiles', () => {
  const read = (tile: Tile, content: Uint8Array): string[] =>
    tile.level === 'entries'
      ? decodeBundle(content, tile.width).map(fromUtf8)
      : decodeTile(content, tile.width).map(hex)

  test('the tree is cut into these tiles, byte for byte, and they read back', () => {
    const tiles = [...tilesOf(v.entries.length)]
    expect(tiles.map(tilePath)).toEqual(v.tiles.map((tile) => tile.path))
    for (const [i, tile] of tiles.entries()) {
      const made = tile.level === 'entries' ? encodeBundle(v.entries.map(utf8)) : encodeTile(tile, store.node)
      expect(hex(made)).toBe(v.tiles[i]?.hex)
      expect(read(tile, made)).toEqual(tile.level === 'entries' ? v.entries : v.leaves)
    }
  })

  test.each(v.paths)('$path names its tile and nothing else does', ({ path: name, ...tile }) => {
    expect(tilePath(tile)).toBe(name)
    expect(parseTilePath(name)).toEqual(tile)
  })

  test('a tree of 70,000 has the partial tiles that C2SP tlog-tiles gives as its example', () => {
    expect([...tilesOf(70_000)].filter((tile) => tile.width < 256).map(tilePath)).toEqual(v.tilesOf70000)
    expect(v.tilesOf70000).toEqual([
      'tile/entries/273.p/112',
      'tile/0/273.p/112',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ])
  })

  test.each(v.refusedPaths)('%s is refused as tile-path', (name) => {
    expect(codeOf(() => parseTilePath(name))).toBe('tile-path')
  })

  test.each(v.refusedTiles)('$id is refused as tile-form', ({ id, width, hex: content }) => {
    const decode = id.startsWith('bundle') ? decodeBundle : decodeTile
    expect(codeOf(() => decode(bytes(content), width))).toBe('tile-form')
  })
})
