import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { REASON_CHARACTERS, REASON_LETTERS_MIN, reasonFault } from '@compliance-relay/shared/relay'
import { expect, test } from 'vitest'

test('agent/PEOPLE.md has the rule on reasons as the relay goes by it, and what it says is refused is', () => {
  const text = readFileSync(join(import.meta.dirname, '../agent/PEOPLE.md'), 'utf8')
  const [, rule = ''] = /^## Reasons\n\n([^#]*)/m.exec(text) ?? []
  const { least, most } = REASON_CHARACTERS
  expect(rule.replaceAll('\n', ' ')).toContain(`${least} to ${most.toLocaleString('en')} characters`)
  const words = ['one', 'two', 'three', 'four', 'five']
  expect(rule.replaceAll('\n', ' ')).toContain(`at least ${words[REASON_LETTERS_MIN - 1]} different letters`)
  const [, refused = ''] = /digits: ([^:]*) are refused/.exec(rule.replaceAll('\n', ' ')) ?? []
  const examples = [...refused.matchAll(/`([^`]+)`/g)].map(([, one = '']) => one)
  expect(examples).toHaveLength(3)
  for (const one of [...examples, 'measured\tagain here', 'measured again\u202e here'])
    expect(reasonFault(one), one).toBeDefined()
})
