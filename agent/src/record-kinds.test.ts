import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { actions } from '@compliance-relay/shared/api'
import { alertKinds, recordKinds } from '@compliance-relay/shared/relay'
import { describe, expect, test } from 'vitest'

/* One list of kinds, what is written of them, and the code that writes them. */

const folders = ['.', '../../shared/src/relay']
/** What lists kinds or judges them does not write them: neither files of lists, nor a line that lists or compares. */
const LISTS = /(?:record-kinds|alerts)\.ts$/
const LISTED = /^\s*'[a-z.-]+',$|^\s*case '|[!=]== '[^']*'/gm

const sources = folders.flatMap((folder) => {
  const path = join(import.meta.dirname, folder)
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ts$/.test(name) && !/\.test(?:-support)?\.ts$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(path, name), 'utf8') }))
})
const namedIn = (text: string) => [...text.matchAll(/'([a-z]+\.[a-z-]+)'/g)].map(([, word]) => word ?? '')
const named = new Set(sources.flatMap(({ text }) => namedIn(text)))
const written = new Set(
  sources.flatMap(({ name, text }) => (LISTS.test(name) ? [] : namedIn(text.replace(LISTED, '')))),
)
/** Put together in capture/outcome.ts, of what it is and what became of it. */
const made = ['file', 'dataset'].flatMap((noun) =>
  ['created', 'changed', 'renamed', 'deleted'].map((verb) => `${noun}.${verb}`),
)
/** Of the same form, and no kinds: what is asked of a running relay, files, secrets, a message that is no record. */
const others: readonly string[] = [
  ...actions,
  ...['account.first', 'account.recover', 'badge.new', 'export.seal', 'export.stamp', 'notary.set'],
  ...['watch.add', 'watch.change', 'watch.remove'],
  ...['notary.id', 'recovery.json', 'relay.db', 'relay.mjs', 'settings.json', 'trail.jsonl'],
  ...['identity.client-secret', 'relay.test'],
]

describe('the list of kinds', () => {
  test('is that of RECORDS.md', () => {
    const text = readFileSync(join(import.meta.dirname, '../RECORDS.md'), 'utf8')
    const tables = text.slice(0, text.indexOf('### Which records are alerts'))
    const rows = tables.split('\n').flatMap((line) => /^\| ((?:`[a-z.-]+`(?:, )?)+) \|/.exec(line)?.[1] ?? [])
    const kinds = rows.flatMap((row) => [...row.matchAll(/`([a-z]+\.[a-z-]+)`/g)].map(([, kind]) => kind))
    expect(kinds.sort()).toEqual([...recordKinds])
  })

  test('has none that no code writes', () => {
    expect(recordKinds.filter((kind) => !written.has(kind) && !made.includes(kind))).toEqual([])
    expect(alertKinds.filter((kind) => !isKind(kind))).toEqual([])
  })

  test('lacks none that the code names', { tags: ['challenge'] }, () => {
    const nouns = new Set(recordKinds.map((kind) => kind.split('.')[0]))
    const alike = [...named, ...made].filter((word) => nouns.has(word.split('.')[0] as never))
    expect(alike.filter((word) => !isKind(word) && !others.includes(word))).toEqual([])
  })
})

const isKind = (word: string) => recordKinds.some((kind) => kind === word)
