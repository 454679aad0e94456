import { existsSync } from 'node:fs'
import { launch, type Page } from 'puppeteer-core'
import type { Browser, Engine, Missing, Tab } from './engine.ts'

/** Of a page that is left before it has all it asked for; one that lacks a part says so on the page, too. */
const cutOff =
  /Failed to load ‘\S+-worker-\S+\.js’\. A ServiceWorker intercepted the request and encountered an unexpected error\./

/** Debian’s Firefox, or the one the caller names, by WebDriver BiDi. */
export function findFirefox(named: string | undefined): Engine | Missing {
  const name = 'Firefox'
  const path = named ?? '/usr/bin/firefox-esr'
  if (!existsSync(path)) return { name, why: `${path} is not there (apt-get install firefox-esr)` }
  const found = `${path}, without a window, by WebDriver BiDi`
  return { name, found, start: (disk) => startFirefox(path, disk) }
}

async function startFirefox(path: string, disk: string): Promise<Browser> {
  const browser = await launch({
    browser: 'firefox',
    executablePath: path,
    headless: true,
    userDataDir: disk,
    defaultViewport: { width: 1280, height: 900 },
  })
  const faults: string[] = []
  return {
    version: (await browser.version()).replace('firefox/', ''),
    async tab() {
      const page = await browser.newPage()
      page.on('pageerror', (error) => faults.push(String(error)))
      page.on('console', (said) => {
        if (said.type() === 'error') faults.push(said.text())
      })
      return tabOf(page)
    },
    faults: () => faults.filter((one) => !cutOff.test(one)),
    async cutPower() {
      const child = browser.process()
      if (child === null || child.exitCode !== null || child.signalCode !== null) return
      const end = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await end
      await browser.disconnect()
    },
  }
}

function tabOf(page: Page): Tab {
  return {
    async go(url) {
      await page.goto(url)
    },
    async reload() {
      await page.reload()
    },
    ask: (asked, ...given) => page.evaluate(asked as never, ...(given as unknown as never[])),
    press: ({ x, y }) => page.mouse.click(x, y),
    type: (text) => page.keyboard.type(text),
    picture: () => page.screenshot(),
  }
}
