import { type Finding, parsePolicy, verifyTrail } from '@compliance-relay/shared/trail'
import { expect } from 'vitest'
import { seedOf } from '../support/arbitraries.ts'
import { Random } from '../support/random.ts'
import { bitsTurned } from '../support/repetitions.ts'
import { CHECKPOINT_NAMES, knownBytes, knownMacKeys } from './known-trail.ts'
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

/** Flips bits of these of every byte of a file of the known trail, one at a time, and verifies the trail each time. */
export function flipsOf(file: string, bits: Bits): Flip[] {
  const verify = verifier()
  const random = new Random(seedOf(`bits of ${file}`))
  const records = knownBytes('records.jsonl')
  const checkpoints = new Map<string, Uint8Array>(CHECKPOINT_NAMES.map((name) => [name, knownBytes(name)]))
  expect(verify({ records, checkpoints }), 'before any flip').toEqual([])
  const bytes = file === 'records.jsonl' ? records : checkpoints.get(file)
  if (bytes === undefined) throw new Error(`${file} is not part of the known trail`)
  return Array.from(bytes.keys()).flatMap((at) =>
    bitsTurned(bits, random).map((bit) => {
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

/** Full verification with key, checkpoints and policy. */
function verifier(): Verify {
  const policy = parsePolicy(knownBytes('policy.txt'))
  const keys = [knownMacKeys()[0]]
  return ({ records, checkpoints }) => {
    const given = [...checkpoints].map(([name, bytes]) => ({ name, bytes }))
    return verifyTrail([records], { keys, checkpoints: given, policy }).findings
  }
}
