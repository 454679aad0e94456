import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { Provider } from 'oidc-provider'

/** What an answer of the provider is replaced by; false: it answers as it is. */
type Twist = (request: IncomingMessage, response: ServerResponse) => boolean

export const SECRET = 'a-secret-of-the-test-provider-0123456789'

/** A real OpenID provider (oidc-provider) on a port of this machine, whose keys the test has too. */
export class IdentityProvider {
  readonly issuer: string
  readonly privateKey: JWK & { readonly kid: string }
  /** Set by a test that wants the provider to be broken or evil. */
  twist: Twist = () => false
  /** Paths it was asked for. */
  readonly asked: string[] = []
  readonly #server: Server

  private constructor(server: Server, issuer: string, privateKey: JWK & { readonly kid: string }) {
    this.#server = server
    this.issuer = issuer
    this.privateKey = privateKey
  }

  static async start(redirectUris: readonly string[]): Promise<IdentityProvider> {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    const key = { ...(await exportJWK(privateKey)), kid: 'provider-1', alg: 'RS256', use: 'sig' }
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = {
      redirect_uris: [...redirectUris],
      response_types: ['code' as const],
      grant_types: ['authorization_code'],
    }
    const provider = new Provider(issuer, {
      clients: [
        { ...client, client_id: 'relay', token_endpoint_auth_method: 'none' },
        { ...client, client_id: 'relay-with-secret', client_secret: SECRET },
      ],
      jwks: { keys: [key] },
      cookies: { keys: ['only for tests'] },
      findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    })
    const self = new IdentityProvider(server, issuer, key)
    const answer = provider.callback()
    server.on('request', (request, response) => {
      self.asked.push(`${request.method} ${request.url?.split('?')[0]}`)
      if (!self.twist(request, response)) void answer(request, response)
    })
    return self
  }

  /** Somebody at a browser: signs in by the provider's own pages. Gives what it puts into the address it sends them to. */
  async login(url: string, who: string): Promise<{ code: string; state: string; iss: string }> {
    const browser = new Browser()
    let page = await browser.follow(url)
    for (const form of [{ prompt: 'login', login: who, password: 'any' }, { prompt: 'consent' }]) {
      if (page.url.searchParams.has('code')) break
      const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1]
      if (action === undefined) throw new Error(`no form: ${page.text.slice(0, 500)}`)
      page = await browser.follow(new URL(action, page.url).href, new URLSearchParams(form))
    }
    const of = (name: string) => {
      const value = page.url.searchParams.get(name)
      if (value === null) throw new Error(`no ${name} in ${page.url.href}`)
      return value
    }
    return { code: of('code'), state: of('state'), iss: of('iss') }
  }

  /** Signed by the provider's own key, whatever it says. */
  async sign(claims: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> {
    const key = await importJWK(this.privateKey, 'RS256')
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: this.privateKey.kid, ...header })
      .sign(key)
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** As much of a browser as a provider's pages need: it keeps cookies, and stops where the provider sends it away. */
class Browser {
  readonly #cookies = new Map<string, string>()

  async follow(from: string, form?: URLSearchParams): Promise<{ readonly url: URL; readonly text: string }> {
    let url = new URL(from)
    let body = form
    const { origin } = url
    for (let i = 0; i < 20; i++) {
      if (url.origin !== origin) return { url, text: '' }
      const answer = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(body === undefined ? {} : { method: 'POST', body }),
      })
      body = undefined
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        this.#cookies.set(name, value)
      }
      const to = answer.headers.get('location')
      if (to === null) return { url, text: await answer.text() }
      url = new URL(to, url)
    }
    throw new Error('led on and on')
  }
}
