import { HASH_BYTES, type Hash } from './hash.ts'
import { type NodeReader, nodeHash, rootOf } from './tree.ts'

/** The leaf hashes of a trail, to look back at: e-signatures and proofs refer to any of them. */
export interface LeafStore {
  readonly size: number
  append(leaf: Hash): void
  /** Throws a RangeError where there is no such leaf. */
  leaf(seq: number): Hash
  /** Root of the first `size` leaves. Throws a RangeError where there are not so many. */
  root(size: number): Hash
  readonly node: NodeReader
}

/** Leaves of one block. Also the tile size of C2SP tlog-tiles: subtrees from this level up are kept once made. */
const KEPT_LEVEL = 8
const BLOCK_LEAVES = 4_096

/** Leaf hashes in memory: 32 bytes an entry, in blocks, so that growing never copies what is there. */
export function memoryLeafStore(): LeafStore {
  const blocks: Uint8Array[] = []
  const kept = new Map<string, Hash>()
  let size = 0

  const leaf = (seq: number): Hash => {
    if (!Number.isInteger(seq) || seq < 0 || seq >= size)
      throw new RangeError(`there is no leaf ${seq} of ${size}`)
    const at = (seq % BLOCK_LEAVES) * HASH_BYTES
    return (blocks[Math.floor(seq / BLOCK_LEAVES)] as Uint8Array).subarray(at, at + HASH_BYTES)
  }

  const node = (level: number, index: number): Hash => {
    if (level === 0) return leaf(index)
    if (level < KEPT_LEVEL) return nodeHash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))
    const name = `${level}/${index}`
    const known = kept.get(name)
    if (known !== undefined) return known
    const made = nodeHash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))
    kept.set(name, made)
    return made
  }

  return {
    get size() {
      return size
    },
    append(hash) {
      if (size % BLOCK_LEAVES === 0) blocks.push(new Uint8Array(BLOCK_LEAVES * HASH_BYTES))
      blocks.at(-1)?.set(hash, (size % BLOCK_LEAVES) * HASH_BYTES)
      size++
    },
    leaf,
    root(of) {
      if (of > size) throw new RangeError(`there are ${size} leaves, not ${of}`)
      return rootOf(of, node)
    },
    node,
  }
}
