import { fromHex, macKey, utf8, verifyTrail } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { vectors } from './files.ts'

interface Vectors {
  readonly macKey: string
  readonly cases: readonly {
    readonly id: string
    readonly lines: readonly string[]
    readonly findings: readonly { readonly code: string; readonly seq: number }[]
    readonly statements: number
  }[]
}

describe.each([
  ['an e-signature that was held for a person', 'held'],
  ['what a relay says of an e-signature that verifies', 'counted'],
  ['a claim of a capture that nobody answered for', 'claimed'],
] as const)('%s', (_, file) => {
  const v = vectors(file) as Vectors
  test.each(v.cases)(
    '$id gives exactly these findings, and counts or does not',
    { tags: ['req/P11-70-1', 'oq', 'challenge'] },
    ({ lines, findings, statements }) => {
      const report = verifyTrail([utf8(`${lines.join('\n')}\n`)], { keys: [macKey(fromHex(v.macKey, 32))] })
      expect(report.findings.map(({ code, seq }) => ({ code, seq }))).toEqual(findings)
      expect(report.checked.statements).toBe(statements)
      expect(report.notices).toEqual([])
    },
  )
})
