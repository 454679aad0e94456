import {
  type Finding,
  type Hash,
  type LeafStore,
  type NodeReader,
  nodeHash,
  type Policy,
  parsePolicy,
  rootOf,
  type Verifier,
  verifyTrail,
} from '@compliance-relay/shared/trail'
import { expect } from 'vitest'
import { CHECKPOINT_NAMES, knownBytes, knownMacKeys } from './known-trail.ts'
import { remembered } from './remembered.ts'
import { tally } from './vectors.ts'

/** Half the bits of a byte. Two test files share the flips, so that two processors do. */
export type Bits = readonly [number, number, number, number]

interface Flip {
  readonly at: number
  readonly bit: number
  readonly findings: readonly Finding[]
}

type Verify = (input: {
  records: Uint8Array
  checkpoints: ReadonlyMap<string, Uint8Array>
}) => readonly Finding[]

/** Flips these bits of every byte of a file of the known trail, one at a time, and verifies the trail each time. */
export function flipsOf(file: string, bits: Bits): Flip[] {
  const verify = verifier()
  const records = knownBytes('records.jsonl')
  const checkpoints = new Map<string, Uint8Array>(CHECKPOINT_NAMES.map((name) => [name, knownBytes(name)]))
  expect(verify({ records, checkpoints }), 'before any flip').toEqual([])
  const bytes = file === 'records.jsonl' ? records : checkpoints.get(file)
  if (bytes === undefined) throw new Error(`${file} is not part of the known trail`)
  return Array.from(bytes.keys()).flatMap((at) =>
    bits.map((bit) => {
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
      const findings = verify({ records, checkpoints })
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
      return { at, bit, findings }
    }),
  )
}

/** No flip may be without a finding, and the first finding must point to where the flip is. */
export function expectEachFound(
  flips: readonly Flip[],
  isHere: (first: Finding, flip: Flip) => boolean,
): string {
  const missed = flips.filter(({ findings: [first] }) => first === undefined)
  const astray = flips.filter((flip) => flip.findings[0] !== undefined && !isHere(flip.findings[0], flip))
  expect(missed).toEqual([])
  expect(astray.slice(0, 10)).toEqual([])
  const codes = tally(flips, ({ findings: [first] }) => first?.code ?? 'missed')
  return `${flips.length} flips, ${missed.length} missed: ${JSON.stringify(codes)}`
}

/** Number, from 1, of the line of records.jsonl that a byte belongs to, its newline included. */
export function lineOfByte(records: Uint8Array): (at: number) => number {
  const starts = [0, ...[...records.keys()].filter((at) => records[at] === 0x0a).map((at) => at + 1)]
  return (at) => starts.filter((start) => start <= at).length
}

/** Full verification with key, checkpoints and policy, quick enough for some ten thousand times. */
function verifier(): Verify {
  const policy = remembering(parsePolicy(knownBytes('policy.txt')))
  const keys = [knownMacKeys()[0]]
  return ({ records, checkpoints }) => {
    const given = [...checkpoints].map(([name, bytes]) => ({ name, bytes }))
    return verifyTrail([records], { keys, checkpoints: given, policy, leaves: fewLeaves() }).findings
  }
}

/** The policy, its keys asked only once about the same text and signature: OpenSSL's answer does not change. */
function remembering(policy: Policy): Policy {
  const wrap = (verifier: Verifier): Verifier => ({ ...verifier, verify: remembered(verifier.verify) })
  return {
    ...policy,
    logs: policy.logs.map((log) => ({ ...log, verifier: wrap(log.verifier) })),
    witnesses: policy.witnesses.map((one) => ({ ...one, verifier: wrap(one.verifier) })),
  }
}

/** Leaves in a plain array: the product's store sets aside two megabytes for each trail. */
function fewLeaves(): LeafStore {
  const hashes: Hash[] = []
  const leaf = (seq: number): Hash => {
    const hash = hashes[seq]
    if (hash === undefined) throw new RangeError(`there is no leaf ${seq}`)
    return hash
  }
  const node: NodeReader = (level, index) =>
    level === 0 ? leaf(index) : nodeHash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))
  return {
    get size() {
      return hashes.length
    },
    append: (hash) => void hashes.push(hash.slice()),
    leaf,
    root: (size) => rootOf(size, node),
    node,
  }
}
