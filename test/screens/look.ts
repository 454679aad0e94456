import type { Page } from '@playwright/test'
import { type Screen, sittings } from './screens.ts'
import type { ShownSite } from './site.ts'

export const themes = ['light', 'dark', 'contrast'] as const
export type Theme = (typeof themes)[number]

/** A page as high as what is on it, so that all of it is seen, up to here. */
const HEIGHT_MIN = 800
const HEIGHT_MAX = 4_000
/** What has not come by then does not come, also on a machine that has much else to do. */
const PATIENCE_MILLISECONDS = 60_000

/** Opens each screen that is wanted in each theme, and has it looked at. The relay of the site is stopped in the end. */
export async function lookAtAll(
  page: Page,
  site: ShownSite,
  look: (screen: Screen, theme: Theme) => Promise<void>,
  isWanted: (screen: Screen) => boolean = () => true,
): Promise<void> {
  page.setDefaultTimeout(PATIENCE_MILLISECONDS)
  for (const { who, before, screens } of sittings) {
    await page.setViewportSize({ width: 1280, height: HEIGHT_MIN })
    await density(page, 'compact')
    await signOut(page)
    if (who !== null) await site.signIn(page, who)
    await before?.(page, site)
    for (const screen of screens.filter(isWanted)) {
      await open(page, site, screen)
      for (const theme of themes) {
        await page.evaluate((name) => {
          document.documentElement.dataset['theme'] = name
        }, theme)
        await look(screen, theme)
      }
    }
  }
}

/** Whoever sat here before. */
async function signOut(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Sign out' })
  // What was opened over the page is closed.
  if (page.url().startsWith('http')) await page.reload()
  if (!(await button.isVisible())) return
  await button.click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
}

async function open(page: Page, { relay }: ShownSite, screen: Screen): Promise<void> {
  const { width = 1280, path, says, act } = screen
  await page.setViewportSize({ width, height: HEIGHT_MIN })
  await density(page, screen.density ?? 'compact')
  await page.goto(`${relay.url}${path}`)
  await page.getByRole('main').getByText(says).first().waitFor()
  const list = page.getByRole('grid')
  if ((await list.count()) > 0 && says !== '0 records') await list.getByRole('gridcell').first().waitFor()
  await act?.(page)
  const height = await page.evaluate(() => {
    const main = document.querySelector('main')
    return main === null ? 0 : main.getBoundingClientRect().top + main.scrollHeight
  })
  await page.setViewportSize({ width, height: Math.min(HEIGHT_MAX, Math.max(HEIGHT_MIN, Math.ceil(height))) })
}

/** As it is kept on the device, from the next page on. */
async function density(page: Page, density: string): Promise<void> {
  if (!page.url().startsWith('http')) return
  await page.evaluate(
    (kept) => localStorage.setItem('relay-appearance', kept),
    JSON.stringify({ theme: 'light', density }),
  )
}
