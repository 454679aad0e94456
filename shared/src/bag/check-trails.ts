import type { Anchors } from '../time-stamp/index.ts'
import {
  base64,
  equalBytes,
  fromUtf8,
  GIVEN_OF_EACH_CODE,
  hex,
  type LeafStore,
  memoryLeafStore,
  type Policy,
  parseCheckpoint,
  sha256,
  utf8,
} from '../trail/index.ts'
import { type BagSource, linesIn, wholeOf } from './bag-source.ts'
import { CHECKPOINT_BYTES_MAX, readable } from './check-files.ts'
import { checkSignatures, readLeaf } from './check-seal.ts'
import { type CheckedTimeStamps, checkTimeStamps } from './check-time-stamps.ts'
import type { BagFindings } from './findings.ts'
import { leavesFile, payloadName, SEAL } from './layout.ts'
import type { SealedTrail } from './seal.ts'

export interface CheckedTrail extends SealedTrail, CheckedTimeStamps {
  readonly leaves: LeafStore
  /** Heads whose signatures and root held, and the largest of them. */
  readonly checkpoints: number
  readonly covered: number
  /** Who saw the largest, and when by their own clock, POSIX seconds. */
  readonly witnessed: readonly { readonly name: string; readonly seconds: number }[]
}

/** The trails a seal names: their leaves make the roots that were sealed, and every head of them in the bag. */
export async function checkTrails(
  source: BagSource,
  sealed: readonly SealedTrail[],
  policy: Policy | undefined,
  anchors: Anchors | undefined,
  findings: BagFindings,
): Promise<Map<string, CheckedTrail>> {
  const checked = new Map<string, CheckedTrail>()
  const byHash = new Map(sealed.map((one) => [hex(sha256(utf8(one.trail))), one]))
  const there = new Set(source.files.map(({ name }) => name))
  const headFiles = headFilesIn(there)
  if (byHash.size !== sealed.length)
    findings.add({ code: 'trail-missing', file: SEAL, expected: 'each trail once', found: 'one twice' })
  for (const name of there) {
    const payload = payloadName(name)
    if (payload === undefined || payload.kind === 'fixed' || byHash.has(payload.trail)) continue
    findings.add({
      code: 'trail-missing',
      file: name,
      expected: 'a trail that the seal names',
      found: 'another',
    })
  }
  for (const [hash, one] of byHash) {
    const file = leavesFile(hash)
    if (checked.has(one.trail) || !there.has(file)) {
      findings.add({
        code: 'trail-missing',
        file,
        trail: one.trail,
        expected: 'its leaves, once',
        found: 'none',
      })
      continue
    }
    const leaves = await readLeavesOf(source, file, one, findings)
    const root = leaves.root(leaves.size)
    if (leaves.size !== one.size || !equalBytes(root, one.root))
      findings.add({
        code: 'leaves-changed',
        file,
        trail: one.trail,
        expected: `${base64(one.root)} at size ${one.size}`,
        found: `${base64(root)} at size ${leaves.size}`,
      })
    const heads = await checkHeads(source, headFiles.get(hash) ?? [], one, leaves, policy, findings)
    if (policy !== undefined && heads.covered !== one.size)
      findings.add({
        code: 'trail-not-signed',
        file,
        trail: one.trail,
        expected: `a signed head of ${one.size} records`,
        found: heads.covered === 0 ? 'none' : `one of ${heads.covered}`,
      })
    const { good, ...rest } = heads
    const stamps = await checkTimeStamps(source, { hash, trail: one.trail, good }, anchors, findings)
    checked.set(one.trail, { ...one, leaves, ...rest, ...stamps })
  }
  return checked
}

async function readLeavesOf(
  source: BagSource,
  file: string,
  { trail, size }: SealedTrail,
  findings: BagFindings,
): Promise<LeafStore> {
  const leaves = memoryLeafStore()
  const decoder = new TextDecoder()
  let number = 0
  let strange = 0
  for await (const lines of linesIn(source.read(file), 128))
    for (const line of lines) {
      number++
      // More than were sealed are too many, however many: they are not kept.
      if (number > size) {
        findings.add({
          code: 'leaves-changed',
          file,
          trail,
          line: number,
          expected: `${size} leaves`,
          found: 'more',
        })
        return leaves
      }
      const leaf = findings.read(file, () => readLeaf(decoder.decode(line)), undefined, number)
      // What is no leaf takes the place of one: the next keep their places.
      leaves.append(leaf ?? new Uint8Array(32))
      // Each beyond those that are given is one more of the same, and there can be millions.
      if (leaf === undefined && ++strange > GIVEN_OF_EACH_CODE) return leaves
    }
  if (number === 0) findings.add({ code: 'file-form', file, trail, expected: 'leaves', found: 'none' })
  return leaves
}

interface HeadFile {
  readonly file: string
  readonly size: number
}

/** Files of checkpoints, by the hash of their trail's name. */
function headFilesIn(names: Iterable<string>): ReadonlyMap<string, readonly HeadFile[]> {
  const all = new Map<string, HeadFile[]>()
  for (const file of names) {
    const payload = payloadName(file)
    if (payload?.kind !== 'checkpoint') continue
    const { trail, size } = payload
    const known = all.get(trail)
    if (known === undefined) all.set(trail, [{ file, size }])
    else known.push({ file, size })
  }
  return all
}

async function checkHeads(
  source: BagSource,
  files: readonly HeadFile[],
  { trail }: SealedTrail,
  leaves: LeafStore,
  policy: Policy | undefined,
  findings: BagFindings,
): Promise<
  Pick<CheckedTrail, 'checkpoints' | 'covered' | 'witnessed'> & { readonly good: ReadonlySet<number> }
> {
  const good = new Set<number>()
  let covered = 0
  let witnessed: CheckedTrail['witnessed'] = []
  for (const { file, size } of files) {
    const bytes = await readable(file, findings, () => wholeOf(source, file, CHECKPOINT_BYTES_MAX))
    if (bytes === undefined) continue
    const head = findings.read(file, () => parseCheckpoint(utf8(fromUtf8(bytes))))
    if (head === undefined) continue
    if (head.origin !== trail || head.size !== size)
      findings.add({
        code: 'checkpoint-origin',
        file,
        trail,
        expected: `${trail} at size ${size}`,
        found: `${head.origin} at size ${head.size}`,
      })
    else if (head.size > leaves.size)
      findings.add({
        code: 'checkpoint-beyond-end',
        file,
        trail,
        expected: `at least ${head.size} records`,
        found: String(leaves.size),
      })
    else if (!equalBytes(leaves.root(head.size), head.root))
      findings.add({
        code: 'root-mismatch',
        file,
        trail,
        expected: `${base64(head.root)} at size ${head.size}`,
        found: base64(leaves.root(head.size)),
      })
    else {
      const signatures = policy === undefined ? undefined : checkSignatures(head, policy, file, findings)
      if (signatures?.isGood !== true) continue
      good.add(head.size)
      if (head.size >= covered) {
        covered = head.size
        witnessed = signatures.witnessed
      }
    }
  }
  return { checkpoints: good.size, good, covered, witnessed }
}
