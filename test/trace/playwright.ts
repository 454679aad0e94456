import { relative, resolve } from 'node:path'
import type { Build } from './build.ts'
import { type Evidence, firstLine, hashTestFile, type Run } from './run.ts'

/**
 * Reads Playwright's JSON report. Its tags come without the @. The report does not know which build it ran, so
 * playwright.config.ts says it: `metadata: { build: buildOf(root) }`.
 */
export function readPlaywright(json: string, root: string): Run {
  const report = JSON.parse(json) as Partial<Report> | null
  const { config, suites, stats, errors } = report ?? {}
  if (!config || !Array.isArray(suites) || !stats) {
    throw new Error(`expected a Playwright JSON report, found ${json.slice(0, 60)}`)
  }
  const fileOf = (file: string) => relative(root, resolve(config.rootDir, file)).replaceAll('\\', '/')
  return {
    runner: 'playwright',
    version: config.version,
    build: config.metadata?.build,
    startedAt: stats.startTime,
    endedAt: new Date(Date.parse(stats.startTime) + stats.duration).toISOString(),
    problems: (errors ?? []).map((error) => firstLine(error.message)),
    tests: suites
      .flatMap((suite) => specsOf(suite, []))
      .flatMap(({ spec, name }) => {
        const file = fileOf(spec.file)
        const sourceSha256 = hashTestFile(root, file)
        return spec.tests.map((test) => evidenceOf(test, { spec, name, file, sourceSha256 }))
      }),
  }
}

type Place = { spec: Spec; name: string; file: string; sourceSha256: string }

function evidenceOf(test: Test, { spec, name, file, sourceSha256 }: Place): Evidence {
  const last = test.results.at(-1)
  const skipped = test.status === 'skipped' || last === undefined
  return {
    runner: 'playwright',
    project: test.projectName,
    file,
    name,
    tags: spec.tags,
    state: skipped ? 'skipped' : test.status === 'unexpected' ? 'failed' : 'passed',
    expectedToFail: test.expectedStatus === 'failed',
    note: firstLine(last?.errors[0]?.message ?? test.annotations.find((a) => a.type === 'skip')?.description),
    retryCount: last?.retry ?? 0,
    flaky: test.status === 'flaky',
    durationMs: Math.round(test.results.reduce((sum, result) => sum + result.duration, 0)),
    sourceSha256,
    meta: { annotations: test.annotations },
  }
}

/** The outermost suite is the file; its title is no part of a test's name. */
function specsOf(suite: Suite, groups: readonly string[]): { spec: Spec; name: string }[] {
  const inner = (suite.suites ?? []).flatMap((child) => specsOf(child, [...groups, child.title]))
  return [...suite.specs.map((spec) => ({ spec, name: [...groups, spec.title].join(' > ') })), ...inner]
}

// What we read of the report, no more. Playwright 1.65.
type Report = {
  config: { rootDir: string; version: string; metadata?: { build?: Build } }
  suites: Suite[]
  errors?: { message?: string }[]
  stats: { startTime: string; duration: number }
}
type Suite = { title: string; specs: Spec[]; suites?: Suite[] }
type Spec = { title: string; file: string; tags: string[]; tests: Test[] }
type Test = {
  projectName: string
  status: 'expected' | 'unexpected' | 'flaky' | 'skipped'
  expectedStatus: string
  annotations: { type: string; description?: string }[]
  results: { status: string; retry: number; duration: number; errors: { message?: string }[] }[]
}
