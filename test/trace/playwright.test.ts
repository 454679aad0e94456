import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requirements } from '@compliance-relay/shared/requirements'
import { expect, onTestFinished, test } from 'vitest'
import { buildOf, sha256 } from './build.ts'
import { readPlaywright } from './playwright.ts'
import { trace } from './trace.ts'

const tags = ['req/P11-10a-1', 'oq']

/** Written by Playwright 1.65.1 for five tests, cut to what a report of it must have, and given another path. */
const sample = readFileSync(join(import.meta.dirname, 'playwright.sample.json'), 'utf8')
const spec = 'the bytes of the test file'

test('a Playwright report is read with names, tags, outcomes and the hash of the test file', { tags }, () => {
  const run = readPlaywright(...reportInCheckout())
  expect(run.version).toBe('1.65.1')
  expect(run.build?.commit).toBe('abc')
  expect(Date.parse(run.endedAt)).toBeGreaterThan(Date.parse(run.startedAt))
  expect(run.tests.map((t) => [t.name, t.state, t.retryCount, t.flaky, t.expectedToFail])).toEqual([
    ['passes', 'passed', 0, false, false],
    ['group > is retried', 'passed', 1, true, false],
    ['group > is skipped', 'skipped', 0, false, false],
    ['group > is known to fail', 'passed', 0, false, true],
    ['group > fails', 'failed', 1, false, false],
  ])
  expect(run.tests[0]?.tags).toEqual(['req/P11-70-1', 'oq', 'challenge'])
  for (const found of run.tests) {
    expect([found.file, found.project, found.sourceSha256]).toEqual([
      'test/web/a.spec.ts',
      'chromium',
      sha256(spec),
    ])
  }
})

test('what went wrong in a browser is a fault', { tags: [...tags, 'challenge'] }, () => {
  const found = [readPlaywright(...reportInCheckout())]
  const build = buildOf(join(import.meta.dirname, '../..'))
  const { faults } = trace(requirements, { build, found, required: ['playwright'] })
  const about = (code: string) => faults.filter((fault) => fault.code === code).map((fault) => fault.sentence)
  expect(about('other-build').join()).toContain('commit abc')
  expect(about('retried').join()).toContain('"group > is retried" in chromium')
  expect(about('skipped').join()).toContain('"group > is skipped" in chromium')
  expect(about('failed').join()).toContain('"group > is known to fail" in chromium')
  expect(about('failed').join()).toContain('"group > fails" in chromium')
})

test('a file that is no Playwright report is refused', { tags: [...tags, 'challenge'] }, () => {
  for (const json of ['null', '{}', '[]', '{"suites":[]}', sample.slice(0, 100)]) {
    expect(() => readPlaywright(json, '/')).toThrow()
  }
})

/** The report as it would be found in a checkout of its own, with the test file it is about. */
function reportInCheckout(): [json: string, root: string] {
  const root = mkdtempSync(join(tmpdir(), 'relay-playwright-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'test/web'), { recursive: true })
  writeFileSync(join(root, 'test/web/a.spec.ts'), spec)
  return [sample.replaceAll('/checkout', root.replaceAll('\\', '/')), root]
}
