import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sha256 } from './build.ts'
import { codesIn, everyRequirement, head, projectWith, read, traceIn, vitestIn } from './temporary-project.ts'

const tags = ['req/P11-10a-1', 'oq']
const timeout = 60_000

test('tests of every requirement leave a matrix of their build and no fault', { tags, timeout }, () => {
  const project = projectWith(everyRequirement)
  expect(vitestIn(project).code).toBe(0)
  const traced = traceIn(project)
  expect(traced.output).toContain('no faults')
  expect(traced.code).toBe(0)

  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: project, encoding: 'utf8' }).trim()
  const run = JSON.parse(read(project, 'test/out/run.json'))
  expect(run).toMatchObject({ commit, dirty: false, lockSha256: sha256(read(project, 'package-lock.json')) })
  expect(run.tests[0].sourceSha256).toBe(sha256(read(project, 'a.test.ts')))
  expect(run.tests[0].meta).toEqual({ actual: 2 })
  expect(read(project, 'test/out/matrix.csv')).toContain(commit)
  expect(read(project, 'test/out/matrix.html')).toContain(commit)
})

test('a passed run is no evidence for a file changed after it, nor when its file is gone', {
  tags: [...tags, 'challenge'],
  timeout,
}, () => {
  const project = projectWith(everyRequirement)
  expect(vitestIn(project).code).toBe(0)
  appendFileSync(join(project, 'a.test.ts'), '// changed\n')
  const changed = traceIn(project)
  expect(changed.code).toBe(1)
  expect(changed.output).toContain('with uncommitted changes')
  expect(codesIn(changed.output)).toEqual(['other-build'])

  expect(vitestIn(project).code).toBe(0)
  expect(traceIn(project).code).toBe(0)
  expect(codesIn(traceIn(project, '--with-browser').output)).toEqual(['missing-run'])

  rmSync(join(project, 'test/out/vitest.json'))
  const gone = traceIn(project)
  expect(gone.code).toBe(1)
  expect(codesIn(gone.output)).toEqual(['missing-run'])
})

test('a skipped test, a retried one, one marked to fail and an unknown tag each break the trace by name', {
  tags: [...tags, 'challenge'],
  timeout,
}, () => {
  const project = projectWith(`${everyRequirement}
      let once = 0
      let attempts = 0
      describe('a group', { tags: ['req/P11-10a-1'] }, () => { test.skip('left out', () => {}) })
      test.todo('not yet', { tags: ['req/P11-10a-1', 'oq'] })
      test('at first try', { tags: ['oq'] }, () => { expect(once++).toBe(1) })
      test('at second try', { tags: ['oq'], retry: 1 }, () => { expect(attempts++).toBe(1) })
      test.fails('known bug', { tags: ['req/P11-10a-1'] }, () => { expect(1).toBe(2) })`)
  writeFileSync(join(project, 'b.test.ts'), `${head} test('x', { tags: ['req/NOPE'] }, () => {})`)
  vitestIn(project)
  const { code, output } = traceIn(project)
  expect(code).toBe(1)
  const about = (name: string) =>
    output
      .split('\n')
      .filter((line) => line.includes(name))
      .join('\n')
  expect(codesIn(about('a group > left out'))).toEqual(['skipped'])
  expect(codesIn(about('"not yet"'))).toEqual(['skipped'])
  expect(codesIn(about('"at first try"'))).toEqual(['failed'])
  expect(codesIn(about('"at second try"'))).toEqual(['retried'])
  expect(codesIn(about('"known bug"'))).toEqual(['failed'])
  expect(codesIn(about('b.test.ts'))).toEqual(['failed'])
  expect(about('b.test.ts')).toContain('req/NOPE')
  expect(codesIn(output)).toHaveLength(6)
})

test('a broken hook, an error nobody caught, a lone .only and a claim on a procedure do not pass for evidence', {
  tags: [...tags, 'challenge'],
  timeout,
}, () => {
  const project = projectWith(`${everyRequirement}
      describe('a group', () => {
        afterAll(() => { throw new Error('the hook broke') })
        test('in it', () => { Promise.reject(new Error('nobody caught this')); expect(1).toBe(1) })
      })`)
  writeFileSync(join(project, 'b.test.ts'), `${head} test.only('chosen', () => { expect(1).toBe(1) })`)
  writeFileSync(join(project, 'c.test.ts'), `${head} test('x', { tags: ['req/PROC-TRAIN'] }, () => {})`)
  vitestIn(project)
  const { code, output } = traceIn(project)
  expect(code).toBe(1)
  for (const found of ['the hook broke', 'nobody caught this', '"chosen"', 'req/PROC-TRAIN']) {
    expect(output).toContain(found)
  }
  expect(codesIn(output)).toEqual(['failed', 'failed', 'failed', 'failed'])
})

test('a run that dies leaves nothing, not even what an earlier one wrote', {
  tags: [...tags, 'challenge'],
  timeout,
}, () => {
  const project = projectWith(everyRequirement, "process.env.DIE && process.kill(process.pid, 'SIGKILL')")
  expect(vitestIn(project).code).toBe(0)
  expect(traceIn(project).code).toBe(0)
  expect(vitestIn(project, { DIE: '1' }).code).not.toBe(0)
  expect(codesIn(traceIn(project).output)).toEqual(['missing-run'])
})

test('a run that someone stopped is no evidence, even if every test had passed by then', {
  tags: [...tags, 'challenge'],
  timeout,
}, () => {
  // The last test waits until the run is being stopped, and passes.
  const project = projectWith(
    `${everyRequirement}
      import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
      test('the last', async () => {
        mkdirSync('test/out', { recursive: true })
        writeFileSync('test/out/reached', '')
        await expect.poll(() => existsSync('test/out/stopping')).toBe(true)
      })`,
    `const timer = setInterval(() => {
        if (!existsSync('test/out/reached')) return
        clearInterval(timer)
        project.vitest.cancelCurrentRun('keyboard-input')
        writeFileSync('test/out/stopping', '')
      }, 5)`,
  )
  vitestIn(project)
  const { code, output } = traceIn(project)
  expect(output).toContain('the run was interrupted')
  expect(codesIn(output)).toEqual(['failed'])
  expect(code).toBe(1)
})

test('a browser run of another build is left out aloud, and refused where a browser run is asked for', {
  tags: [...tags, 'challenge'],
  timeout,
}, () => {
  const project = projectWith(everyRequirement)
  const sample = readFileSync(join(import.meta.dirname, 'playwright.sample.json'), 'utf8')
  expect(vitestIn(project).code).toBe(0)
  const report = sample.replaceAll('/checkout', project.replaceAll('\\', '/'))
  writeFileSync(join(project, 'test/out/playwright.json'), report)
  const quick = traceIn(project)
  expect(quick.output).toContain('playwright.json is of another build and was left out')
  expect(quick.code).toBe(0)

  const full = traceIn(project, '--with-browser')
  expect(codesIn(full.output)).toContain('other-build')
  expect(full.output).toContain('"group > fails" in chromium')
  expect(full.code).toBe(1)
})
