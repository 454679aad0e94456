import type { Page } from '@playwright/test'
import { password } from '../support/laboratory.ts'
import { type AppRelay, test as base, expect } from './app.ts'
import { Device } from './device.ts'

/* What people do at a tablet who sign there. */

export const test = base.extend<{ device: Device; another: Device }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright asks for a pattern
  device: ({}, use) => useDevice(use),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright asks for a pattern
  another: ({}, use) => useDevice(use),
})

async function useDevice(use: (device: Device) => Promise<void>): Promise<void> {
  const device = new Device()
  await use(device)
  await device.remove()
}

export const reason = 'spectra and integration looked at'
export const pending = 'Signed on this tablet, not yet confirmed'

/** Whoever is signed in may sign on this device from now on. */
export async function enrol(page: Page, user: string): Promise<void> {
  await go(page, 'Outbox')
  await page.getByLabel('Name of this device').fill('tablet-1')
  await page.getByLabel(`Password of ${user}`, { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Enrol this device' }).click()
  await expect(page.getByText(new RegExp(`\\(${user}\\) on tablet-1: may sign offline until`))).toBeVisible()
}

/** What is unsigned and has this text in it, to be looked at. Gives how many there are. */
export async function openList(page: Page, relay: Pick<AppRelay, 'url'>, text: string): Promise<number> {
  await page.goto(`${relay.url}/sign?${new URLSearchParams({ text, state: 'unsigned' })}`)
  await boxesOf(page).first().waitFor()
  return boxesOf(page).count()
}

export function boxesOf(page: Page) {
  return page.getByRole('list', { name: 'Records to be reviewed' }).getByRole('checkbox')
}

/** Opens the list, and looks at each record. */
export async function review(page: Page, relay: Pick<AppRelay, 'url'>, text: string): Promise<number> {
  const count = await openList(page, relay, text)
  for (let i = 0; i < count; i++) await boxesOf(page).nth(i).check()
  await expect(page.getByText(`reviewed ${count} of ${count}`)).toBeVisible()
  return count
}

/** Gives the verdict on what was looked at. */
export async function press(page: Page, word = password): Promise<void> {
  await page.getByLabel('Reason').fill(reason)
  await page.getByLabel('Password', { exact: true }).fill(word)
  await page.getByRole('button', { name: 'Sign as reviewed' }).click()
}

export async function sign(page: Page, relay: AppRelay, text: string): Promise<void> {
  await review(page, relay, text)
  await press(page)
  await expect(page.getByText('Signed on this tablet', { exact: true })).toBeVisible()
}

export async function openOutbox(page: Page, relay: AppRelay): Promise<void> {
  await page.goto(`${relay.url}/outbox`)
  await page.getByRole('heading', { name: 'Signed on this device' }).waitFor()
}

export async function signOut(page: Page): Promise<void> {
  await openMenu(page)
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
}

/** On a narrow screen the bar has the screens and who is signed in in a menu. */
async function openMenu(page: Page): Promise<void> {
  const menu = page.getByRole('button', { name: 'Menu' })
  if (await menu.isVisible()) await menu.click()
}

async function go(page: Page, screen: string): Promise<void> {
  await openMenu(page)
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: screen }).click()
}

/** How many signatures of theirs the trail has, by what became of them, and that each is another one. */
export function became(relay: AppRelay, user: string): Record<string, number> {
  const notes = new Set<string>()
  const counts: Record<string, number> = {}
  for (const { kind, body } of relay.station.records()) {
    const note = String(body['note'] ?? '')
    if (!kind.startsWith('signature.') || !note.includes(`"user":"${user}"`)) continue
    counts[kind] = (counts[kind] ?? 0) + 1
    notes.add(note)
  }
  expect(notes.size).toBe(Object.values(counts).reduce((sum, count) => sum + count, 0))
  return counts
}
