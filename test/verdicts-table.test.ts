import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { meansOf, nextOf, saysOf, verdictCodes, verdictOf } from '@compliance-relay/shared/api'
import { expect, test } from 'vitest'

test('agent/API.md has every code of a verdict on a signature, with what it means and what to do next', () => {
  const text = readFileSync(join(import.meta.dirname, '../agent/API.md'), 'utf8')
  const rows = text.split('\n').filter((line) => /^\| `[a-z-]+` \| (?:held|refused) \|/.test(line))
  const wanted = verdictCodes.map(
    (code) => `| \`${code}\` | ${verdictOf(code)} | ${meansOf(code)} | ${nextOf(code)} |`,
  )
  expect(rows).toEqual(wanted)
})

test('what takes a signature back is not called a signature', () => {
  expect(saysOf('accepted', null, 'withdrawn')).toBe('The signature is withdrawn from now on.')
  expect(saysOf('accepted', null, 'approved')).toBe(saysOf('accepted', null))
})

test('each verdict says something that can be read aloud, and a code says more than its verdict', () => {
  for (const code of verdictCodes) {
    const says = saysOf(verdictOf(code), code)
    expect(says, code).toMatch(/^[A-Z].*\. [A-Z].*\.$/)
    expect(says).not.toBe(saysOf(verdictOf(code), null))
  }
})
