import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { RunReporter } from '../trace/reporter.ts'

const root = join(import.meta.dirname, '../..')

/**
 * The conformance run: the product against other people's test vectors and against the known answers of our
 * own format. The vectors are not part of the project; where they are absent, each test says so and is skipped.
 */
export default defineConfig({
  test: {
    root,
    environment: 'node',
    include: ['test/conformance/*.test.ts'],
    retry: 0,
    allowOnly: false,
    // It is no test of how fast they are, and another lane runs beside this one.
    testTimeout: 1_800_000,
    maxWorkers: 2,
    // Verbose, because it prints why a test was skipped and what it counted.
    reporters: ['verbose', new RunReporter(root, join(root, 'test/out/conformance.json'))],
  },
})
