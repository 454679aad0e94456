import type { Evidence } from './run.ts'
import { type Matrix, passed } from './trace.ts'

const columns = [
  'requirement',
  'clause',
  'text',
  'how',
  'risk',
  'owner',
  'by',
  'runner',
  'file',
  'test',
  'tags',
  'result',
  'duration_ms',
  'test_file_sha256',
  'commit',
  'dirty',
  'lock_sha256',
] as const

/**
 * The matrix as RFC 4180: one line for each requirement and test, so that a spreadsheet can filter it. Every line
 * names the build, because lines get copied out of files.
 */
export function matrixCsv({ build, rows }: Matrix): string {
  const lines = rows.flatMap(({ id, requirement: { clause, text, how, risk, owner, by }, tests }) => {
    const left = [id, clause.join('; '), text, how, risk, owner, by]
    const right = [build.commit, build.dirty ? 'yes' : 'no', build.lockSha256]
    const none = ['', '', '', '', by === 'procedure' ? 'customer procedure' : 'no test', '', '']
    const middles = tests.length === 0 ? [none] : tests.map(cellsOf)
    return middles.map((middle) => [...left, ...middle, ...right])
  })
  return [columns, ...lines].map((line) => `${line.map(cell).join(',')}\r\n`).join('')
}

/** What the test is worth as evidence, in words. */
export function resultOf(test: Evidence): string {
  if (test.expectedToFail) return 'marked to fail'
  return passed(test) && (test.flaky || test.retryCount > 0) ? 'passed when retried' : test.state
}

function cellsOf(test: Evidence): string[] {
  const runner = test.project === '' ? test.runner : `${test.runner} ${test.project}`
  const { file, name, tags, durationMs, sourceSha256 } = test
  return [runner, file, name, tags.join(' '), resultOf(test), String(durationMs), sourceSha256]
}

/** A spreadsheet runs a cell that starts like a formula (ASVS 1.2.10), so such a cell starts with ' instead. */
function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
