import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { evidenceConfig } from './trace/evidence-config.ts'

/**
 * The root is the repository's, so that every path in the evidence is relative to it. `#digest` and `#ed25519`
 * of shared resolve to their `node` files without more: that condition is on in vitest's node environment.
 */
export default defineConfig({
  test: {
    ...evidenceConfig(join(import.meta.dirname, '..')),
    include: ['shared/src/**/*.test.ts', 'agent/**/*.test.ts', 'web/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      'test/out/**',
      'test/conformance/**',
      'test/capture/**',
      'test/browser/**',
      'test/foreign/**',
    ],
    // Time is not what these tests judge, and random ones on a busy machine take theirs. See `npm run bench`.
    testTimeout: 600_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
})
