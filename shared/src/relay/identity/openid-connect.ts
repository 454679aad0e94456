import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type ServerMetadata,
} from 'openid-client'
import { type IdentityRule, isOnLoopback, isSafeAddress, isSubject } from '../../api/index.ts'
import type { ExternalSubject } from '../accounts/account.ts'
import { boundedFetch, type FetchLike } from './bounded-fetch.ts'
import type { Begun, ExternalIdentity, ProviderAnswer, ProviderFault } from './external-identity.ts'
import { SIGNING_ALGORITHMS, SKEW_SECONDS } from './signing-algorithms.ts'

const TIMEOUT_SECONDS = 5
/** What a provider says of itself is asked for again after so long; after a failure, no sooner than so. */
const KNOWN_MILLISECONDS = 3_600_000
const FAILED_MILLISECONDS = 5_000
/** Whoever signs in proves it to the provider now: that a browser was signed in once says nothing of who sits there. */
const LOGIN_SECONDS = 600

export interface OpenIdConnectOptions {
  readonly fetch: FetchLike
  /** What the provider knows this relay by; without it, PKCE alone is (RFC 7636, a public client). */
  readonly secret: () => Promise<string | undefined>
  /** Wall clock, milliseconds: the one tokens are judged by is the system's. */
  readonly wall: () => number
  /** What went wrong, in words of ours or a code of the library's: nothing that the provider wrote. */
  readonly note: (what: string) => void
}

/**
 * OpenID Connect: authorization code with PKCE (S256), state and nonce; the ID token's signature is checked although it
 * comes by TLS, and its algorithm is one of few.
 */
export class OpenIdConnect implements ExternalIdentity {
  readonly #options: OpenIdConnectOptions
  #known: { readonly key: string; readonly at: number; readonly config: Promise<Configuration> } | undefined
  #failedAt: number | undefined
  #fault: ProviderFault | undefined

  constructor(options: OpenIdConnectOptions) {
    this.#options = options
  }

  get fault(): ProviderFault | undefined {
    return this.#fault
  }

  async begin(rule: IdentityRule, redirectUri: string): Promise<Begun | undefined> {
    try {
      const config = await this.#configuration(rule)
      const [state, nonce, verifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()]
      const url = buildAuthorizationUrl(config, {
        scope: 'openid',
        redirect_uri: redirectUri,
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        prompt: 'login',
        max_age: String(LOGIN_SECONDS),
      }).href
      return { url, state, rule, redirectUri, verifier, nonce, at: this.#options.wall() }
    } catch (error) {
      this.#options.note(codeOf(error))
      return undefined
    }
  }

  async finish(begun: Begun, { state, code, iss }: ProviderAnswer): Promise<ExternalSubject | undefined> {
    try {
      const address = new URL(begun.redirectUri)
      address.search = new URLSearchParams({ state, code, ...(iss === undefined ? {} : { iss }) }).toString()
      const tokens = await authorizationCodeGrant(await this.#configuration(begun.rule), address, {
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        pkceCodeVerifier: begun.verifier,
        maxAge: LOGIN_SECONDS,
      })
      const claims = tokens.claims()
      const loginAt = claims?.auth_time ?? 0
      if (claims === undefined || claims.iss !== begun.rule.issuer || !isSubject(claims.sub))
        throw new Error('the provider names nobody')
      if (loginAt * 1_000 < begun.at - SKEW_SECONDS * 1_000)
        throw new Error('the provider asked nobody who they are, this time')
      return { issuer: claims.iss, subject: claims.sub }
    } catch (error) {
      this.#options.note(codeOf(error))
      return undefined
    }
  }

  /** Asked for once at a time, and remembered. Rejects if the provider cannot be asked. */
  async #configuration(rule: IdentityRule): Promise<Configuration> {
    const { wall } = this.#options
    const key = `${rule.issuer} ${rule.clientId}`
    const now = wall()
    const known = this.#known
    if (known?.key === key && now >= known.at && now - known.at < KNOWN_MILLISECONDS) return known.config
    const failed = this.#failedAt
    if (failed !== undefined && now >= failed && now - failed < FAILED_MILLISECONDS)
      throw new Error('the provider could not be asked a moment ago')
    const config = this.#discover(rule)
    this.#known = { key, at: now, config }
    try {
      const found = await config
      this.#failedAt = undefined
      this.#fault = undefined
      return found
    } catch (error) {
      if (this.#known?.config === config) this.#known = undefined
      this.#failedAt = wall()
      this.#fault ??= { since: this.#failedAt }
      throw error
    }
  }

  async #discover({ issuer, clientId }: IdentityRule): Promise<Configuration> {
    const onLoopback = isOnLoopback(issuer)
    const fetch = boundedFetch(this.#options.fetch, onLoopback)
    const asked = (url: string, init: object) => fetch(url, init as RequestInit)
    const found = await discovery(new URL(issuer), clientId, undefined, None(), {
      timeout: TIMEOUT_SECONDS,
      [customFetch]: asked,
      execute: onLoopback ? [allowInsecureRequests] : [],
    })
    const server: ServerMetadata = found.serverMetadata()
    requireUsable(server, issuer, onLoopback)
    const secret = await this.#options.secret()
    const config = new Configuration(
      { ...server, id_token_signing_alg_values_supported: algorithmsOf(server) },
      clientId,
      { [clockTolerance]: SKEW_SECONDS },
      authenticationOf(server, secret),
    )
    config.timeout = TIMEOUT_SECONDS
    config[customFetch] = asked
    if (onLoopback) allowInsecureRequests(config)
    enableNonRepudiationChecks(config)
    return config
  }
}

/** The page is sent to one of these addresses and the others are asked: none may be of another kind. */
function requireUsable(server: ServerMetadata, issuer: string, onLoopback: boolean): void {
  if (server.issuer !== issuer) throw new Error('the provider calls itself otherwise')
  for (const address of [server.authorization_endpoint, server.token_endpoint, server.jwks_uri])
    if (address === undefined || !URL.canParse(address) || !isSafeAddress(new URL(address), onLoopback))
      throw new Error('the provider has no address that can be used')
}

/** Those it has of the ones that are taken here. A provider that says nothing uses RS256 (OpenID Connect Core, 3.1.3.7). */
function algorithmsOf(server: ServerMetadata): string[] {
  const its = server.id_token_signing_alg_values_supported ?? ['RS256']
  const taken = SIGNING_ALGORITHMS.filter((one) => its.includes(one))
  if (taken.length === 0) throw new Error('the provider signs by no algorithm that is taken here')
  return taken
}

function authenticationOf(server: ServerMetadata, secret: string | undefined): ClientAuth {
  if (secret === undefined) return None()
  const its = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return its.includes('client_secret_basic') ? ClientSecretBasic(secret) : ClientSecretPost(secret)
}

/** The library's code, or the sentence of an error of ours; of anything else only that it was. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { code } = error as { readonly code?: unknown }
  if (typeof code === 'string' && /^[A-Z_]{1,60}$/.test(code)) return code
  return error.constructor === Error ? error.message.slice(0, 200) : error.name.slice(0, 60)
}
