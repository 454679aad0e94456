import {
  consistencyProof,
  encodeBundle,
  encodeTile,
  hex,
  inclusionProof,
  leafHash,
  memoryLeafStore,
  type Tile,
  tilePath,
  tilesOf,
  utf8,
} from '@compliance-relay/shared/trail'

const SIZE = 9

/** Roots, proofs and tiles of a small tree; paths of large ones. */
export function treeVectors() {
  const store = memoryLeafStore()
  const entries = Array.from({ length: SIZE }, (_, i) => `entry ${i}`)
  for (const entry of entries) store.append(leafHash(utf8(entry)))
  const sizes = Array.from({ length: SIZE + 1 }, (_, size) => size)
  const pairs = sizes.flatMap((size) => sizes.filter((old) => old <= size).map((old) => ({ old, size })))
  const places = sizes.flatMap((size) =>
    sizes.filter((index) => index < size).map((index) => ({ index, size })),
  )
  return {
    entries,
    leaves: entries.map((_, i) => hex(store.leaf(i))),
    roots: sizes.map((size) => hex(store.root(size))),
    inclusion: places.map(({ index, size }) => ({
      index,
      size,
      path: inclusionProof(index, size, store.node).map(hex),
    })),
    consistency: pairs.map(({ old, size }) => ({
      old,
      size,
      path: consistencyProof(old, size, store.node).map(hex),
    })),
    tiles: [...tilesOf(SIZE)].map((tile) => ({
      path: tilePath(tile),
      hex: hex(
        tile.level === 'entries'
          ? encodeBundle(entries.map((entry) => utf8(entry)))
          : encodeTile(tile, store.node),
      ),
    })),
    paths: namedTiles.map((tile) => ({ ...tile, path: tilePath(tile) })),
    tilesOf70000: [...tilesOf(70_000)].filter((tile) => tile.width < 256).map(tilePath),
    refusedPaths: [
      'tile/0/1',
      'tile/0/000.p/256',
      'tile/0/000.p/0',
      'tile/00/000',
      'tile/64/000',
      'tile/0/x000/001',
      'tile/0/001/000',
      'tile/entries/000.p/01',
      '/tile/0/000',
      'tile/0/../000',
    ],
    refusedTiles: [
      { id: 'tile-short', width: 2, hex: '00'.repeat(63) },
      { id: 'bundle-cut-off', width: 1, hex: '000261' },
      { id: 'bundle-with-more', width: 1, hex: '0001610001' + '62' },
    ],
  }
}

const namedTiles: Tile[] = [
  { level: 0, index: 0, width: 256 },
  { level: 0, index: 273, width: 112 },
  { level: 2, index: 1_234_067, width: 1 },
  { level: 'entries', index: 999, width: 256 },
  { level: 'entries', index: 1000, width: 255 },
  { level: 63, index: 0, width: 256 },
]
