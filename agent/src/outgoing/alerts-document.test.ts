import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { alertKinds, severities } from '@compliance-relay/shared/relay'
import { expect, test } from 'vitest'

const text = readFileSync(join(import.meta.dirname, '../../RECORDS.md'), 'utf8')

test('RECORDS.md has every kind of which records are alerts, and no other', () => {
  const part = text.slice(text.indexOf('### Which records are alerts'))
  const rows = part.split('\n').filter((line) => /^\| [a-z]+ \|/.test(line) && !line.startsWith('| severity'))
  expect(rows.map((row) => row.split(' ')[1])).toEqual([...severities])
  const named = rows.flatMap((row) => [...row.matchAll(/`([a-z.-]+)`/g)].map(([, kind]) => kind))
  expect([...new Set(named)].sort()).toEqual([...alertKinds].sort())
})
