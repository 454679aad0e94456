import { equalBytes } from './bytes.ts'
import { HASH_BYTES, type Hash } from './hash.ts'
import { emptyRoot, floorLog2, type NodeReader, nodeHash, rangeHash } from './tree.ts'

/** Longest proof there is: one hash for each level of a tree of 2^63 leaves. */
export const PROOF_HASHES_MAX = 63

/** Largest power of two smaller than `size`, for a size of at least 2 (RFC 6962's k). */
function split(size: number): number {
  return 2 ** floorLog2(size - 1)
}

/** The audit path of leaf `index` in the tree of the first `size` leaves, from the leaf up (RFC 6962, section 2.1.1). */
export function inclusionProof(index: number, size: number, node: NodeReader): Hash[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`there is no leaf ${index} in a tree of ${size}`)
  return pathIn(index, 0, size, node)
}

function pathIn(index: number, from: number, to: number, node: NodeReader): Hash[] {
  if (to - from === 1) return []
  const middle = from + split(to - from)
  return index < middle
    ? [...pathIn(index, from, middle, node), rangeHash(middle, to, node)]
    : [...pathIn(index, middle, to, node), rangeHash(from, middle, node)]
}

/** Proof that the tree of `size` leaves begins with the tree of `old` leaves (RFC 6962, section 2.1.2). Empty if old is 0 or size. */
export function consistencyProof(old: number, size: number, node: NodeReader): Hash[] {
  if (!(old >= 0 && old <= size)) throw new RangeError(`a tree of ${size} does not begin with one of ${old}`)
  return old === 0 || old === size ? [] : subproof(old, 0, size, true, node)
}

function subproof(old: number, from: number, to: number, whole: boolean, node: NodeReader): Hash[] {
  if (from + old === to) return whole ? [] : [rangeHash(from, to, node)]
  const middle = from + split(to - from)
  return from + old <= middle
    ? [...subproof(old, from, middle, whole, node), rangeHash(middle, to, node)]
    : [...subproof(from + old - middle, middle, to, false, node), rangeHash(from, middle, node)]
}

/** A size or index. Other logs have more than 2^53 leaves, so checking takes big integers too. */
export type Count = number | bigint

/** Whether `proof` shows that the leaf is at `index` of the tree with this root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(
  leaf: Hash,
  index: Count,
  size: Count,
  proof: readonly Hash[],
  root: Hash,
): boolean {
  let at = BigInt(index)
  let last = BigInt(size) - 1n
  if (at < 0n || at > last || !areHashes([leaf, root, ...proof])) return false
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0n) return false
    if (at % 2n === 1n || at === last) {
      hash = nodeHash(sibling, hash)
      // A node that is the last of its level and a left one has no sibling: it stands for its parent too.
      while (at % 2n === 0n && at !== 0n) [at, last] = [at / 2n, last / 2n]
    } else {
      hash = nodeHash(hash, sibling)
    }
    ;[at, last] = [at / 2n, last / 2n]
  }
  return last === 0n && equalBytes(hash, root)
}

/**
 * Whether `proof` shows that the tree of `size` leaves begins with the tree of `old` leaves
 * (RFC 9162, section 2.1.4.2). A tree of no leaves begins every tree, and needs an empty proof.
 */
export function verifyConsistency(
  old: Count,
  size: Count,
  proof: readonly Hash[],
  oldRoot: Hash,
  root: Hash,
): boolean {
  const [first, second] = [BigInt(old), BigInt(size)]
  if (first < 0n || first > second || !areHashes([oldRoot, root, ...proof])) return false
  if (first === 0n && !equalBytes(oldRoot, emptyRoot())) return false
  if (first === second) return proof.length === 0 && equalBytes(oldRoot, root)
  if (first === 0n) return proof.length === 0
  if (proof.length === 0) return false

  let at = first - 1n
  let last = second - 1n
  while (at % 2n === 1n) [at, last] = [at / 2n, last / 2n]
  // If the old tree is perfect its root is the first node of the proof, and the proof leaves it out.
  const path = (first & (first - 1n)) === 0n ? [oldRoot, ...proof] : [...proof]
  let fromOld = path[0] as Hash
  let fromNew = fromOld
  for (const sibling of path.slice(1)) {
    if (last === 0n) return false
    if (at % 2n === 1n || at === last) {
      fromOld = nodeHash(sibling, fromOld)
      fromNew = nodeHash(sibling, fromNew)
      while (at % 2n === 0n && at !== 0n) [at, last] = [at / 2n, last / 2n]
    } else {
      fromNew = nodeHash(fromNew, sibling)
    }
    ;[at, last] = [at / 2n, last / 2n]
  }
  return last === 0n && equalBytes(fromOld, oldRoot) && equalBytes(fromNew, root)
}

function areHashes(hashes: readonly Hash[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES)
}
