import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { AxeResults, RunOptions } from 'axe-core'
import { lookAtAll, themes } from '../screens/look.ts'
import { sittings } from '../screens/screens.ts'
import { ShownSite } from '../screens/site.ts'

/* Accessibility of every screen that `npm run screens` shows, in each theme, as far as a program can tell. */

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/**
 * All rules for WCAG 2.2 at AA and what is good practice besides. That on the size of targets is off in axe unless it is
 * asked for; a popover lies outside all landmarks, as ARIA has it.
 */
const allRules: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  rules: { 'target-size': { enabled: true }, region: { enabled: false } },
  resultTypes: ['violations'],
}

/** A theme is other colours and borders; all else of the screen has been looked at in the first. */
const rulesOfTheme: RunOptions = {
  runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block', 'target-size'] },
  resultTypes: ['violations'],
}

let site: ShownSite
test.beforeAll(async () => {
  test.setTimeout(300_000)
  site = await ShownSite.open()
})
test.afterAll(() => site?.close())

test('on a narrow screen the bar is one line, and the keyboard opens and closes its menu', {
  tag: '@oq',
}, async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 })
  await page.goto(`${site.url}/help`)
  const menu = page.getByRole('button', { name: 'Menu' })
  await expect(menu).toBeVisible()
  for (const density of ['compact', 'touch', 'glove']) {
    await page.evaluate((name) => {
      document.documentElement.dataset['density'] = name
    }, density)
    const bar = await page.getByRole('banner').boundingBox()
    const button = await menu.boundingBox()
    const room = (bar?.height ?? 0) - (button?.height ?? 0)
    expect(room, density).toBeGreaterThanOrEqual(0)
    expect(room, density).toBeLessThan(24)
  }
  await page.keyboard.press('Tab')
  await expect(menu).toBeFocused()
  await page.keyboard.press('Enter')
  const list = page.getByRole('dialog', { name: 'Menu' })
  await expect(list.getByRole('link', { name: 'Trail' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(list).toHaveCount(0)
  await expect(menu).toBeFocused()
  await page.keyboard.press('Enter')
  await list.getByRole('link', { name: 'Outbox' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Outbox' })).toBeVisible()
  await expect(list).toHaveCount(0)
})

/* It stops the relay in the end, so it is the last. */
test('no screen breaks a rule of accessibility, in any theme, and nothing breaks on it', {
  tag: '@oq',
}, async ({ page }) => {
  test.setTimeout(600_000)
  const found: string[] = []
  page.on('pageerror', (error) => found.push(error.message))
  await page.addInitScript({ path: axe })
  await lookAtAll(page, site, async ({ name }, theme) => {
    const beside = await page.evaluate(() => {
      const main = document.querySelector('main')
      return main === null ? 0 : main.scrollWidth - main.clientWidth
    })
    if (beside > 0) found.push(`${name}, ${theme}: ${beside} px lie beside the page`)
    for (const says of await violationsOn(page, theme === themes[0] ? allRules : rulesOfTheme))
      found.push(`${name}, ${theme}: ${says}`)
  })
  expect(found).toEqual([])
})

async function violationsOn(page: Page, options: RunOptions): Promise<string[]> {
  const { violations } = await page.evaluate(
    (asked) => (globalThis as unknown as { axe: { run(o: unknown): Promise<AxeResults> } }).axe.run(asked),
    options,
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} ${html} ${failureSummary?.replace(/\s+/g, ' ')}`),
  )
}

test('every route of the app is looked at', () => {
  const app = readFileSync(join(import.meta.dirname, '../../web/app/shell/app.tsx'), 'utf8')
  const routes = [...app.matchAll(/<Route path="([^"]+)"/g)].map(([, route = '']) => route)
  expect(routes.length).toBeGreaterThan(10)
  const paths = sittings.flatMap(({ screens }) => screens.map(({ path }) => path.split('?')[0] as string))
  // A record has its address from its trail: whoever looks at it goes there from the list.
  const unseen = routes.filter((route) => {
    const start = route.replace(/\/\*\?$/, '')
    return !paths.some((path) => path === start || (start !== '/' && path.startsWith(`${start}/`)))
  })
  expect(unseen).toEqual(['/record/:trail/:seq'])
})
