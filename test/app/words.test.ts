import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { kindText } from '../../web/app/parts/words.ts'

const document = readFileSync(join(import.meta.dirname, '../../agent/RECORDS.md'), 'utf8')
const kinds = [...document.matchAll(/^\| (?:`[a-z]+\.[a-z-]+`(?:, )?)+/gm)].flatMap(([cell]) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, kind = '']) => kind),
)

test('every kind that a relay writes is said in words, each in others', () => {
  expect(kinds.length).toBeGreaterThan(80)
  expect(kinds.filter((kind) => kindText(kind) === kind)).toEqual([])
  expect(new Set(kinds.map(kindText)).size).toBe(new Set(kinds).size)
})
