import type { Requirement } from '@compliance-relay/shared/requirements'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Build } from './build.ts'
import type { Evidence, Run } from './run.ts'
import { type FaultCode, type Runs, trace } from './trace.ts'

const tags = ['req/P11-10a-1', 'oq', 'challenge']

/** A small set of requirements, so that these rules are tested apart from what the product has so far. */
const requirements = {
  HIGH: row('high', 'product'),
  LOW: row('low', 'product'),
  PROC: row('high', 'procedure'),
}
const build: Build = { commit: 'a', dirty: false, lockSha256: 'a', sourceSha256: 'a' }
const complete = [
  high('high holds'),
  high('high is attacked', 'challenge'),
  evidence('low holds', ['req/LOW']),
]

test('a run in which every row has its evidence has no fault', { tags: ['req/P11-10a-1', 'oq'] }, () => {
  expect(trace(requirements, runs(complete)).faults).toEqual([])
})

test('a row of the matrix holds exactly the tests that name it', { tags: ['req/P11-10a-1', 'oq'] }, () => {
  const { matrix } = trace(requirements, runs([...complete, evidence('about nothing', [])]))
  expect(matrix.build).toEqual(build)
  expect(matrix.rows.map((row) => [row.id, row.tests.map((found) => found.name)])).toEqual([
    ['HIGH', ['high holds', 'high is attacked']],
    ['LOW', ['low holds']],
    ['PROC', []],
  ])
})

/** For each code, runs that have this one fault and no other, and what the sentence must name. */
const alone: Record<FaultCode, readonly { why: string; of: Runs; names: string }[]> = {
  'missing-run': [
    { why: 'vitest left no file', of: { ...runs([]), found: [] }, names: 'vitest' },
    {
      why: 'the browser run is not there',
      of: { ...runs(complete), required: ['vitest', 'playwright'] },
      names: 'playwright',
    },
  ],
  'other-build': [
    { why: 'the commit differs', of: ofBuild({ ...build, commit: 'b' }), names: 'commit b' },
    { why: 'the lock file differs', of: ofBuild({ ...build, lockSha256: 'b' }), names: 'lock b' },
    { why: 'a source file differs', of: ofBuild({ ...build, sourceSha256: 'b' }), names: 'sources b' },
    { why: 'the run names no build', of: ofBuild(undefined), names: 'no build' },
  ],
  'unknown-tag': [
    { why: 'no such row', of: plus(evidence('x', ['req/NOPE', 'oq'])), names: 'req/NOPE' },
    {
      why: 'a name every object has',
      of: plus(evidence('x', ['req/constructor'])),
      names: 'req/constructor',
    },
  ],
  'tag-on-procedure': [
    { why: 'a test claims a procedure', of: plus(evidence('x', ['req/PROC', 'oq'])), names: 'PROC' },
  ],
  failed: [
    {
      why: 'of a high risk',
      of: plus({ ...high('x'), state: 'failed', note: 'boom' }),
      names: 'HIGH): expected',
    },
    { why: 'of no requirement', of: plus({ ...evidence('x', []), state: 'failed' }), names: '"x"' },
    {
      why: 'marked as one that fails',
      of: plus({ ...high('x'), expectedToFail: true }),
      names: 'one that fails',
    },
    {
      why: 'a file that did not load',
      of: { ...runs([]), found: [run(complete, { problems: ['a.test.ts did not load'] })] },
      names: 'a.test.ts did not load',
    },
  ],
  skipped: [
    { why: 'of a requirement', of: plus({ ...high('x'), state: 'skipped', note: 'todo' }), names: '(todo)' },
    { why: 'of the qualification', of: plus({ ...evidence('x', ['oq']), state: 'skipped' }), names: '"x"' },
  ],
  retried: [
    { why: 'counted', of: plus({ ...high('x'), retryCount: 2 }), names: 'found 3' },
    { why: 'only called flaky', of: plus({ ...high('x'), flaky: true }), names: 'found 2' },
  ],
  uncovered: [
    { why: 'no test', of: without('low holds'), names: 'LOW' },
    { why: 'no test of a high risk', of: without('high holds', 'high is attacked'), names: 'HIGH' },
  ],
  'under-tested': [
    { why: 'one test', of: without('high holds'), names: 'HIGH' },
    {
      why: 'one test in two browsers is one test',
      of: runs([...inTwoBrowsers(high('high is attacked', 'challenge')), evidence('low holds', ['req/LOW'])]),
      names: 'found 1',
    },
  ],
  'no-challenge': [
    {
      why: 'two tests and no attack',
      of: runs([evidence('a', ['req/HIGH']), evidence('b', ['req/HIGH']), evidence('c', ['req/LOW'])]),
      names: 'HIGH',
    },
  ],
}

