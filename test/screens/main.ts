/**
 * npm run screens [-- NAME …]
 *
 * Starts a relay with people and records of its own, opens every screen of the review app in each theme, and leaves a
 * picture of each in test/out/screens, for people to look at; only of screens whose name begins so, if any is given. Exit code 1 if a screen did not come up, or the page said
 * that something broke.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { readBuiltApp } from '../../agent/src/built-app.ts'
import { chromiumArguments, findChromium } from '../browser/chromium.ts'
import { lookAtAll } from './look.ts'
import { ShownSite } from './site.ts'

const out = join(import.meta.dirname, '../out/screens')
const executablePath = findChromium(process.env['CHROMIUM'])
if (executablePath === undefined) throw new Error('chromium is not installed (apt-get install chromium)')
if (readBuiltApp().state !== 'built')
  execFileSync(process.execPath, [join(import.meta.dirname, '../../web/build/main.ts')], { stdio: 'inherit' })
const names = process.argv.slice(2)
if (names.length === 0) rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

const site = await ShownSite.open()
const browser = await chromium.launch({ executablePath, args: chromiumArguments })
try {
  const page = await browser.newPage()
  page.on('pageerror', (error) => broke(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(message.text()))
      broke(message.text())
  })
  await lookAtAll(
    page,
    site,
    async ({ name }, theme) => {
      const path = join(out, `${name}-${theme}.png`)
      await page.screenshot({ path, animations: 'disabled' })
      process.stdout.write(`test/out/screens/${name}-${theme}.png\n`)
    },
    ({ name }) => names.length === 0 || names.some((one) => name.startsWith(one)),
  )
} finally {
  await browser.close()
  await site.close()
}

function broke(says: string): void {
  process.stderr.write(`${says}\n`)
  process.exitCode = 1
}
