import {
  consistencyProof,
  fromHex,
  fromUtf8,
  hex,
  inclusionProof,
  leafHash,
  macKey,
  memoryLeafStore,
  parseAddCheckpoint,
  parseCheckpoint,
  parsePolicy,
  parseTlogProof,
  printAddCheckpoint,
  printTlogProof,
  utf8,
  verifyTlogProof,
  verifyTrail,
} from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { codeOf, vectors } from './files.ts'

interface Case {
  readonly id: string
  readonly lines: readonly (number | string)[]
  readonly checkpoints?: readonly string[]
  readonly cut?: true
  readonly findings: readonly { readonly code: string; readonly seq?: number }[]
}

const v = vectors('trail') as {
  lines: string[]
  early: string
  late: string
  policy: string
  macKey: string
  leaves: string[]
  proof: string
  addCheckpoint: string
  refusedProofs: { id: string; code: string; text: string }[]
  refusedRequests: { id: string; code: string; text: string }[]
  cases: Case[]
}
const store = memoryLeafStore()
for (const line of v.lines) store.append(leafHash(utf8(line)))
const late = parseCheckpoint(utf8(v.late))

describe('a whole trail', () => {
  const tags = ['req/P11-10a-2', 'req/P11-70-1', 'oq', 'challenge'] as const

  test.each(v.cases)(
    '$id gives exactly these findings',
    { tags: [...tags] },
    ({ lines, checkpoints, cut, findings }) => {
      const text = lines.map((line) => (typeof line === 'number' ? v.lines[line] : line)).join('\n')
      const report = verifyTrail([utf8(cut ? text : `${text}\n`)], {
        keys: [macKey(fromHex(v.macKey, 32))],
        policy: parsePolicy(utf8(v.policy)),
        checkpoints: (checkpoints ?? [v.early, v.late]).map((note, i) => ({
          name: String(i),
          bytes: utf8(note),
        })),
      })
      expect(report.findings.map(({ code, seq }) => (seq === undefined ? { code } : { code, seq }))).toEqual(
        findings,
      )
    },
  )

  test('the sound trail has two held checkpoints and two e-signatures', {
    tags: ['req/P11-70-1', 'oq'],
  }, () => {
    const report = verifyTrail([utf8(`${v.lines.join('\n')}\n`)], {
      keys: [macKey(fromHex(v.macKey, 32))],
      policy: parsePolicy(utf8(v.policy)),
      checkpoints: [v.early, v.late].map((note, i) => ({ name: String(i), bytes: utf8(note) })),
    })
    expect(report.checked).toMatchObject({
      checksums: v.lines.length,
      checkpoints: 2,
      coveredSize: v.lines.length,
      statements: v.lines.filter((line) => line.includes('"kind":"signature.applied"')).length,
    })
    expect(hex(report.root)).toBe(hex(late.root))
    expect(v.lines.map((line) => hex(leafHash(utf8(line))))).toEqual(v.leaves)
  })
})

describe('proofs', () => {
  test('the proof of an entry is made byte for byte, reads back and holds', () => {
    const read = parseTlogProof(utf8(v.proof))
    const { index } = read
    expect(fromUtf8(printTlogProof(read))).toBe(v.proof)
    const made = { index, path: inclusionProof(index, v.lines.length, store.node), checkpoint: late }
    expect(fromUtf8(printTlogProof(made))).toBe(v.proof)
    expect(verifyTlogProof(utf8(v.lines[index] ?? ''), read)).toBe(true)
    expect(verifyTlogProof(utf8(v.lines[index + 1] ?? ''), read)).toBe(false)
  })

  test('the request to a witness is made byte for byte and reads back', () => {
    const read = parseAddCheckpoint(utf8(v.addCheckpoint))
    expect(fromUtf8(printAddCheckpoint(read))).toBe(v.addCheckpoint)
    const proof = consistencyProof(read.old, v.lines.length, store.node)
    expect(fromUtf8(printAddCheckpoint({ old: read.old, proof, checkpoint: late }))).toBe(v.addCheckpoint)
  })

  test.each(v.refusedProofs)('a proof with $id is refused as $code', ({ code, text }) => {
    expect(codeOf(() => parseTlogProof(utf8(text)))).toBe(code)
  })

  test.each(v.refusedRequests)('a request with $id is refused as $code', ({ code, text }) => {
    expect(codeOf(() => parseAddCheckpoint(utf8(text)))).toBe(code)
  })

  test('a request longer than any that is needed is refused before it is read', () => {
    expect(codeOf(() => parseAddCheckpoint(utf8('x'.repeat(20_481))))).toBe('request-form')
  })
})
