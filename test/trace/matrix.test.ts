import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requirements } from '@compliance-relay/shared/requirements'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildOf } from './build.ts'
import { matrixCsv } from './matrix-csv.ts'
import { matrixHtml } from './matrix-html.ts'
import type { Evidence } from './run.ts'
import { trace } from './trace.ts'

const root = join(import.meta.dirname, '../..')
const build = buildOf(root)
const tags = ['req/P11-10a-1', 'oq']

test('the matrix names the commit and the lock file of this repository in every line', { tags }, async () => {
  // Asked of git in another way than the product asks, and hashed by another library.
  const head = spawnSync('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd: root, encoding: 'utf8' })
  const commit = head.stdout.trim() || 'none'
  const lock = await sha256OfFile('package-lock.json')
  const { matrix, lines } = matrixOf([evidence('a test')])
  expect(matrix.build.commit).toBe(commit)
  const [header, ...rows] = lines
  expect(rows.length).toBe(Object.keys(requirements).length)
  for (const row of rows) {
    expect(row[header?.indexOf('commit') ?? -1]).toBe(commit)
    expect(row[header?.indexOf('lock_sha256') ?? -1]).toBe(lock)
  }
  expect(matrixHtml(matrix, [], '')).toContain(lock)
})

test('whatever a test is called, the CSV reads back to it and no cell is a formula', { tags }, () => {
  const names = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[=+\-@\t\r\n",;' a]{1,12}$/))
  fc.assert(
    fc.property(names, (name) => {
      const { lines } = matrixOf([evidence(name)])
      const column = lines[0]?.indexOf('test') ?? -1
      const cell = lines.find((line) => line[column] !== '' && line !== lines[0])?.[column] ?? ''
      expect([name, `'${name}`]).toContain(cell)
      expect(lines.flat().filter((any) => /^[=+\-@\t\r]/.test(any))).toEqual([])
      expect(new Set(lines.map((line) => line.length)).size).toBe(1)
    }),
  )
})

test('the name of a test cannot become markup in the page', { tags: [...tags, 'challenge'] }, () => {
  const { matrix } = matrixOf([evidence('<script>alert("x")</script>\'&')])
  const sentence = '<img src=x onerror=alert(1)>'
  const html = matrixHtml(matrix, [{ code: 'failed', sentence }], '<b>')
  expect(html).not.toMatch(/<script|<img|<b>&|<dd><b>/)
  expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;')
})

async function sha256OfFile(path: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await readFile(join(root, path)))
  return Buffer.from(digest).toString('hex')
}

function matrixOf(tests: readonly Evidence[]) {
  const { matrix } = trace(requirements, { build, found: [run(tests)], required: [] })
  return { matrix, lines: parseCsv(matrixCsv(matrix)) }
}

function run(tests: readonly Evidence[]) {
  return {
    runner: 'vitest' as const,
    version: '5',
    build: undefined,
    startedAt: '',
    endedAt: '',
    problems: [],
    tests,
  }
}

function evidence(name: string): Evidence {
  return {
    runner: 'vitest',
    project: '',
    file: 'test/a.test.ts',
    name,
    tags: ['req/P11-10a-1'],
    state: 'passed',
    expectedToFail: false,
    note: '',
    retryCount: 0,
    flaky: false,
    durationMs: 1,
    sourceSha256: 'a',
    meta: {},
  }
}

/** RFC 4180, strictly: lines end in CRLF, and a bare quote or line break outside quotes is no CSV. */
function parseCsv(text: string): string[][] {
  const lines: string[][] = []
  const token = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  let line: string[] = []
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const found = token.exec(text)
    if (!found)
      throw new Error(`expected a CSV cell at ${at}, found ${JSON.stringify(text.slice(at, at + 40))}`)
    line.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '')
    if (found[3] === '\r\n') {
      lines.push(line)
      line = []
    }
  }
  return lines
}
