import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { signInto } from '../browser/app.ts'
import { chromiumArguments, findChromium } from '../browser/chromium.ts'
import { enrol, reason, review } from '../browser/tablet.ts'
import { freePort } from '../support/free-port.ts'
import { Laboratory, password } from '../support/laboratory.ts'
import { Workstation } from '../support/workstation.ts'
import { count, type Row, row } from './row.ts'
import { grow } from './starts.ts'

const PATIENCE_MILLISECONDS = 1_800_000
const SIGNER = 'rlee'
const dist = join(import.meta.dirname, '../../web/dist/app')

/**
 * The review app against a real relay with so many records, in Chromium: how large it is, how fast a device takes a whole
 * trail in, what filters and scrolling cost, how soon it is there again without a relay, and how soon something is signed.
 */
export async function reviewApp(size: number): Promise<Row[]> {
  const executablePath = findChromium(process.env['CHROMIUM'])
  if (executablePath === undefined) throw new Error('chromium is not installed')
  // By itself, as a lab does it: beside the app it leaves what it was built from, and a relay serves no other.
  execFileSync(process.execPath, [join(import.meta.dirname, '../../web/build/main.ts')])
  const station = new Workstation({ usualPort: true, init: ['--quiet', '1', '--admin', 'asmith=Anna Smith'] })
  const profile = mkdtempSync(join(tmpdir(), 'relay-bench-profile-'))
  const open = () =>
    chromium.launchPersistentContext(profile, {
      executablePath,
      args: chromiumArguments,
      viewport: { width: 1280, height: 900 },
    })
  let context: BrowserContext | undefined
  try {
    const port = String(await freePort())
    const people = new Laboratory(station, port)
    await people.open()
    people.second()
    people.person(SIGNER, 'Ruth Lee', 'reviewer')
    people.allow(SIGNER)
    await station.stop()
    await grow(station, size)
    await station.start('--port', port)
    await station.settled()
    const url = `http://127.0.0.1:${port}`
    context = await open()
    const rows = [...sizes(), ...(await online(await context.newPage(), url, size))]
    await context.pages()[0]?.close()
    const page = await context.newPage()
    await signInto(page, { url }, SIGNER)
    await enrol(page, SIGNER)
    await page.goto(url)
    await firstRow(page)
    // All of the app is on the device by then.
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, {
      timeout: PATIENCE_MILLISECONDS,
    })
    await station.stop()
    rows.push(await warm(page), await signing(page, url, size))
    await context.close()
    context = await open()
    rows.push(await cold(context, url))
    return rows
  } finally {
    await context?.close()
    await station.remove()
    rmSync(profile, { recursive: true, force: true })
  }
}

function sizes(): Row[] {
  const gzipped = (name: string) => gzipSync(readFileSync(join(dist, name)), { level: 9 }).length / 1_000
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.[a-z]+$/.test(name),
  )
  const first = [
    ...readFileSync(join(dist, 'index.html'), 'utf8').matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g),
  ]
  const page = first.reduce((sum, [, name = '']) => sum + gzipped(name), 0)
  const worker = names
    .filter((name) => name.includes('log-worker'))
    .reduce((sum, name) => sum + gzipped(name), 0)
  const all = names.filter((name) => name !== 'sw.js').reduce((sum, name) => sum + gzipped(name), 0)
  const said = (kilobytes: number) => `${kilobytes.toFixed(1)} kB`
  return [
    row(
      'scripts of the first page, gzip',
      said(page),
      `its worker beside it ${said(worker)}`,
      '≤ 160 kB',
      page <= 160,
    ),
    row(
      'all that is kept, gzip',
      said(all),
      `service worker ${said(gzipped('sw.js'))}`,
      '≤ 700 kB',
      all <= 700,
    ),
  ]
}

async function online(page: Page, url: string, size: number): Promise<Row[]> {
  await page.addInitScript(() => {
    const tasks: number[] = []
    new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({
      type: 'longtask',
    })
    Object.assign(globalThis, { tasks })
  })
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('User id').fill('asmith')
  await page.getByLabel('Password', { exact: true }).fill(password)
  // What it was busy with before anything was asked for is another matter.
  await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks.splice(0))
  const began = performance.now()
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await page.getByText(/Current · [1-9][\d,]* records/).waitFor({ timeout: PATIENCE_MILLISECONDS })
  const seconds = (performance.now() - began) / 1_000
  const tasks = await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks)
  const longest = Math.max(0, ...tasks)
  const kinds = await timeOf(page, '/?kind=file.created')
  const texts = await timeOf(page, '/?text=run-77')
  await page.goto(url)
  await firstRow(page)
  const { blank, p95, last } = await fling(page)
  return [
    row(
      `a device takes ${count(size)} records in`,
      `${seconds.toFixed(1)} s, ${count(size / seconds)} records/s`,
      `${tasks.length} tasks of 50 ms or more`,
      '≥ 50,000 records/s',
      size / seconds >= 50_000,
    ),
    row('page busy meanwhile', `at most ${Math.round(longest)} ms`, '', '≤ 100 ms', longest <= 100),
    row(
      `filter by kind, ${count(size)} records`,
      `${kinds.toFixed(0)} ms to the count`,
      'with the page drawn',
      '≤ 50 ms',
      kinds <= 50,
    ),
    row(
      `search for a text, ${count(size)} records`,
      `${texts.toFixed(0)} ms to the count`,
      'first search of its kind: folds the texts',
      '',
      undefined,
    ),
    row(
      'scroll by 1,500 px a frame',
      `${(100 * blank).toFixed(2)} % blank rows`,
      `frame p95 ${p95.toFixed(1)} ms`,
      '≤ 2 %',
      blank <= 0.02,
    ),
    row('the very last row', last ? 'is reached' : 'is not reached', '', 'reached', last),
  ]
}

