import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatErrors, notices, trailFaults } from '@compliance-relay/shared/trail'
import { expect, test } from 'vitest'
import { vectors } from './files.ts'

const document = readFileSync(join(import.meta.dirname, '../../shared/FORMAT.md'), 'utf8')
const flat = document.replace(/\s+/g, ' ')

/** Every name in brackets: file and vector. */
const named = new Set(
  [...flat.matchAll(/\[((?:[a-z]+\/[A-Za-z0-9-]+(?:, )?)+)\]/g)].flatMap(([, names = '']) =>
    names.split(', '),
  ),
)

interface Vector {
  readonly id: string
  readonly code?: string
  readonly findings?: readonly { readonly code: string }[]
}

/** What there is: vectors with an id of their own, and groups that only have a name together. */
const existing = new Map<string, Vector | undefined>()
for (const file of ['canonical', 'entry', 'note', 'tree', 'trail', 'held', 'counted', 'claimed']) {
  for (const [group, content] of Object.entries<unknown>(vectors(file))) {
    const ids = Array.isArray(content)
      ? content.filter((one): one is Vector => typeof one?.id === 'string')
      : []
    if (ids.length === 0) existing.set(`${file}/${group}`, undefined)
    for (const vector of ids) existing.set(`${file}/${vector.id}`, vector)
  }
}

test('every vector that FORMAT.md names exists', () => {
  expect(named.size).toBeGreaterThan(100)
  expect([...named].filter((name) => !existing.has(name))).toEqual([])
})

test('every vector stands for a claim of FORMAT.md', () => {
  // What a whole trail and a whole tree are made of has no claim of its own.
  const parts =
    /^(?:trail\/(?:lines|early|late|policy|macKey|leaves)|tree\/entries|entry\/trail|(?:held|counted|claimed)\/macKey)$/
  expect([...existing.keys()].filter((name) => !named.has(name) && !parts.test(name))).toEqual([])
})

test('FORMAT.md names every code, and says of findings what the product says', () => {
  const codes = Object.keys({ ...formatErrors, ...trailFaults, ...notices })
  expect(codes.filter((code) => !document.includes(`\`${code}\``))).toEqual([])
  const sentences = Object.entries({ ...trailFaults, ...notices })
  expect(sentences.filter(([code, sentence]) => !document.includes(`| \`${code}\` | ${sentence}`))).toEqual(
    [],
  )
})

test('every code of a reader is shown by a vector', () => {
  const shown = new Set(
    [...existing.values()].flatMap((one) => [one?.code, ...(one?.findings ?? []).map(({ code }) => code)]),
  )
  // Refused paths have no code each, and not-a-value is refused by writers, where there are no bytes yet.
  const elsewhere = ['tile-path', 'tile-form', 'not-a-value']
  const codes = Object.keys({ ...formatErrors, ...trailFaults })
  expect(codes.filter((code) => !shown.has(code) && !elsewhere.includes(code))).toEqual([])
})
