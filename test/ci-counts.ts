/**
 * The closing line of a CI run: what all lanes counted, added up. A lane that left no count is one failure,
 * so that a lane which died cannot pass for one that had nothing to do.
 *
 *   npm run ci:counts -- FAILED_LANES
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPlaywright } from './trace/playwright.ts'
import { type Run, readVitest } from './trace/run.ts'

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const root = join(import.meta.dirname, '..')

function read(name: string, count: (json: string) => Counts): Counts {
  const file = join(root, 'test/out', name)
  if (!existsSync(file)) {
    process.stdout.write(`${name.padEnd(20)} is not there\n`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
  const counts = count(readFileSync(file, 'utf8'))
  process.stdout.write(`${name.padEnd(20)} ${line(counts)}\n`)
  return counts
}

function countsOf({ tests, problems }: Run): Counts {
  const inState = (state: string): number => tests.filter((test) => test.state === state).length
  return {
    passed: inState('passed'),
    failed: inState('failed') + problems.length,
    skipped: inState('skipped'),
  }
}

function line({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

const lanes = [
  read('vitest.json', (json) => countsOf(readVitest(json))),
  read('conformance.json', (json) => countsOf(readVitest(json))),
  read('capture.json', (json) => countsOf(readVitest(json))),
  read('foreign.json', (json) => ({
    skipped: 0,
    ...(JSON.parse(json) as { passed: number; failed: number }),
  })),
  read('playwright.json', (json) => countsOf(readPlaywright(json, root))),
  read('engines.json', (json) => countsOf(readPlaywright(json, root))),
]
const add = (pick: (counts: Counts) => number): number => lanes.reduce((sum, counts) => sum + pick(counts), 0)
const failedLanes = Number(process.argv[2] ?? 0)
const failed = add((counts) => counts.failed)
// A lane can fail without a failed test: types, lint, the trace.
const sum = {
  passed: add((counts) => counts.passed),
  failed: Math.max(failed, failedLanes),
  skipped: add((counts) => counts.skipped),
}
process.stdout.write(`${line(sum)}\n`)
process.exitCode = sum.failed === 0 ? 0 : 1