describe.each(Object.entries(alone))('%s', (code, cases) => {
  test.each(cases)('is found, alone, when $why', { tags }, ({ of, names }) => {
    const { faults } = trace(requirements, of)
    expect(faults.map((fault) => fault.code)).toEqual([code])
    expect(faults[0]?.sentence).toMatch(/[Ee]xpected .*, found .*\.$/)
    expect(faults[0]?.sentence).toContain(names)
  })
})

test('whatever was run, no fault means that every row has its passing tests', { tags }, () => {
  const anyTest = fc
    .record({
      name: fc.constantFrom('a', 'b'),
      tags: fc.subarray(['req/HIGH', 'req/LOW', 'req/PROC', 'req/NOPE', 'oq', 'challenge']),
      state: fc.constantFrom('passed' as const, 'passed' as const, 'failed' as const, 'skipped' as const),
      expectedToFail: fc.constantFrom(false, false, true),
      retryCount: fc.constantFrom(0, 0, 1),
    })
    .map((any) => ({ ...evidence(any.name, any.tags), ...any }))
  let clean = 0
  fc.assert(
    fc.property(fc.subarray(complete), fc.array(anyTest, { maxLength: 3 }), (some, others) => {
      const tests = [...some, ...others]
      if (trace(requirements, runs(tests)).faults.length > 0) return
      clean += 1
      const good = tests.filter((t) => t.state === 'passed' && !t.expectedToFail && t.retryCount === 0)
      const ofHigh = good.filter((t) => t.tags.includes('req/HIGH'))
      expect(new Set(ofHigh.map((t) => t.name)).size).toBeGreaterThanOrEqual(2)
      expect(ofHigh.some((t) => t.tags.includes('challenge'))).toBe(true)
      expect(good.some((t) => t.tags.includes('req/LOW'))).toBe(true)
      expect(tests.some((t) => t.tags.includes('req/NOPE') || t.tags.includes('req/PROC'))).toBe(false)
    }),
    { numRuns: 2_000 },
  )
  // Were every run faulty, the property would say nothing.
  expect(clean).toBeGreaterThan(20)
})

function row(risk: Requirement['risk'], by: Requirement['by']): Requirement {
  return { clause: ['1'], text: 'It holds.', how: 'By design.', risk, owner: 'test', by }
}

function evidence(name: string, testTags: readonly string[]): Evidence {
  return {
    runner: 'vitest',
    project: '',
    file: 'test/a.test.ts',
    name,
    tags: testTags,
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

function high(name: string, ...more: string[]): Evidence {
  return evidence(name, ['req/HIGH', 'oq', ...more])
}

function inTwoBrowsers(test: Evidence): Evidence[] {
  return ['chromium', 'webkit'].map((project) => ({ ...test, runner: 'playwright', project }))
}

function run(tests: readonly Evidence[], change: Partial<Run> = {}): Run {
  const startedAt = '2026-01-01T00:00:00.000Z'
  return {
    runner: 'vitest',
    version: '5',
    build,
    startedAt,
    endedAt: startedAt,
    problems: [],
    tests,
    ...change,
  }
}

function runs(tests: readonly Evidence[]): Runs {
  return { build, found: [run(tests)], required: ['vitest'] }
}

function plus(test: Evidence): Runs {
  return runs([...complete, test])
}

function without(...names: string[]): Runs {
  return runs(complete.filter((test) => !names.includes(test.name)))
}

function ofBuild(other: Build | undefined): Runs {
  return { build, found: [run(complete, { build: other })], required: ['vitest'] }
}
