import type { BodyOf, Client } from '@compliance-relay/shared/api'
import { expect as anyExpect, type BrowserContext, test as base, type Page } from '@playwright/test'
import { clientAt } from '../../agent/src/commands/as-person.ts'
import { freePort } from '../support/free-port.ts'
import { password } from '../support/laboratory.ts'
import { Workstation } from '../support/workstation.ts'

type Role = BodyOf<'addAccount'>['roles'][number]

const given = { password, reason: 'as agreed with the head of the laboratory' }

/** A real relay that serves the built app at a port of its own, and people who may do something there. */
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
    const { token } = await this.client().call('signIn', { body: { user, password } })
    return this.client(token)
  }

  client(token?: string): Client {
    return clientAt(String(this.port), () => token)
  }

  async setPassword(user: string, code: string): Promise<void> {
    await this.client().call('setPasswordByCode', { body: { user, code, newPassword: password } })
  }

  /** The first administrator with a password, and others by that one’s hand. */
  async people(...people: readonly (readonly [user: string, name: string, role: Role])[]): Promise<void> {
    await this.setPassword('asmith', this.firstCode)
    for (const person of people) await this.person(...person)
  }

  /** One more, with a password. */
  async person(user: string, name: string, role: Role): Promise<void> {
    const asmith = await this.signedIn('asmith')
    const { code } = await asmith.call('addAccount', { body: { ...given, user, name, roles: [role] } })
    await this.setPassword(user, code)
  }

  /** Lets somebody sign: asmith proposes it, and another administrator, bking, grants it. */
  async allow(user: string): Promise<void> {
    const [asmith, bking] = [await this.signedIn('asmith'), await this.signedIn('bking')]
    await asmith.call('proposeSigner', { id: user, body: { ...given, identityCheck: 'passport seen' } })
    await bking.call('grantSigner', { id: user, body: given })
  }
}

/** Passwords take a busy machine seconds: on purpose, and on both sides. */
export const expect = anyExpect.configure({ timeout: 60_000 })

/** With a page, and what no page of its browser must ever say: that something broke, or that its policy refused something. */
export const test = base.extend<{ app: Page }>({
  app: async ({ browser }, use) => {
    const context = await browser.newContext({ serviceWorkers: 'allow' })
    const faults = faultsOf(context)
    await use(await context.newPage())
    await context.close()
    if (faults.length > 0) throw new Error(`a page said: ${faults.join('; ')}`)
  },
})

/** Grows while the browser is open. */
export function faultsOf(context: BrowserContext): readonly string[] {
  const faults: string[] = []
  context.on('weberror', (error) => faults.push(error.error().message))
  context.on('console', (message) => {
    // What a relay refuses, or a network that is gone, is on the console of every browser, whatever is made of it.
    if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(message.text()))
      faults.push(message.text())
  })
  return faults
}

/** Signs in by the app’s own form, and waits until all that this person may read is on the device. */
export async function signInto(page: Page, relay: Pick<AppRelay, 'url'>, user: string): Promise<void> {
  await page.goto(`${relay.url}/sign-in`)
  await page.getByLabel('User id').fill(user)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }).click()
  // Where somebody is led who was let in.
  const trail = page.getByRole('heading', { name: 'Trail' })
  await trail.or(page.getByRole('heading', { name: 'Set another password first' })).waitFor()
  // Before the first answer it says 0.
  if (await trail.isVisible()) await page.getByText(/Current · [1-9][\d,]* records/).waitFor()
}
