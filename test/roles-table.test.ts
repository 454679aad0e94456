import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { policy, type Role, roles } from '@compliance-relay/shared/api'
import { expect, test } from 'vitest'

/** The table of agent/PEOPLE.md: who may do what, by the actions named in each row. */
function documented(): Map<string, readonly Role[]> {
  const text = readFileSync(join(import.meta.dirname, '../agent/PEOPLE.md'), 'utf8')
  const rows = text.split('\n').filter((line) => /^\|.*\(`[a-z]+\.[a-z-]+`/.test(line))
  const head = `| what | ${roles.join(' | ')} |`
  expect(text).toContain(head)
  const all = rows.flatMap((row) => {
    const [, what = '', ...cells] = row.split('|').map((cell) => cell.trim())
    const held = roles.filter((_, i) => cells[i] === 'yes')
    return [...what.matchAll(/`([a-z]+\.[a-z-]+)`/g)].map(([, action = '']) => [action, held] as const)
  })
  expect(new Set(all.map(([action]) => action)).size).toBe(all.length)
  return new Map(all)
}

test('the table of roles in agent/PEOPLE.md is the one the relay goes by', {
  tags: ['req/P11-10g-1'],
}, () => {
  const inOrder = Object.entries(policy).map(
    ([action, held]) => [action, roles.filter((role) => (held as readonly Role[]).includes(role))] as const,
  )
  expect(Object.fromEntries(documented())).toEqual(Object.fromEntries(inOrder))
})
