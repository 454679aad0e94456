import { concat, fromDecimal } from './bytes.ts'
import { LINE_BYTES_MAX } from './entry.ts'
import { FormatError, shown } from './format-error.ts'
import { HASH_BYTES, type Hash } from './hash.ts'
import type { NodeReader } from './tree.ts'

/** Items in a full tile or entry bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256
const TILE_HEIGHT = 8
const LEVEL_MAX = 63

/** A tile of hashes, or a bundle of entries, and how many items it holds: 256, or 1 to 255 where it is partial. */
export interface Tile {
  readonly level: number | 'entries'
  readonly index: number
  readonly width: number
}

/** `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, N in groups of three digits: 1234067 is `x001/x234/067`. */
export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? []
  const name = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

/** The tile a path names. Throws `tile-path` for any path that `tilePath` would not have made. */
export function parseTilePath(path: string): Tile {
  const [, levelText = '', name = '', widthText] =
    /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path) ?? []
  const level: Tile['level'] | undefined = levelText === 'entries' ? levelText : fromDecimal(levelText)
  const index = fromDecimal(name.replace(/[x/]/g, '').replace(/^0+(?=.)/, ''))
  const width = widthText === undefined ? TILE_WIDTH : fromDecimal(widthText)
  if (level !== undefined && index !== undefined && width !== undefined) {
    const tile = { level, index, width }
    const inRange = width >= 1 && width <= TILE_WIDTH && (level === 'entries' || level <= LEVEL_MAX)
    if (inRange && tilePath(tile) === path) return tile
  }
  throw new FormatError('tile-path', 'tile/<level>/<index>[.p/<width>]', shown(path, 120))
}

/** Every tile and bundle of a tree of `size` entries, partial ones where the right edge has them. */
export function* tilesOf(size: number): Generator<Tile> {
  yield* tilesAt('entries', size)
  for (let level = 0, items = size; items > 0; level++, items = Math.floor(items / TILE_WIDTH)) {
    yield* tilesAt(level, items)
  }
}

function* tilesAt(level: Tile['level'], items: number): Generator<Tile> {
  for (let index = 0; index * TILE_WIDTH < items; index++) {
    yield { level, index, width: Math.min(TILE_WIDTH, items - index * TILE_WIDTH) }
  }
}

/** The bytes of a hash tile, from a tree that holds its leaves. */
export function encodeTile({ level, index, width }: Tile, node: NodeReader): Uint8Array {
  if (level === 'entries') throw new RangeError('an entry bundle is made of entries, not of hashes')
  const hashes = Array.from({ length: width }, (_, i) => node(level * TILE_HEIGHT, index * TILE_WIDTH + i))
  return concat(...hashes)
}

/** The hashes of a tile of `width`. Throws `tile-form` if there are more or fewer bytes. */
export function decodeTile(bytes: Uint8Array, width: number): Hash[] {
  if (bytes.length !== width * HASH_BYTES) {
    throw new FormatError('tile-form', `${width} hashes of ${HASH_BYTES} bytes`, `${bytes.length} bytes`)
  }
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))
}

/** The bytes of an entry bundle: each line behind its length in two big-endian bytes. Throws `line-too-long`. */
export function encodeBundle(lines: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(lines.reduce((size, { length }) => size + 2 + length, 0))
  let at = 0
  for (const line of lines) {
    if (line.length > LINE_BYTES_MAX) {
      throw new FormatError('line-too-long', `at most ${LINE_BYTES_MAX} bytes`, `${line.length}`)
    }
    bundle[at] = line.length >> 8
    bundle[at + 1] = line.length & 255
    bundle.set(line, at + 2)
    at += 2 + line.length
  }
  return bundle
}

/** The lines of an entry bundle of `width`. Throws `tile-form` if it holds more or fewer, or ends inside one. */
export function decodeBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  const lines: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
    const end = at + 2 + length
    if (end > bytes.length)
      throw new FormatError('tile-form', `${length} bytes of entry`, 'the end of the bundle')
    lines.push(bytes.subarray(at + 2, end))
    at = end
  }
  if (lines.length !== width) throw new FormatError('tile-form', `${width} entries`, `${lines.length}`)
  return lines
}
