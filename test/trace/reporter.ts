import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import type { Reporter, TestCase, TestModule, TestRunEndReason, Vitest } from 'vitest/node'
import { type Build, buildOf } from './build.ts'
import { type Evidence, firstLine, hashTestFile, type Run } from './run.ts'

/**
 * Writes what vitest ran as a `Run`. Vitest's own JSON reporter leaves out retries, so a test that passed
 * only at its second attempt would look like one that passed.
 */
export class RunReporter implements Reporter {
  readonly #root: string
  readonly #file: string
  #version = ''
  #startedAt = ''
  #build: Build | undefined

  constructor(root: string, file: string) {
    this.#root = root
    this.#file = file
  }

  /** The last run's file goes first: if this run dies, nothing is left that could pass for its result. */
  onInit(vitest: Vitest): void {
    rmSync(this.#file, { force: true })
    this.#version = vitest.version
  }

  onTestRunStart(): void {
    this.#startedAt = new Date().toISOString()
    this.#build = buildOf(this.#root)
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly { message: string }[],
    reason: TestRunEndReason,
  ): void {
    const run: Run = {
      runner: 'vitest',
      version: this.#version,
      build: this.#build,
      startedAt: this.#startedAt,
      endedAt: new Date().toISOString(),
      problems: [
        ...modules.flatMap((module) =>
          suiteErrors(module).map((message) => `${this.#path(module)} did not run to its end: ${message}`),
        ),
        ...unhandled.map((error) => `an error was not caught: ${firstLine(error.message)}`),
        ...(reason === 'interrupted' ? ['the run was interrupted'] : []),
      ],
      tests: modules.flatMap((module) => {
        const file = this.#path(module)
        const sourceSha256 = hashTestFile(this.#root, file)
        return [...module.children.allTests()].map((test) => evidenceOf(test, file, sourceSha256))
      }),
    }
    mkdirSync(dirname(this.#file), { recursive: true })
    writeFileSync(this.#file, `${JSON.stringify(run, null, 2)}\n`)
  }

  #path(module: TestModule): string {
    return relative(this.#root, module.moduleId).replaceAll('\\', '/')
  }
}

/** Errors of the file and of each group in it: a hook that failed after its tests passed is one of these. */
function suiteErrors(module: TestModule): string[] {
  const suites = [module, ...module.children.allSuites()]
  return suites.flatMap((suite) => suite.errors().map((error) => firstLine(error.message)))
}

function evidenceOf(test: TestCase, file: string, sourceSha256: string): Evidence {
  const result = test.result()
  const timing = test.diagnostic()
  return {
    runner: 'vitest',
    project: '',
    file,
    name: test.fullName,
    tags: test.tags,
    state: result.state === 'pending' ? 'failed' : result.state,
    expectedToFail: test.options.fails === true,
    note: noteOf(test),
    retryCount: timing?.retryCount ?? 0,
    flaky: timing?.flaky ?? false,
    durationMs: Math.round(timing?.duration ?? 0),
    sourceSha256,
    meta: test.meta(),
  }
}

function noteOf(test: TestCase): string {
  const result = test.result()
  if (result.state === 'pending') return 'it did not come to an end'
  if (result.state === 'skipped') return result.note ?? test.options.mode
  return firstLine(result.errors?.[0]?.message)
}
