import {
  equalBytes,
  Frontier,
  HASH_BYTES,
  type Hash,
  LeafHasher,
  type NodeReader,
  nodeHash,
  rootOf,
  TILE_WIDTH,
} from '@compliance-relay/shared/trail'

/** Of a bundle's 256 leaves. */
const BUNDLE_LEVEL = 8

/** The hashes of a bundle's leaves, one behind the other. */
export function leavesOf(lines: readonly Uint8Array[]): Uint8Array {
  const hasher = new LeafHasher()
  const leaves = new Uint8Array(lines.length * HASH_BYTES)
  for (const [i, line] of lines.entries()) leaves.set(hasher.hash(line), i * HASH_BYTES)
  return leaves
}

/** The hash over all 256 leaves of a full bundle. */
export function hashOfBundle(leaves: Uint8Array): Hash {
  const frontier = new Frontier()
  for (let i = 0; i < TILE_WIDTH; i++) frontier.append(leaves.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))
  return frontier.root()
}

/**
 * The root of a trail of `size` entries, of which the full bundles have these hashes and the last, partial one these
 * leaves, each 32 bytes behind the other. Throws a RangeError if some are missing.
 */
export function rootOfBundles(size: number, bundles: Uint8Array, leaves: Uint8Array): Hash {
  const above = nodesOver(bundles, BUNDLE_LEVEL)
  const below = nodesOver(leaves, 0)
  const first = Math.floor(size / TILE_WIDTH) * TILE_WIDTH
  return rootOf(size, (level, index) =>
    level >= BUNDLE_LEVEL ? above(level, index) : below(level, index - first / 2 ** level),
  )
}

/**
 * The nodes of a tree of which the full bundles have these hashes, and of which these bundles are opened: the leaves of
 * each by its number. Below a bundle that is not opened it throws a RangeError.
 */
export function nodesOfBundles(bundles: Uint8Array, opened: ReadonlyMap<number, Uint8Array>): NodeReader {
  const above = nodesOver(bundles, BUNDLE_LEVEL)
  return (level, index) => {
    if (level >= BUNDLE_LEVEL) return above(level, index)
    const width = TILE_WIDTH / 2 ** level
    const bundle = Math.floor(index / width)
    const leaves = opened.get(bundle)
    if (leaves === undefined) throw new RangeError(`bundle ${bundle} is not opened`)
    return nodesOver(leaves, 0)(level, index - bundle * width)
  }
}

/** The nodes over hashes of one level, those above made when they are asked for. */
function nodesOver(hashes: Uint8Array, at: number): NodeReader {
  return function node(level, index): Hash {
    if (level > at) return nodeHash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))
    const hash = hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
    if (hash.length !== HASH_BYTES) throw new RangeError(`there is no hash ${index} at level ${level}`)
    return hash
  }
}

/** Hashes that grow, 32 bytes behind the other. */
export class Hashes {
  #bytes = new Uint8Array(64 * HASH_BYTES)
  count = 0

  static of(bytes: Uint8Array): Hashes {
    const hashes = new Hashes()
    hashes.push(bytes)
    return hashes
  }

  push(more: Uint8Array): void {
    const used = this.count * HASH_BYTES
    if (used + more.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, used + more.length))
      larger.set(this.bytes)
      this.#bytes = larger
    }
    this.#bytes.set(more, used)
    this.count += more.length / HASH_BYTES
  }

  truncate(count: number): void {
    this.count = Math.min(this.count, count)
  }

  /** Of all of them, or of those from one to another: not a copy. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.count * HASH_BYTES)
  }

  isAt(index: number, hash: Hash): boolean {
    return (
      index < this.count &&
      equalBytes(this.#bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES), hash)
    )
  }
}
