import { sha256Into } from '#digest'
import { HASH_BYTES, type Hash, sha256 } from './hash.ts'

/*
 * The Merkle tree of RFC 6962, section 2.1. A leaf's hash begins with 0x00 and a node's with 0x01, so no
 * entry can pass for a pair of hashes.
 */

/** Root of the tree that has no leaves: SHA-256 of nothing. */
export function emptyRoot(): Hash {
  return sha256(new Uint8Array(0))
}

/** Hash of the leaf whose content is `line`. */
export function leafHash(line: Uint8Array): Hash {
  const input = new Uint8Array(line.length + 1)
  input.set(line, 1)
  return sha256(input)
}

/** As `leafHash`, for many: it holds the room for the bytes hashed and for the result. */
export class LeafHasher {
  #input = new Uint8Array(1024)
  readonly #leaf = new Uint8Array(HASH_BYTES)

  /** The hash is overwritten by the next call. */
  hash(line: Uint8Array): Hash {
    const size = line.length + 1
    if (size > this.#input.length) this.#input = new Uint8Array(size)
    this.#input[0] = 0
    this.#input.set(line, 1)
    sha256Into(this.#leaf, 0, this.#input.subarray(0, size))
    return this.#leaf
  }
}

/** Hash of the node above two hashes. */
export function nodeHash(left: Hash, right: Hash): Hash {
  const input = new Uint8Array(1 + 2 * HASH_BYTES)
  input[0] = 1
  input.set(left, 1)
  input.set(right, 1 + HASH_BYTES)
  return sha256(input)
}

/**
 * A hash that does not depend on the tree's size: that of the perfect subtree `index` at `level`, which
 * covers the leaves from index × 2^level up to (index + 1) × 2^level. Throws if the leaves are not there.
 */
export type NodeReader = (level: number, index: number) => Hash

/** Root of the first `size` leaves (RFC 6962, section 2.1). */
export function rootOf(size: number, node: NodeReader): Hash {
  return size === 0 ? emptyRoot() : rangeHash(0, size, node)
}

/** MTH of the leaves from `from` up to `to`, where `from` is a multiple of the range's largest power of two. */
export function rangeHash(from: number, to: number, node: NodeReader): Hash {
  const level = floorLog2(to - from)
  const whole = 2 ** level
  const left = node(level, from / whole)
  return whole === to - from ? left : nodeHash(left, rangeHash(from + whole, to, node))
}

/** Exponent of the largest power of two not above `size` ≥ 1. Not Math.log2, which rounds up near 2^53. */
export function floorLog2(size: number): number {
  let level = 0
  while (2 ** (level + 1) <= size) level++
  return level
}

/** What a frontier holds, to be stored and taken up again. Hashes stand from the largest subtree to the smallest. */
export interface FrontierState {
  readonly size: number
  readonly hashes: readonly Hash[]
}

/** Levels that 2^53 leaves can have. */
const LEVELS = 54
/** Of the root of 256 leaves: of a full tile of C2SP tlog-tiles. */
const TILE_LEVEL = 8

/**
 * The right edge of a growing tree: the root of each perfect subtree, one for every bit set in the size.
 * Adding a leaf costs one hash on average and at most log2(size); the state is at most 54 hashes.
 */
export class Frontier {
  #size = 0
  // The hash of the perfect subtree at level l lies at l × 32; it counts only where bit l of the size is set.
  readonly #nodes = new Uint8Array(LEVELS * HASH_BYTES)
  readonly #pair = new Uint8Array(1 + 2 * HASH_BYTES).fill(1, 0, 1)
  readonly #onTile: ((root: Hash) => void) | undefined

  /**
   * `onTile` is given the root of each 256 leaves once the last of them is there, as bytes of its own. Throws a RangeError
   * if the state does not have one hash for each bit of its size.
   */
  constructor(state: FrontierState = { size: 0, hashes: [] }, onTile?: (root: Hash) => void) {
    const levels = levelsOf(state.size)
    if (levels.length !== state.hashes.length || state.hashes.some((hash) => hash.length !== HASH_BYTES)) {
      throw new RangeError(
        `a frontier of size ${state.size} has ${levels.length} hashes of ${HASH_BYTES} bytes`,
      )
    }
    this.#size = state.size
    this.#onTile = onTile
    for (const [i, level] of levels.entries()) this.#nodes.set(state.hashes[i] ?? [], level * HASH_BYTES)
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size
  }

  append(leaf: Hash): void {
    this.#pair.set(leaf, 1 + HASH_BYTES)
    let level = 0
    // Each subtree on the way up is now complete on its right: join it, as adding 1 carries through 1 bits.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      this.#joinWith(level++)
      if (level === TILE_LEVEL) this.#onTile?.(this.#pair.slice(1 + HASH_BYTES))
    }
    this.#nodes.set(this.#pair.subarray(1 + HASH_BYTES), level * HASH_BYTES)
    this.#size++
  }

  /** Root of the leaves so far. */
  root(): Hash {
    const levels = levelsOf(this.#size).reverse()
    const lowest = levels.shift()
    if (lowest === undefined) return emptyRoot()
    this.#pair.set(this.#node(lowest), 1 + HASH_BYTES)
    for (const level of levels) this.#joinWith(level)
    return this.#pair.slice(1 + HASH_BYTES)
  }

  state(): FrontierState {
    return { size: this.#size, hashes: levelsOf(this.#size).map((level) => this.#node(level).slice()) }
  }

  #node(level: number): Uint8Array {
    return this.#nodes.subarray(level * HASH_BYTES, (level + 1) * HASH_BYTES)
  }

  /** Replaces the right hash of the pair by the hash of the node over the subtree at `level` and it. */
  #joinWith(level: number): void {
    this.#pair.set(this.#node(level), 1)
    sha256Into(this.#pair, 1 + HASH_BYTES, this.#pair)
  }
}

/** The levels of the perfect subtrees of a tree, the largest first: the bits set in its size. */
function levelsOf(size: number): number[] {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is not a tree size`)
  const levels: number[] = []
  for (let level = LEVELS - 1; level >= 0; level--) {
    if (Math.floor(size / 2 ** level) % 2 === 1) levels.push(level)
  }
  return levels
}
