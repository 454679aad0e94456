import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  base64,
  type Checkpoint,
  checkCosignature,
  checkNote,
  consistencyProof,
  equalBytes,
  FormatError,
  fromBase64,
  inclusionProof,
  type LeafStore,
  leafHash,
  memoryLeafStore,
  parseCheckpoint,
  parseNote,
  parseTilePath,
  parseTlogProof,
  parseVkey,
  tilePath,
  type Verifier,
  verifyConsistency,
  verifyInclusion,
  verifyTlogProof,
} from '@compliance-relay/shared/trail'

/** A check of what Go made, by our code: returns how much it checked, throws what is wrong. */
export interface OwnCheck {
  readonly name: string
  readonly run: () => number
}

/** Go's roots, proofs and notes of the same lines, in `folder`. Our proofs must also be the same as Go's. */
export function checksOfMade(folder: string, lines: readonly Uint8Array[]): readonly OwnCheck[] {
  const leaves = memoryLeafStore()
  for (const line of lines) leaves.append(leafHash(line))
  const read = (name: string) => readFileSync(join(folder, name))
  const rows = (name: string) => {
    const text = read(name).toString()
    return text
      .trimEnd()
      .split('\n')
      .map((row) => row.trim().split(' '))
  }
  const log = () => parseVkey(read('log.vkey').toString())
  const witness = () => parseVkey(read('witness.vkey').toString())
  return [
    { name: 'Our root is tlog.TreeHash’s at every size', run: () => sameRoots(rows('roots.txt'), leaves) },
    {
      name: 'Our code takes each proof of tlog.ProveRecord, makes the same, refuses it with a bit flipped',
      run: () => sameProofs(rows('record-proofs.txt'), leaves, recordProof),
    },
    {
      name: 'Our code takes each proof of tlog.ProveTree, makes the same, refuses it with a bit flipped',
      run: () => sameProofs(rows('tree-proofs.txt'), leaves, treeProof),
    },
    {
      name: 'Our code takes a checkpoint that note.Sign signed, and Go’s cosignature of it',
      run: () => {
        expect(isGood(read('checkpoint'), log(), witness()), 'two good signatures')
        const { size, root } = parseCheckpoint(read('checkpoint'))
        expect(size === lines.length && equalBytes(root, leaves.root(size)), 'the root of the lines')
        return 2
      },
    },
    {
      name: 'Our code refuses that checkpoint with any one bit flipped',
      run: () => refusedFlips(read('checkpoint'), (bytes) => isGood(bytes, log(), witness())),
    },
    {
      name: 'Our code takes a note of odd text that note.Sign signed, and refuses it with any bit flipped',
      run: () => {
        const takes = (bytes: Uint8Array) => checkNote(parseNote(bytes), log()) === 'good'
        expect(takes(read('odd.note')), 'a good signature')
        return refusedFlips(read('odd.note'), takes)
      },
    },
    {
      name: 'Our code takes a tlog-proof that Go wrote',
      run: () => {
        const proof = parseTlogProof(read('0.tlog-proof'))
        expect(checkNote(proof.checkpoint.note, log()) === 'good', 'a good signature')
        expect(verifyTlogProof(lines[0] ?? new Uint8Array(), proof), 'a proof of the first line')
        return 1
      },
    },
    {
      name: 'Our tile paths are those of tlog.Tile.Path, without the height',
      run: () => samePaths(rows('tile-paths.txt')),
    },
  ]
}

function sameRoots(rows: readonly string[][], leaves: LeafStore): number {
  expect(rows.length === leaves.size, `${leaves.size} roots`)
  for (const [i, [root]] of rows.entries())
    expect(base64(leaves.root(i + 1)) === root, `the root at size ${i + 1}`)
  return rows.length
}

interface ProofKind {
  readonly make: (second: number, size: number, leaves: LeafStore) => readonly Uint8Array[]
  readonly verify: (second: number, size: number, proof: readonly Uint8Array[], leaves: LeafStore) => boolean
}

const recordProof: ProofKind = {
  make: (index, size, { node }) => inclusionProof(index, size, node),
  verify: (index, size, proof, leaves) =>
    verifyInclusion(leaves.leaf(index), index, size, proof, leaves.root(size)),
}

const treeProof: ProofKind = {
  make: (old, size, { node }) => consistencyProof(old, size, node),
  verify: (old, size, proof, leaves) =>
    verifyConsistency(old, size, proof, leaves.root(old), leaves.root(size)),
}

/** Rows of size, index or old size, hashes. */
function sameProofs(rows: readonly string[][], leaves: LeafStore, { make, verify }: ProofKind): number {
  for (const [i, [sizeText, secondText, ...hashes]] of rows.entries()) {
    const [size, second] = [Number(sizeText), Number(secondText)]
    const proof: Uint8Array[] = hashes.map(fromBase64)
    expect(verify(second, size, proof, leaves), `Go's proof of ${second} in ${size} to hold`)
    expect(
      make(second, size, leaves).map(base64).join() === hashes.join(),
      `the same proof of ${second} in ${size}`,
    )
    if (proof.length === 0) continue
    const at = i % proof.length
    proof[at] = flipBit(proof[at] ?? new Uint8Array(32), i % 256)
    expect(!verify(second, size, proof, leaves), `a damaged proof of ${second} in ${size} to be refused`)
  }
  return rows.length
}

function isGood(bytes: Uint8Array, log: Verifier, witness: Verifier): boolean {
  const checkpoint: Checkpoint = parseCheckpoint(bytes)
  return checkNote(checkpoint.note, log) === 'good' && checkCosignature(checkpoint, witness).state === 'good'
}

function refusedFlips(bytes: Uint8Array, takes: (bytes: Uint8Array) => boolean): number {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    expect(!takesAtAll(flipBit(bytes, bit), takes), `bit ${bit} to matter`)
  }
  return bytes.length * 8
}

function takesAtAll(bytes: Uint8Array, takes: (bytes: Uint8Array) => boolean): boolean {
  try {
    return takes(bytes)
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const at = Math.floor(bit / 8)
  return bytes.with(at, (bytes[at] ?? 0) ^ (1 << (bit % 8)))
}

function samePaths(rows: readonly string[][]): number {
  for (const [levelText, index, width, path = ''] of rows) {
    const level = levelText === '-1' ? 'entries' : Number(levelText)
    const tile = { level, index: Number(index), width: Number(width) } as const
    expect(tilePath(tile) === path, path)
    expect(JSON.stringify(parseTilePath(path)) === JSON.stringify(tile), `${path} to be read back`)
  }
  return rows.length
}

function expect(holds: boolean, expected: string): void {
  if (!holds) throw new Error(`expected ${expected}`)
}
