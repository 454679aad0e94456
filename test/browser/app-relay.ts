import type { BodyOf, Client } from '@compliance-relay/shared/api'
import { expect as anyExpect, test as base, type Page } from '@playwright/test'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { freePort } from '../support/free-port.ts'
import { Workstation } from '../support/workstation.ts'

/** A password nobody else has, for each account. */
export function passwordOf(user: string): string {
  return `gravel spoon tundra ${user.length}7`
}

/** A real relay that serves the built app at its own port, and people who may do something there. */
export class AppRelay {
  readonly station: Workstation
  readonly port: number
  readonly firstCode: string

  private constructor(station: Workstation, port: number, firstCode: string) {
    this.station = station
    this.port = port
    this.firstCode = firstCode
  }

  /** With a first administrator, asmith, who has a one-time code and nothing else. */
  static async start(options: { readonly person?: boolean } = {}): Promise<AppRelay> {
    const port = await freePort()
    const init = ['--quiet', '1', '--admin', 'asmith=Anna Smith']
    const station = new Workstation({ usualPort: true, init, ...options })
    try {
      const firstCode = /^ {2}code +(\S+)$/m.exec(station.init())?.[1] ?? ''
      await station.start('--port', String(port))
      return new AppRelay(station, port, firstCode)
    } catch (error) {
      await station.remove()
      throw error
    }
  }

  /** The same relay, after it was stopped. */
  again(): Promise<void> {
    return this.station.start('--port', String(this.port))
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async signedIn(user: string): Promise<Client> {
    const { token } = await this.client().call('signIn', { body: { user, password: passwordOf(user) } })
    return this.client(token)
  }

  client(token?: string): Client {
    return clientAt(String(this.port), () => token)
  }

  async setPassword(user: string, code: string): Promise<void> {
    await this.client().call('setPasswordByCode', { body: { user, code, newPassword: passwordOf(user) } })
  }

  /** The first administrator with a password, and others by the first one's hand. */
  async people(
    ...people: readonly (readonly [user: string, name: string, role: BodyOf<'addAccount'>['roles'][number]])[]
  ) {
    await this.setPassword('asmith', this.firstCode)
    const asmith = await this.signedIn('asmith')
    const given = { password: passwordOf('asmith'), reason: 'set up for the group' }
    for (const [user, name, role] of people) {
      const { code } = await asmith.call('addAccount', { body: { ...given, user, name, roles: [role] } })
      await this.setPassword(user, code)
    }
    return asmith
  }
}

/** Passwords take a busy machine seconds: on purpose, and on both sides. */
export const expect = anyExpect.configure({ timeout: 20_000 })

/** With what a page must never say: that something broke, or that its policy refused something. */
export const test = base.extend<{ app: Page }>({
  app: async ({ browser }, use) => {
    const context = await browser.newContext({ serviceWorkers: 'allow' })
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      // A refusal of the relay is an answer, and a browser says so on its console whatever is made of it.
      if (message.type() === 'error' && !/^Failed to load resource/.test(message.text()))
        faults.push(message.text())
    })
    await use(page)
    await context.close()
    if (faults.length > 0) throw new Error(`the page said: ${faults.join('; ')}`)
  },
})

/** Signs in by the app’s own form. */
export async function signInto(page: Page, relay: AppRelay, user: string): Promise<void> {
  await page.goto(`${relay.url}/sign-in`)
  await page.getByLabel('User id').fill(user)
  await page.getByLabel('Password', { exact: true }).fill(passwordOf(user))
  await page.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}
