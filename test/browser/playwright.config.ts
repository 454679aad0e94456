import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import { buildOf } from '../trace/build.ts'
import { chromiumArguments, findChromium } from './chromium.ts'

const root = join(import.meta.dirname, '../..')
const executablePath = findChromium(process.env['CHROMIUM'])

if (executablePath === undefined) {
  const found = 'chromium is not installed (apt-get install chromium)'
  if (process.env['CI'] === 'true') throw new Error(found)
  process.stdout.write(`skipped: ${found}\n`)
  process.exit(0)
}

// Set here, in the first process, so that all test processes make the same trails.
if (process.env['SEED'] === undefined) process.env['SEED'] = String(Math.floor(Math.random() * 2 ** 31))
if (process.env['TEST_WORKER_INDEX'] === undefined) {
  process.stdout.write(`SEED=${process.env['SEED']} browser trails\n`)
}

export default defineConfig({
  metadata: { build: buildOf(root) },
  testDir: import.meta.dirname,
  outputDir: join(root, 'test/out/playwright'),
  globalSetup: join(import.meta.dirname, 'global-setup.ts'),
  reporter: [['list'], ['json', { outputFile: join(root, 'test/out/playwright.json') }]],
  forbidOnly: true,
  retries: 0,
  // A file at a time each; most of them wait for a relay, and none is judged by a stopwatch.
  workers: 2,
  timeout: 120_000,
  projects: [
    {
      name: 'chromium',
      use: {
        browserName: 'chromium',
        launchOptions: { executablePath, args: chromiumArguments },
      },
    },
  ],
})
