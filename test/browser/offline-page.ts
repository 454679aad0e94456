import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type BagOptions,
  type BagReport,
  openZipBag,
  type Trust,
  verifyBag,
} from '@compliance-relay/shared/bag'
import type { Checkpoint } from '@compliance-relay/shared/trail'
import { test as base, expect, type Page } from '@playwright/test'
import { buildPage } from '../../web/build/build-page.ts'

const out = join(import.meta.dirname, '../out/browser')

/** The page as it is handed over, built for the run. */
export const offlinePageFile = join(out, 'offline-page.html')
/** Where specs put the bags and files they drop on it. */
export const dropFolder = join(out, 'dropped')

export async function buildOfflinePage(): Promise<void> {
  mkdirSync(dropFolder, { recursive: true })
  writeFileSync(offlinePageFile, (await buildPage()).html)
}

declare global {
  /** What the page's own policy refused, as a browser tells it. */
  var violations: string[]
}

/**
 * The page opened from the disk in a browser without network. Whatever it asks for beside itself and its worker, whatever
 * its policy refuses and whatever goes wrong in it fails the test.
 */
export const test = base.extend<{ offlinePage: Page }>({
  offlinePage: async ({ browser }, use) => {
    const context = await browser.newContext({ offline: true, acceptDownloads: true })
    const page = await context.newPage()
    const faults: string[] = []
    const own = pathToFileURL(offlinePageFile).href
    context.on('request', (request) => {
      const url = request.url()
      if (url !== own && !url.startsWith('blob:null/')) faults.push(`asked for ${url}`)
    })
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => faults.push(message.text()))
    await page.addInitScript(() => {
      globalThis.violations = []
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        globalThis.violations.push(`${violatedDirective} ${blockedURI}`),
      )
    })
    await page.goto(own)
    await use(page)
    expect(await page.evaluate(() => globalThis.violations)).toEqual([])
    expect(faults).toEqual([])
    await context.close()
  },
})

/** Puts bytes where they can be dropped from, and returns their path. */
export function dropFile(name: string, bytes: Uint8Array | string): string {
  const path = join(dropFolder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, bytes)
  return path
}

/** As a person does with a mouse: files or folders of the disk, from outside of the browser. */
export async function drop(page: Page, zone: string, paths: readonly string[]): Promise<void> {
  const place = page.locator(zone)
  await place.scrollIntoViewIfNeeded()
  const box = await place.boundingBox()
  if (box === null) throw new Error(`${zone} is not shown`)
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const session = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', {
      type,
      ...at,
      data: { items: [], files: [...paths], dragOperationsMask: 1 },
    })
  await session.detach()
}

/** Drops a bag and waits for its report; the JSON that the page saves of it. */
export async function checked(page: Page, bag: string): Promise<BagReport & { readonly file: string }> {
  await drop(page, '#bag-zone', [bag])
  return saved(page, bag)
}

export async function saved(page: Page, bag: string): Promise<BagReport & { readonly file: string }> {
  await page.locator('#result .verdict').waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save')])
  // A browser has its own way with names that turn the direction.
  if (/^[\w.-]+$/.test(basename(bag)))
    expect(download.suggestedFilename()).toBe(`${basename(bag, '.zip')}-report.json`)
  return JSON.parse(readFileSync(await download.path(), 'utf8'))
}

/** What Node says of the same zip. */
export async function checkedByNode(
  bag: string,
  trust: Trust,
  newest: readonly Checkpoint[] = [],
  timeStamps?: BagOptions['timeStamps'],
): Promise<BagReport & { readonly file: string }> {
  const zip = await openZipBag(new Blob([new Uint8Array(readFileSync(bag))]))
  try {
    const report = await verifyBag(zip, { trust, newest, ...(timeStamps && { timeStamps }) })
    return JSON.parse(JSON.stringify({ file: basename(bag), ...report }))
  } finally {
    await zip.close()
  }
}

export async function look(page: Page, paths: readonly string[]): Promise<void> {
  await drop(page, '#file-zone', paths)
  await page.locator('#answers .summary').waitFor()
}

/** What is said of one of the files that were dropped. */
export function answer(page: Page, path: string) {
  return page.locator('.answer', { has: page.locator(`.path:text-is(${JSON.stringify(path)})`) })
}
