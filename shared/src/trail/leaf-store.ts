import { HASH_BYTES, type Hash } from './hash.ts'
import { type NodeReader, nodeHash, rootOf } from './tree.ts'

/** The leaf hashes of a trail, to look back at: e-signatures and proofs refer to any of them, and to when it was made. */
export interface LeafStore {
  readonly size: number
  /** Takes a copy of the hash. `time`: that of the entry, where it is known, POSIX milliseconds. */
  append(leaf: Hash, time?: number): void
  /** Throws a RangeError where there is no such leaf. */
  leaf(seq: number): Hash
  /** Undefined where none was given. Throws a RangeError where there is no such leaf. */
  time(seq: number): number | undefined
  /** Root of the first `size` leaves. Throws a RangeError where there are not so many. */
  root(size: number): Hash
  readonly node: NodeReader
}

/** Where a leaf store keeps its leaves: blocks of the same number of leaves, written once each. */
export interface LeafBlocks {
  /** Keeps a full block. The bytes are the callee's from then on. */
  push(block: Uint8Array): void
  read(index: number): Uint8Array
}

/** Leaves of one block, and the width of a C2SP tile: subtrees from this size up are kept once made. */
export const BLOCK_LEAVES = 256
/** The leaves of a block, then their times. */
export const BLOCK_BYTES = BLOCK_LEAVES * (HASH_BYTES + 8)
const KEPT_LEVEL = 8

/** A leaf store over blocks that lie anywhere. Holds one block that is not full yet, and 64 bytes for each that is. */
export function leafStoreOver(blocks: LeafBlocks): LeafStore {
  const kept = new Map<number, Hash>()
  let open = new Uint8Array(BLOCK_BYTES)
  let size = 0

  const blockOf = (seq: number): Uint8Array => {
    if (!Number.isInteger(seq) || seq < 0 || seq >= size)
      throw new RangeError(`there is no leaf ${seq} of ${size}`)
    const index = Math.floor(seq / BLOCK_LEAVES)
    return index === Math.floor(size / BLOCK_LEAVES) ? open : blocks.read(index)
  }

  const leaf = (seq: number): Hash => {
    const at = (seq % BLOCK_LEAVES) * HASH_BYTES
    return blockOf(seq).slice(at, at + HASH_BYTES)
  }

  const join = (level: number, index: number): Hash =>
    nodeHash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

  const node = (level: number, index: number): Hash => {
    if (level === 0) return leaf(index)
    if (level < KEPT_LEVEL) return join(level, index)
    // Levels and indexes of nodes this high up fit one number.
    const name = index * 64 + level
    const known = kept.get(name)
    if (known !== undefined) return known
    const made = join(level, index)
    kept.set(name, made)
    return made
  }

  return {
    get size() {
      return size
    },
    append(hash, time = Number.NaN) {
      const at = size % BLOCK_LEAVES
      open.set(hash, at * HASH_BYTES)
      viewOf(open).setFloat64(timeAt(at), time)
      size++
      if (size % BLOCK_LEAVES !== 0) return
      blocks.push(open)
      open = new Uint8Array(BLOCK_BYTES)
    },
    leaf,
    time(seq) {
      const time = viewOf(blockOf(seq)).getFloat64(timeAt(seq % BLOCK_LEAVES))
      return Number.isNaN(time) ? undefined : time
    },
    root(of) {
      if (of > size) throw new RangeError(`there are ${size} leaves, not ${of}`)
      return rootOf(of, node)
    },
    node,
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

function timeAt(place: number): number {
  return BLOCK_LEAVES * HASH_BYTES + 8 * place
}

/** Leaf hashes in memory: 40 bytes an entry. */
export function memoryLeafStore(): LeafStore {
  const blocks: Uint8Array[] = []
  return leafStoreOver({
    push: (block) => blocks.push(block),
    read: (index) => blocks[index] as Uint8Array,
  })
}
