import type { Requirement } from '@compliance-relay/shared/requirements'
import { type Build, sameBuild } from './build.ts'
import type { Evidence, Run, Runner } from './run.ts'

/** The requirements of one build with the tests that were run for each. */
export type Matrix = { readonly build: Build; readonly rows: readonly Row[] }
export type Row = {
  readonly id: string
  readonly requirement: Requirement
  readonly tests: readonly Evidence[]
}

/** Why the evidence is not good enough. `sentence` says what was expected and what was found. */
export type Fault = { readonly code: FaultCode; readonly sentence: string }

export type FaultCode =
  | 'missing-run' // a runner that had to run left no file
  | 'other-build' // what was run is not what is here now
  | 'unknown-tag' // a test names a requirement that does not exist
  | 'tag-on-procedure' // a test claims what only the customer's procedures can show
  | 'failed' // any test or test file failed, with or without a requirement
  | 'skipped' // a test that is evidence was not run
  | 'retried' // a test that is evidence did not pass at its first attempt
  | 'uncovered' // a product requirement has no passing test
  | 'under-tested' // a high risk has fewer than two
  | 'no-challenge' // a high risk has none that attacks it

/** What the trace looks at: the build as it is now, the runs found, and the runners that must have run. */
export type Runs = {
  readonly build: Build
  readonly found: readonly Run[]
  readonly required: readonly Runner[]
}

const HIGH_RISK_TESTS_MIN = 2

/**
 * Joins requirements with executed tests. No fault means: every product requirement was shown by tests that all
 * passed, at once, on exactly this build. Pure, so that its own rules can be tested.
 */
export function trace(
  requirements: Readonly<Record<string, Requirement>>,
  { build, found, required }: Runs,
): { matrix: Matrix; faults: readonly Fault[] } {
  const tests = found.flatMap((run) => run.tests)
  const rows = Object.entries(requirements).map(([id, requirement]) => ({
    id,
    requirement,
    tests: tests.filter((test) => test.tags.includes(`req/${id}`)),
  }))
  const missing = required.filter((runner) => !found.some((run) => run.runner === runner))
  const faults = [
    ...missing.map((runner) => fault('missing-run', `Expected a run by ${runner}, found no file of one.`)),
    ...found.flatMap((run) => runFaults(run, build)),
    ...tests.flatMap((test) => [...tagFaults(test, requirements), ...resultFaults(test)]),
    // Without a run that had to be there, what is uncovered cannot be told.
    ...(missing.length === 0 ? rows.flatMap(coverageFaults) : []),
  ]
  return { matrix: { build, rows }, faults }
}

/** Passed in the sense of evidence: not a test whose success is to fail. */
export function passed(test: Evidence): boolean {
  return test.state === 'passed' && !test.expectedToFail
}

function runFaults(run: Run, build: Build): Fault[] {
  const problems = run.problems.map((problem) =>
    fault('failed', `${run.runner}: expected every test file to run to its end, found ${problem}.`),
  )
  if (run.build && sameBuild(run.build, build)) return problems
  const expected = `Expected the ${run.runner} run to be of ${nameOf(build)}`
  return [
    fault('other-build', `${expected}, found ${run.build ? nameOf(run.build) : 'no build'}.`),
    ...problems,
  ]
}

function tagFaults(test: Evidence, requirements: Readonly<Record<string, Requirement>>): Fault[] {
  const ids = test.tags.filter((tag) => tag.startsWith('req/')).map((tag) => tag.slice('req/'.length))
  return ids.flatMap((id) => {
    const requirement = Object.hasOwn(requirements, id) ? requirements[id] : undefined
    if (!requirement) {
      return fault('unknown-tag', `${where(test)}: expected a tag of a requirement, found req/${id}.`)
    }
    return requirement.by === 'product'
      ? []
      : fault('tag-on-procedure', `${where(test)}: expected a product requirement, found ${id}, a procedure.`)
  })
}

function resultFaults(test: Evidence): Fault[] {
  const isEvidence = test.tags.some((tag) => tag === 'oq' || tag.startsWith('req/'))
  const note = test.note === '' ? '' : ` (${test.note})`
  const faults: Fault[] = []
  if (test.state === 'failed') {
    faults.push(fault('failed', `${where(test)}: expected passed, found failed${note}.`))
  } else if (test.expectedToFail) {
    faults.push(fault('failed', `${where(test)}: expected passed, found marked as one that fails.`))
  }
  if (isEvidence && test.state === 'skipped') {
    faults.push(fault('skipped', `${where(test)}: expected passed, found skipped${note}.`))
  }
  if (isEvidence && (test.flaky || test.retryCount > 0)) {
    const attempts = Math.max(test.retryCount, 1) + 1
    faults.push(fault('retried', `${where(test)}: expected one attempt, found ${attempts}.`))
  }
  return faults
}

function coverageFaults({ id, requirement, tests }: Row): Fault[] {
  if (requirement.by !== 'product') return []
  const passing = tests.filter(passed)
  // One test in three browsers is one test.
  const count = new Set(passing.map((test) => `${test.file}\0${test.name}`)).size
  if (count === 0) return [fault('uncovered', `${id}: expected at least one passing test, found none.`)]
  if (requirement.risk !== 'high') return []
  const faults: Fault[] = []
  if (count < HIGH_RISK_TESTS_MIN) {
    const expected = `expected at least ${HIGH_RISK_TESTS_MIN} passing tests for a high risk`
    faults.push(fault('under-tested', `${id}: ${expected}, found ${count}.`))
  }
  if (!passing.some((test) => test.tags.includes('challenge'))) {
    faults.push(fault('no-challenge', `${id}: expected a passing test tagged challenge, found none.`))
  }
  return faults
}

function fault(code: FaultCode, sentence: string): Fault {
  return { code, sentence }
}

function where(test: Evidence): string {
  const claims = test.tags.filter((tag) => tag.startsWith('req/')).map((tag) => tag.slice('req/'.length))
  const browser = test.project === '' ? '' : ` in ${test.project}`
  return `"${test.name}"${browser} (${test.file}${claims.length > 0 ? `, for ${claims.join(', ')}` : ''})`
}

function nameOf(build: Build): string {
  const short = (hash: string) => hash.slice(0, 12)
  return `commit ${short(build.commit)}, lock ${short(build.lockSha256)}, sources ${short(build.sourceSha256)}`
}
