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
    include: ['shared/src/**/*.test.ts', 'agent/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/out/**'],
  },
})
