import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Build, sha256 } from './build.ts'

/** What one test runner did, in one shape whichever runner it was. `test/out/vitest.json` is this, as JSON. */
export type Run = {
  readonly runner: Runner
  /** The runner's own version. */
  readonly version: string
  /** The build that was run. Undefined when the report does not say, which the trace refuses. */
  readonly build: Build | undefined
  readonly startedAt: string
  readonly endedAt: string
  /** What went wrong outside any test: a file that did not load, an error nobody caught, an interruption. */
  readonly problems: readonly string[]
  readonly tests: readonly Evidence[]
}

export type Runner = 'vitest' | 'playwright'

/** One test as it was executed. */
export type Evidence = {
  readonly runner: Runner
  /** The browser it ran in; empty where there is none. */
  readonly project: string
  /** Relative to the root of the repository. */
  readonly file: string
  /** The names of its groups and its own, joined by ` > `. */
  readonly name: string
  readonly tags: readonly string[]
  readonly state: 'passed' | 'failed' | 'skipped'
  /** True when the test is marked as one that fails, so that its runner calls a failure a success. */
  readonly expectedToFail: boolean
  /** Why it failed or was skipped, first line only. */
  readonly note: string
  readonly retryCount: number
  readonly flaky: boolean
  readonly durationMs: number
  /** Of the test file's bytes: a changed test is visible between releases even when its name is not. */
  readonly sourceSha256: string
  /** What the test chose to tell, such as expected and actual values. */
  readonly meta: unknown
}

/** Reads back what our vitest reporter wrote. */
export function readVitest(json: string): Run {
  const run = JSON.parse(json) as Partial<Run> | null
  if (run?.runner !== 'vitest' || !Array.isArray(run.tests) || !Array.isArray(run.problems)) {
    throw new Error(`expected a vitest run written by reporter.ts, found ${json.slice(0, 60)}`)
  }
  return run as Run
}

/** Empty when the file is gone. Then the build is another one too, which the trace says. */
export function hashTestFile(root: string, file: string): string {
  const path = join(root, file)
  return existsSync(path) ? sha256(readFileSync(path)) : ''
}

export function firstLine(text: string | undefined): string {
  // Runners colour their messages; a matrix does not.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character starts a colour code
  return (text ?? '').replace(/\u001b\[[0-9;]*m/g, '').split('\n', 1)[0] ?? ''
}
