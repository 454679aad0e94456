import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { evidenceConfig } from '../trace/evidence-config.ts'

const HOUR_MILLISECONDS = 3_600_000

/**
 * npm run soak:whole: the tests that repeat one thing, each as often as it can be (`support/repetitions.ts`). They are no
 * evidence of a lane, so nothing is written of them.
 */
export default defineConfig({
  test: {
    ...evidenceConfig(join(import.meta.dirname, '../..')),
    include: [
      'test/conformance/*-flips*.test.ts',
      'test/property/{tamper,verify}.test.ts',
      'test/contract/notary.test.ts',
      'test/capture/{bursts,faults}.test.ts',
    ],
    env: { REPETITIONS: 'whole' },
    testTimeout: HOUR_MILLISECONDS,
    hookTimeout: 180_000,
    maxWorkers: 2,
    reporters: ['verbose'],
  },
})
