import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fromBase64 } from '@compliance-relay/shared/trail'
import { expect, type Page } from '@playwright/test'
import { ask, places, publish, say, test } from './ask.ts'
import { damagedCopies } from './damage.ts'
import { fileOf, make } from './page/make.ts'
import { type Given, type PlainReport, verifyBytes } from './page/verify.ts'
import { ENTRIES, STATEMENTS, samplePlan } from './plan.ts'

const plan = samplePlan()
const made = make(plan)

/** The reports of the page and of its worker, of bytes fetched whole and as they arrive. */
async function reportsOf(page: Page, name: string, bytes: Uint8Array, given: Given) {
  const url = publish(`${name}.jsonl`, bytes)
  const reports: Record<string, PlainReport> = {}
  for (const place of places) {
    reports[`${place}, whole`] = await ask(page, place, 'verifyAt', { url, given })
    reports[`${place}, streamed`] = await ask(page, place, 'verifyStreamAt', { url, given })
  }
  return Object.entries(reports)
}

/** The report of this process, in the same plain form. */
function nodeReport(bytes: Uint8Array, given: Given): PlainReport {
  return JSON.parse(JSON.stringify(verifyBytes(bytes, given)))
}

test('the Node side of every comparison here is on node:crypto', { tag: '@oq' }, () => {
  const shared = createRequire(join(import.meta.dirname, '../../shared/package.json'))
  expect(shared.resolve('#digest')).toMatch(/digest\.node\.ts$/)
  expect(shared.resolve('#ed25519')).toMatch(/ed25519\.node\.ts$/)
})

test('a trail made in Node verifies in a page and in its worker, with the report Node gives', {
  tag: ['@req/P11-10a-2', '@oq'],
}, async ({ ringPage }) => {
  const bytes = fromBase64(made.file)
  const expected = nodeReport(bytes, made.given)
  expect(expected).toMatchObject({
    findings: [],
    notices: [],
    lines: ENTRIES,
    entries: ENTRIES,
    checked: { checksums: ENTRIES, checkpoints: 5, coveredSize: ENTRIES, statements: STATEMENTS },
  })
  for (const [where, report] of await reportsOf(ringPage, 'sound', bytes, made.given)) {
    expect(report, where).toEqual(expected)
  }
  say(`sound: ${expected.lines} entries, ${bytes.length} bytes, root ${expected.root}`)
})

test('what a reader should know of a sound trail is told in the browser as in Node', {
  tag: '@oq',
}, async ({ ringPage }) => {
  const steps = plan.steps.map((step, i) => {
    if (step.do !== 'append' || i < 20 || i > 30) return step
    return { ...step, draft: { ...step.draft, time: '2026-03-01T08:00:00.000Z' } }
  })
  const { file, given } = make({ ...plan, steps })
  const expected = nodeReport(fromBase64(file), given)
  expect(expected.findings).toEqual([])
  expect(expected.notices.map((notice) => notice.code).sort()).toEqual([
    'time-outside-witness-interval',
    'time-went-back',
  ])
  for (const [where, report] of await reportsOf(ringPage, 'notices', fromBase64(file), given)) {
    expect(report, where).toEqual(expected)
  }
})

test('every damaged copy of a trail gives the same findings in a page and in its worker as in Node', {
  tag: ['@req/P11-10a-2', '@oq', '@challenge'],
}, async ({ ringPage }) => {
  const copies = damagedCopies(plan, made)
  const codes = new Set<string>()
  let findings = 0
  for (const { name, bytes, given, code } of copies) {
    const expected = nodeReport(bytes, given)
    const found = expected.findings.map((finding) => finding.code)
    expect(found.length, name).toBeGreaterThan(0)
    if (code !== undefined) expect(found, name).toContain(code)
    for (const [where, report] of await reportsOf(ringPage, name, bytes, given)) {
      expect(report, `${name}, ${where}`).toEqual(expected)
    }
    for (const one of found) codes.add(one)
    findings += found.length
  }
  say(`damaged: ${copies.length} copies, 0 missed, ${findings} findings of ${codes.size} codes, all equal`)
})

test('a trail of no bytes and one of bytes that are none give what Node gives', {
  tag: '@oq',
}, async ({ ringPage }) => {
  const given = { keys: [], checkpoints: [] }
  for (const [name, bytes] of Object.entries({
    nothing: fileOf([]),
    zeros: new Uint8Array(100_000),
    newlines: new Uint8Array(100).fill(10),
  })) {
    for (const [where, report] of await reportsOf(ringPage, name, bytes, given)) {
      expect(report, `${name}, ${where}`).toEqual(nodeReport(bytes, given))
    }
  }
})
