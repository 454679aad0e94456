import {
  base64,
  type Entry,
  equalBytes,
  fromHex,
  HASH_BYTES,
  type Hash,
  hex,
  judgeCheckpoint,
  type LeafStore,
  type Policy,
  parseTlogProof,
  printTlogProof,
  sha256,
  type TlogProof,
  utf8,
  verifyTlogProof,
} from '../trail/index.ts'
import { BagFormError } from './faults.ts'
import type { BagFindings } from './findings.ts'
import { frontierOf } from './frontier-of.ts'
import { BAG_INFO, MANIFEST, SEAL, SEAL_LEAVES, SEAL_PROOF } from './layout.ts'
import { readSeal, type Seal } from './seal.ts'

export interface CheckedSeal {
  readonly seal: Seal
  readonly entry: Entry
  readonly line: Uint8Array
  readonly proof: TlogProof | undefined
}

/** The seal: which manifest and which words about the bag a relay vouched for, and that this stands in its trail. */
export function checkSeal(
  tags: ReadonlyMap<string, Uint8Array>,
  policy: Policy | undefined,
  findings: BagFindings,
): CheckedSeal | undefined {
  const bytes = tags.get(SEAL)
  if (bytes === undefined) return undefined
  const read = findings.read(SEAL, () => readSeal(lineOf(bytes)), 'seal-form')
  if (read === undefined) return undefined
  const { seal, entry } = read
  const proof = checkProof(tags.get(SEAL_PROOF), lineOf(bytes), entry, policy, findings)
  for (const [code, file, digest] of [
    ['manifest-changed', MANIFEST, seal.manifest],
    ['info-changed', BAG_INFO, seal.info],
  ] as const) {
    const found = tags.get(file)
    if (found !== undefined && hex(sha256(found)) !== digest)
      findings.add({ code, file, expected: digest, found: hex(sha256(found)) })
  }
  return { seal, entry, line: lineOf(bytes), proof }
}

/** One line, newline not included. */
function lineOf(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== 0x0a || bytes.indexOf(0x0a) !== bytes.length - 1)
    throw new BagFormError('one line', 'none, or several')
  return bytes.subarray(0, -1)
}

function checkProof(
  bytes: Uint8Array | undefined,
  line: Uint8Array,
  { record }: Entry,
  policy: Policy | undefined,
  findings: BagFindings,
): TlogProof | undefined {
  if (bytes === undefined) return undefined
  const proof = findings.read(SEAL_PROOF, () => strictProof(bytes), 'file-form')
  if (proof === undefined) return undefined
  const { checkpoint, index } = proof
  const isIn = checkpoint.origin === record.trail && index === record.seq && verifyTlogProof(line, proof)
  if (!isIn)
    findings.add({
      code: 'seal-not-in-trail',
      file: SEAL_PROOF,
      expected: `record ${record.seq} of ${record.trail}`,
      found: `${index} of ${checkpoint.origin}, or another record`,
    })
  if (policy !== undefined) checkSignatures(proof.checkpoint, policy, SEAL_PROOF, findings)
  return isIn ? proof : undefined
}

/** Nothing in it is there that is not checked: no words of somebody else beside the proof. */
function strictProof(bytes: Uint8Array): TlogProof {
  const proof = parseTlogProof(bytes)
  if (proof.extra !== undefined || !equalBytes(printTlogProof(proof), bytes))
    throw new BagFormError('a proof and nothing else', 'more')
  return proof
}

/** A head by whom the policy names, cosigned as it asks, and with no line by anybody else: of that nothing could be said. */
export function checkSignatures(
  checkpoint: TlogProof['checkpoint'],
  policy: Policy,
  file: string,
  findings: BagFindings,
): {
  readonly isGood: boolean
  readonly witnessed: readonly { readonly name: string; readonly seconds: number }[]
} {
  const { log, witnessed, bad, quorum } = judgeCheckpoint(checkpoint, policy)
  const trail = checkpoint.origin
  const known = [...policy.logs, ...policy.witnesses].map(({ verifier }) => `${verifier.name} ${verifier.id}`)
  const stray = checkpoint.note.signatures.filter(({ name, id }) => !known.includes(`${name} ${id}`))
  if (log !== 'good')
    findings.add({
      code: 'checkpoint-signature',
      file,
      trail,
      expected: `a signature of ${trail}`,
      found: log,
    })
  if (bad.length > 0 || stray.length > 0) {
    const found = [...bad, ...stray.map(({ name }) => name)].join(', ')
    findings.add({ code: 'checkpoint-cosignature', file, trail, expected: 'cosignatures that verify', found })
  }
  if (!quorum) {
    const found = witnessed.map(({ name }) => name).join(', ') || 'no witness'
    findings.add({ code: 'checkpoint-quorum', file, trail, expected: policy.quorum, found })
  }
  return { isGood: log === 'good' && bad.length + stray.length === 0 && quorum, witnessed }
}

/**
 * That the seal stands in the history the records are of: the leaves of its trail, and those that came until the head
 * under which it is proved, make that head. True only if that was shown: what lacks a part of it is no seal that holds.
 */
export function checkHistory(
  { entry, proof }: CheckedSeal,
  bytes: Uint8Array | undefined,
  leaves: LeafStore | undefined,
  findings: BagFindings,
): boolean {
  if (bytes === undefined || proof === undefined) return false
  if (leaves === undefined) {
    const { trail } = entry.record
    findings.add({
      code: 'trail-missing',
      file: SEAL_LEAVES,
      trail,
      expected: 'leaves of the seal’s own trail',
      found: 'none',
    })
    return false
  }
  const more = () => {
    const tree = frontierOf(leaves)
    for (const leaf of leavesIn(bytes)) tree.append(leaf)
    return tree
  }
  const all = findings.read(SEAL_LEAVES, more, 'file-form')
  if (all === undefined) return false
  const { size, root } = proof.checkpoint
  const isShown = all.size === size && equalBytes(all.root(), root)
  if (!isShown)
    findings.add({
      code: 'seal-of-another-history',
      file: SEAL_LEAVES,
      trail: entry.record.trail,
      expected: `${base64(root)} at size ${size}`,
      found: `${base64(all.root())} at size ${all.size}`,
    })
  return isShown
}

/** Of a hash in hexadecimal, and its newline. */
const LEAF_LINE_BYTES = 2 * HASH_BYTES + 1

/** One hash of 32 bytes a line, in hexadecimal. Throws `BagFormError` at the first that is none. */
export function* leavesIn(bytes: Uint8Array): Generator<Hash> {
  const decoder = new TextDecoder()
  for (let at = 0; at < bytes.length; at += LEAF_LINE_BYTES) {
    const line = bytes.subarray(at, at + LEAF_LINE_BYTES)
    if (line.length < LEAF_LINE_BYTES || line.at(-1) !== 0x0a)
      throw new BagFormError('a leaf a line', 'another line')
    yield readLeaf(decoder.decode(line.subarray(0, -1)))
  }
}

export function readLeaf(line: string): Hash {
  if (!/^[0-9a-f]{64}$/.test(line)) throw new BagFormError('a leaf, 64 hexadecimal digits', line.slice(0, 80))
  return fromHex(line, HASH_BYTES)
}

export function printLeaves(leaves: Iterable<Hash>): Uint8Array {
  return utf8([...leaves].map((leaf) => `${hex(leaf)}\n`).join(''))
}
