import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium } from '@playwright/test'
import { buildPage } from '../../web/build/build-page.ts'
import { chromiumArguments, findChromium } from '../browser/chromium.ts'
import { count, type Row, row } from './row.ts'
import { grow } from './starts.ts'
import { newStation } from './stations.ts'

/** So long the page itself may be busy at a time: longer, and a person feels it. */
const BUSY_MILLISECONDS_MAX = 200
const PATIENCE_MILLISECONDS = 3_600_000

/** An export of so many records checked by the offline page, and how long the page itself was ever busy meanwhile. */
export async function offlinePage(size: number): Promise<Row[]> {
  const executablePath = findChromium(process.env['CHROMIUM'])
  if (executablePath === undefined) throw new Error('chromium is not installed')
  const station = newStation()
  const browser = await chromium.launch({ executablePath, args: chromiumArguments })
  try {
    station.init()
    await grow(station, size)
    const file = join(station.base, 'export.zip')
    const why = 'measuring the offline page'
    station.relay('export', '--data', station.data, '--out', file, '--reason', why)
    const { keys } = JSON.parse(station.relay('keys', '--data', station.data, '--json'))
    const html = join(station.base, 'page.html')
    writeFileSync(html, (await buildPage()).html)
    const page = await browser.newPage()
    await page.goto(pathToFileURL(html).href)
    await page.evaluate(() => {
      const tasks: number[] = []
      new PerformanceObserver((list) =>
        tasks.push(...list.getEntries().map(({ duration }) => duration)),
      ).observe({ type: 'longtask' })
      Object.assign(globalThis, { tasks })
    })
    await page.fill('#fingerprints', keys[0].fingerprint)
    const began = performance.now()
    await page.setInputFiles('#bag', file)
    await page.locator('#result .verdict.good').waitFor({ timeout: PATIENCE_MILLISECONDS })
    const seconds = (performance.now() - began) / 1_000
    const tasks = await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks)
    const longest = Math.max(0, ...tasks)
    return [
      row(
        `offline page, ${count(size)} records`,
        `${seconds.toFixed(1)} s, page busy at most ${Math.round(longest)} ms`,
        `${tasks.length} tasks of 50 ms or more; its processes had at most ${count(await peakMiB(browser))} MiB; zip ${count(statSync(file).size / 2 ** 20)} MiB`,
        `page busy ≤ ${BUSY_MILLISECONDS_MAX} ms`,
        longest <= BUSY_MILLISECONDS_MAX,
      ),
    ]
  } finally {
    await browser.close()
    await station.remove()
  }
}

/** The most memory that a process of a page had. */
async function peakMiB(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0))
  return Math.max(0, ...peaks) / 1_024
}
