import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { evidenceConfig } from '../trace/evidence-config.ts'
import { RunReporter } from '../trace/reporter.ts'

const root = join(import.meta.dirname, '../..')

/** The capture run: real relay processes on real folders, with the bursts and the faults they must survive. */
export default defineConfig({
  test: {
    ...evidenceConfig(root),
    include: ['test/capture/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 180_000,
    // Bursts are measured against the clock of the relay, not of the tests; two at a time is what two cores bear.
    maxWorkers: 2,
    reporters: ['verbose', new RunReporter(root, join(root, 'test/out/capture.json'))],
  },
})
