import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import { buildOf } from '../trace/build.ts'
import { engines } from './engines.ts'

const root = join(import.meta.dirname, '../..')

/* Playwright runs the tests; it drives none of these browsers. */
for (const engine of engines) {
  if (process.env['TEST_WORKER_INDEX'] !== undefined) continue
  if ('start' in engine) process.stdout.write(`${engine.name}: found ${engine.found}\n`)
  else if (process.env['CI'] === 'true') throw new Error(`${engine.name}: ${engine.why}`)
  else process.stdout.write(`not executed: ${engine.name} not found, ${engine.why}\n`)
}

export default defineConfig({
  metadata: { build: buildOf(root) },
  testDir: import.meta.dirname,
  outputDir: join(root, 'test/out/engines-run'),
  globalSetup: join(import.meta.dirname, 'global-setup.ts'),
  reporter: [['list'], ['json', { outputFile: join(root, 'test/out/engines.json') }]],
  forbidOnly: true,
  retries: 0,
  workers: 2,
  // None is judged by a stopwatch.
  timeout: 300_000,
  projects: engines.map(({ name }) => ({ name })),
})
