import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, platform, release } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { requirements } from '@compliance-relay/shared/requirements'
import { buildOf, sameBuild } from './build.ts'
import { matrixCsv } from './matrix-csv.ts'
import { matrixHtml } from './matrix-html.ts'
import { readPlaywright } from './playwright.ts'
import { type Run, readVitest } from './run.ts'
import { passed, trace } from './trace.ts'

/**
 * npm run trace [-- --with-browser] [--root DIR]
 *
 * Reads what the tests left in test/out, writes the matrix beside it and exits 1 on any fault. Run it after the
 * tests and before anything is changed. A browser run that is not asked for counts only if it is of this build.
 */
const { values: options } = parseArgs({
  options: { root: { type: 'string' }, 'with-browser': { type: 'boolean', default: false } },
})
const root = resolve(options.root ?? join(import.meta.dirname, '../..'))
const out = join(root, 'test/out')
const build = buildOf(root)
const browser = readRun('playwright.json', (json) => readPlaywright(json, root))
const counts = browser && (options['with-browser'] || (browser.build && sameBuild(browser.build, build)))
// The capture run takes minutes and is not part of `npm test`: it counts where it is of this build.
const capture = readRun('capture.json', readVitest)
const captureCounts = capture?.build !== undefined && sameBuild(capture.build, build)
// So do the engines beside Chromium.
const engines = readRun('engines.json', (json) => readPlaywright(json, root))
const enginesCount = engines?.build !== undefined && sameBuild(engines.build, build)
const runs = [
  readRun('vitest.json', readVitest),
  captureCounts ? capture : undefined,
  counts ? browser : undefined,
  enginesCount ? engines : undefined,
].filter((run) => run !== undefined)
const { matrix, faults } = trace(requirements, {
  build,
  found: runs,
  required: options['with-browser'] ? ['vitest', 'playwright'] : ['vitest'],
})

const tests = runs.flatMap((run) => run.tests)
const product = matrix.rows.filter((row) => row.requirement.by === 'product')
const totals = {
  requirements: product.length,
  covered: product.filter((row) => row.tests.some(passed)).length,
  procedures: matrix.rows.length - product.length,
  tests: tests.length,
  passed: tests.filter(passed).length,
  failed: tests.filter((test) => test.state === 'failed' || test.expectedToFail).length,
  skipped: tests.filter((test) => test.state === 'skipped').length,
  faults: faults.length,
}
const startedAt = runs.map((run) => run.startedAt).sort()[0] ?? ''
const endedAt =
  runs
    .map((run) => run.endedAt)
    .sort()
    .at(-1) ?? ''

mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'matrix.csv'), matrixCsv(matrix))
writeFileSync(join(out, 'matrix.html'), matrixHtml(matrix, faults, endedAt))
writeFileSync(
  join(out, 'run.json'),
  `${JSON.stringify({ ...build, ...machine(), startedAt, endedAt, totals, faults, tests }, null, 2)}\n`,
)

say(`trace of ${build.commit}${build.dirty ? ' with uncommitted changes' : ''}`)
say(
  `${totals.covered} of ${totals.requirements} product requirements covered, ${totals.procedures} procedures`,
)
say(`${totals.tests} tests: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
if (capture && !captureCounts) say('test/out/capture.json is of another build and was left out')
if (engines && !enginesCount) say('test/out/engines.json is of another build and was left out')
if (browser && !counts) say('test/out/playwright.json is of another build and was left out')
for (const { code, sentence } of faults) say(`${code}: ${sentence}`)
say(faults.length === 0 ? 'no faults' : `${faults.length} faults`)
process.exitCode = faults.length === 0 ? 0 : 1

function readRun(name: string, read: (json: string) => Run): Run | undefined {
  const file = join(out, name)
  return existsSync(file) ? read(readFileSync(file, 'utf8')) : undefined
}

function machine() {
  const runners = Object.fromEntries(runs.map((run) => [run.runner, run.version]))
  return { node: process.version, os: `${platform()} ${release()} ${arch()}`, runners }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
