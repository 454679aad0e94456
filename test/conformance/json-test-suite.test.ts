/** nst/JSONTestSuite: what a strict reader must refuse, and what it may accept. */
import { canonical, fromUtf8, readCanonical, utf8, type Value } from '@compliance-relay/shared/trail'
import { beforeEach, expect, test } from 'vitest'
import { refusalOf } from './refusal.ts'
import { requireVectors, tally, vectorBytes, vectorNames } from './vectors.ts'

beforeEach(requireVectors)

const FOLDER = 'jsontestsuite/test_parsing'

function filesThat(start: 'y_' | 'n_' | 'i_'): { name: string; bytes: Uint8Array }[] {
  return vectorNames(FOLDER)
    .filter((name) => name.startsWith(start))
    .map((name) => ({ name, bytes: vectorBytes(FOLDER, name) }))
}

test('the suite has 95 files that are JSON, 188 that are not and 35 left to the reader', () => {
  expect(tally(vectorNames(FOLDER), (name) => name.slice(0, 2))).toEqual({ y_: 95, n_: 188, i_: 35 })
})

test('every file that is not JSON is refused as a fault of its form', async ({ annotate }) => {
  const files = filesThat('n_')
  const refused = files.map(({ name, bytes }) => ({ name, code: refusalOf(() => readCanonical(bytes)) }))
  expect(refused.filter(({ code }) => code === undefined)).toEqual([])
  await annotate(`refused ${refused.length} of ${files.length}`)
})

test('a file that is JSON is accepted exactly if it is its own canonical form', async ({ annotate }) => {
  const files = [...filesThat('y_'), ...filesThat('i_')]
  const wrong = files.filter(({ bytes }) => isAccepted(bytes) !== isOwnCanonicalForm(bytes))
  expect(wrong.map(({ name }) => name)).toEqual([])

  const accepted = files.filter(({ bytes }) => isAccepted(bytes))
  expect(accepted.length).toBeGreaterThan(0)
  await annotate(
    `accepted ${accepted.length} of ${files.length}: ${accepted.map(({ name }) => name).join(' ')}`,
  )
})

test('what is accepted is what JSON.stringify writes of it, so that a second implementation agrees', () => {
  for (const { name, bytes } of [...filesThat('y_'), ...filesThat('i_')].filter((one) =>
    isAccepted(one.bytes),
  )) {
    expect(JSON.stringify(JSON.parse(new TextDecoder().decode(bytes))), name).toBe(fromUtf8(bytes))
  }
})

test('a byte order mark is refused as such', () => {
  const bytes = vectorBytes(FOLDER, 'i_structure_UTF-8_BOM_empty_object.json')
  expect(refusalOf(() => readCanonical(bytes))).toBe('byte-order-mark')
  expect(readCanonical(bytes.subarray(3))).toEqual({})
})

function isAccepted(bytes: Uint8Array): boolean {
  return refusalOf(() => readCanonical(bytes)) === undefined
}

/** By the letter of FORMAT.md 2.3, with the platform's own decoder and parser. */
function isOwnCanonicalForm(bytes: Uint8Array): boolean {
  let value: Value
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as Value
  } catch {
    return false
  }
  let again = ''
  const refused = refusalOf(() => {
    again = canonical(value)
  })
  return refused === undefined && Buffer.from(utf8(again)).equals(bytes)
}