/** From an address to its count, as a person sees it: the median of five. */
async function timeOf(page: Page, path: string): Promise<number> {
  return page.evaluate(async (to) => {
    const text = () => document.querySelector('main output')?.textContent ?? ''
    const go = (address: string) => {
      history.pushState(null, '', address)
      dispatchEvent(new PopStateEvent('popstate'))
    }
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    const until = async (change: string) => {
      const before = text()
      const start = performance.now()
      go(change)
      while (text() === before && performance.now() - start < 10_000) await frame()
      return performance.now() - start
    }
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      times.push(await until(to))
      await until('/')
    }
    return times.sort((a, b) => a - b)[2] ?? Number.NaN
  }, path)
}

async function fling(page: Page): Promise<{ blank: number; p95: number; last: boolean }> {
  return page.evaluate(async () => {
    const grid = document.querySelector('[role=grid]') as HTMLElement
    const rows = grid.getAttribute('aria-rowcount')
    const frames: number[] = []
    let [blank, seen] = [0, 0]
    let before = performance.now()
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    for (let i = 0; i < 240; i++) {
      grid.scrollTop += 1_500
      await frame()
      frames.push(performance.now() - before)
      before = performance.now()
      for (const one of grid.querySelectorAll('[role=row]')) {
        seen++
        if (one.childElementCount === 0) blank++
      }
    }
    grid.scrollTop = grid.scrollHeight
    const end = performance.now() + 5_000
    const isThere = () => (grid.querySelector(`[aria-rowindex="${rows}"]`)?.childElementCount ?? 0) > 0
    while (!isThere() && performance.now() < end) await frame()
    frames.sort((a, b) => a - b)
    return {
      blank: blank / seen,
      p95: frames[Math.floor(frames.length * 0.95)] ?? Number.NaN,
      last: isThere(),
    }
  })
}

/*
 * How long something took is told by the page itself, by the frame that it is in: whoever asks a page again and again sees
 * it in steps, which grow to half a second.
 */

/** Of pages from now on: milliseconds from where its address was gone to, to the first rows. */
async function watchFirstRow(to: Page | BrowserContext): Promise<void> {
  await to.addInitScript(() => {
    const look = () => {
      if (document.querySelector('[role=row] [role=gridcell]') === null) requestAnimationFrame(look)
      else Object.assign(globalThis, { firstRowAt: performance.now() })
    }
    requestAnimationFrame(look)
  })
}

async function firstRowAt(page: Page): Promise<number> {
  await firstRow(page)
  const at = await page.waitForFunction(() => (globalThis as unknown as { firstRowAt?: number }).firstRowAt)
  return (await at.jsonValue()) ?? Number.NaN
}

/** From the next press of a button to a text, in milliseconds. */
async function watchPress(page: Page, text: string): Promise<() => Promise<number>> {
  await page.evaluate((wanted) => {
    const watched = globalThis as unknown as { pressTook: number | undefined }
    watched.pressTook = undefined
    const isThere = () => [...document.querySelectorAll('strong')].some((one) => one.textContent === wanted)
    const press = ({ timeStamp }: Event) => {
      const look = () => {
        if (isThere()) watched.pressTook = performance.now() - timeStamp
        else requestAnimationFrame(look)
      }
      look()
    }
    addEventListener('pointerdown', press, { capture: true, once: true })
  }, text)
  return async () => {
    const took = await page.waitForFunction(
      () => (globalThis as unknown as { pressTook?: number }).pressTook,
      undefined,
      { timeout: PATIENCE_MILLISECONDS },
    )
    return (await took.jsonValue()) ?? Number.NaN
  }
}

async function firstRow(page: Page): Promise<void> {
  await page.locator('[role=row] [role=gridcell]').first().waitFor({ timeout: PATIENCE_MILLISECONDS })
}

async function warm(page: Page): Promise<Row> {
  const times: number[] = []
  await watchFirstRow(page)
  for (let i = 0; i < 5; i++) {
    await page.reload()
    times.push(await firstRowAt(page))
  }
  const worst = Math.max(...times)
  return row(
    'reload, relay gone',
    `${Math.round(worst)} ms at most of five`,
    'to the first rows',
    '≤ 500 ms',
    worst <= 500,
  )
}

/** From the press of the button to what is said once the signature is on the disk and was read back, for two records each. */
async function signing(page: Page, url: string, size: number): Promise<Row> {
  const times: number[] = []
  for (let i = 1; i <= 5; i++) {
    await review(page, { url }, `/f${Math.floor((size * i) / 12)}.dat`)
    await page.getByLabel('Reason').fill(reason)
    await page.getByLabel('Password', { exact: true }).fill(password)
    const button = page.getByRole('button', { name: 'Sign as reviewed' })
    const took = await watchPress(page, 'Signed on this tablet')
    await button.click()
    times.push(await took())
  }
  const worst = Math.max(...times)
  return row(
    'signature, relay gone',
    `${Math.round(worst)} ms at most of five`,
    'from the button to “signed on this tablet”, the key from the password each time',
    '≤ 1,200 ms',
    worst <= 1_200,
  )
}

async function cold(context: BrowserContext, url: string): Promise<Row> {
  await watchFirstRow(context)
  const page = await context.newPage()
  await page.goto(url)
  const spent = await firstRowAt(page)
  return row(
    'browser started anew, relay gone',
    `${Math.round(spent)} ms`,
    'to the first rows, without the browser’s own start',
    '≤ 2,500 ms',
    spent <= 2_500,
  )
}
