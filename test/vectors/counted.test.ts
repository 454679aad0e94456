import { fromHex, macKey, utf8, verifyTrail } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { vectors } from './files.ts'

const v = vectors('counted') as {
  macKey: string
  cases: {
    id: string
    lines: string[]
    findings: { code: string; seq: number }[]
    statements: number
  }[]
}

describe('what a relay says of an e-signature that verifies', () => {
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
