import type { Page } from '@playwright/test'
import { freePort } from '../support/free-port.ts'
import { Laboratory, password } from '../support/laboratory.ts'
import { Workstation } from '../support/workstation.ts'

/** A real relay with people, which serves the app that was built for this run. */
export class AppSite {
  readonly station: Workstation
  url = ''
  #people: Laboratory | undefined

  constructor(options: { readonly base?: string } = {}) {
    const init = ['--quiet', '1', '--admin', 'asmith=Anna Smith']
    this.station = new Workstation({ usualPort: true, init, ...options })
  }

  /** Its first administrator, asmith, has a password. */
  async open(): Promise<void> {
    const port = String(await freePort())
    this.#people = new Laboratory(this.station, port)
    await this.#people.open()
    this.url = `http://127.0.0.1:${port}`
  }

  get people(): Laboratory {
    if (this.#people === undefined) throw new Error('the site is not open')
    return this.#people
  }

  close(): Promise<void> {
    return this.station.remove()
  }
}

/** Signs in by the app's own form, and waits until all records are on the device. */
export async function signInto(page: Page, site: AppSite, user: string): Promise<void> {
  await page.goto(`${site.url}/sign-in`)
  await page.getByLabel('User id').fill(user)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Trail' }).waitFor()
  await page.getByText(/Current · [\d,]+ records/).waitFor()
}

/** What a page should never say: errors, and violations of its policy. Grows while the page is open. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return complaints
}
