import { HASH_BYTES, type Hash, leafHash, nodeHash, TILE_WIDTH, type Tile } from '../../trail/index.ts'

/** A full tile's entries are read and hashed in about a millisecond; after that others have their turn. */
export const pause = () => new Promise<void>((resolve) => setImmediate(resolve))

/**
 * Hash tiles of one trail, made from its entries. The roots of full tiles of level 0 are kept once they are known: 32
 * bytes for 256 entries, so that a tile of a higher level costs its entries once and never again.
 */
export class TileHashes {
  /** `count` entries from `from` on. */
  readonly #lines: (from: number, count: number) => readonly Uint8Array[]
  /** By the number of the full tile of level 0. */
  readonly #roots: Map<number, Hash>

  /** `roots`: of the first full tiles of level 0, where they are known already. */
  constructor(lines: (from: number, count: number) => readonly Uint8Array[], roots: readonly Hash[] = []) {
    this.#lines = lines
    this.#roots = new Map(roots.entries())
  }

  /** Of what is there: the caller knows how large the tree is. */
  async tile({ level, index, width }: Tile): Promise<Uint8Array> {
    if (level === 'entries') throw new RangeError('an entry bundle is made of entries, not of hashes')
    const bytes = new Uint8Array(width * HASH_BYTES)
    if (level === 0) {
      const lines = this.#lines(index * TILE_WIDTH, width)
      for (const [i, line] of lines.entries()) bytes.set(leafHash(line), i * HASH_BYTES)
      return bytes
    }
    for (let i = 0; i < width; i++)
      bytes.set(await this.#root(level - 1, index * TILE_WIDTH + i), i * HASH_BYTES)
    return bytes
  }

  /** The hash above a full tile. */
  async #root(level: number, index: number): Promise<Hash> {
    const known = level === 0 ? this.#roots.get(index) : undefined
    if (known !== undefined) return known
    const root = rootOfTile(await this.tile({ level, index, width: TILE_WIDTH }))
    if (level === 0) {
      this.#roots.set(index, root)
      await pause()
    }
    return root
  }
}

function rootOfTile(tile: Uint8Array): Hash {
  let row = Array.from({ length: TILE_WIDTH }, (_, i) => tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, i) =>
      nodeHash(row[2 * i] as Hash, row[2 * i + 1] as Hash),
    )
  return row[0] as Hash
}
