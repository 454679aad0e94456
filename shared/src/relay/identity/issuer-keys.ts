import {
  type CryptoKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
import { type IdentityRule, isOnLoopback, isSafeAddress } from '../../api/index.ts'
import { boundedFetch, type FetchLike } from './bounded-fetch.ts'

const TIMEOUT_MILLISECONDS = 5_000
/** Keys are asked for again after so long, and sooner, but no sooner than so, for a key that is not among them. */
const KNOWN_MILLISECONDS = 600_000
/** And where they are, after so long. */
const ADDRESS_MILLISECONDS = 3_600_000
const AGAIN_MILLISECONDS = 30_000
/** So long after the issuer could not be asked, it is not asked again. */
export const FAILED_MILLISECONDS = 5_000
/** So many wait for an answer of the issuer at a time. */
const WAITING_MAX = 32

/** The issuer's keys cannot be had, or are none. */
export class KeysUnusable extends Error {
  override readonly name = 'KeysUnusable'
}

/** The issuer is being asked, and as many wait for it as may. */
export class KeysAwaited extends Error {
  override readonly name = 'KeysAwaited'
}

type KeyHeader = JWSHeaderParameters & { readonly alg: string; readonly kid: string }

interface Keys {
  /** Found without asking anybody. */
  has(kid: string): boolean
  find(header: KeyHeader): Promise<CryptoKey>
}

/**
 * The public keys of the site's issuer: those its rule holds, or those at the address its discovery document names
 * (OpenID Connect Discovery 1.0, section 4). By their `kid`, and from nowhere else. Whoever names a key that is known
 * waits for nobody, whatever others name.
 */
export class IssuerKeys {
  readonly #fetch: FetchLike
  readonly #now: () => number
  #known:
    | { readonly of: string; readonly at: number; readonly keys: Promise<Keys>; isThere: boolean }
    | undefined
  #failed: { readonly of: string; readonly at: number } | undefined
  #waiting = 0

  /** `now`: monotonic, milliseconds. */
  constructor({ fetch, now }: { readonly fetch: FetchLike; readonly now: () => number }) {
    this.#fetch = fetch
    this.#now = now
  }

  /** Rejects with `KeysUnusable`, `KeysAwaited`, or jose's `JWKSNoMatchingKey` and `JWKSMultipleMatchingKeys`. */
  async keyFor(rule: IdentityRule, header: KeyHeader): Promise<CryptoKey> {
    const keys = await this.#keysOf(rule)
    try {
      return await (keys.has(header.kid) ? keys.find(header) : this.#awaited(keys.find(header)))
    } catch (error) {
      const isNone =
        error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
      if (isNone || error instanceof KeysAwaited) throw error
      throw new KeysUnusable('the keys of the issuer cannot be had', { cause: error })
    }
  }

  /** Asked for once at a time, and remembered; that they could not be had is remembered for a while, too. */
  async #keysOf(rule: IdentityRule): Promise<Keys> {
    const of = JSON.stringify([rule.issuer, rule.jwks ?? null])
    const now = this.#now()
    const known = this.#known
    if (known?.of === of && now - known.at < ADDRESS_MILLISECONDS)
      return known.isThere ? known.keys : this.#awaited(known.keys)
    if (this.#failed?.of === of && now - this.#failed.at < FAILED_MILLISECONDS)
      throw new KeysUnusable('the issuer could not be asked for its keys a moment ago')
    const keys = rule.jwks === undefined ? this.#published(rule.issuer) : held(rule.jwks as JSONWebKeySet)
    const asked = { of, at: now, keys: Promise.resolve(keys), isThere: false }
    this.#known = asked
    asked.keys.then(
      () => {
        asked.isThere = true
      },
      () => {
        if (this.#known === asked) this.#known = undefined
        this.#failed = { of, at: this.#now() }
      },
    )
    return this.#awaited(asked.keys)
  }

  async #awaited<Result>(work: Promise<Result>): Promise<Result> {
    if (this.#waiting >= WAITING_MAX) {
      work.catch(() => {})
      throw new KeysAwaited('the issuer is being asked, and too many wait for it')
    }
    this.#waiting++
    try {
      return await work
    } finally {
      this.#waiting--
    }
  }

  async #published(issuer: string): Promise<Keys> {
    const onLoopback = isOnLoopback(issuer)
    const fetch = boundedFetch(this.#fetch, onLoopback)
    try {
      const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      })
      const { issuer: its, jwks_uri: address } = (await answer.json()) as { readonly [name: string]: unknown }
      if (answer.status !== 200 || its !== issuer) throw new Error('the issuer calls itself otherwise')
      if (typeof address !== 'string' || !isSafeAddress(new URL(address), onLoopback))
        throw new Error('the issuer has no address for its keys')
      const remote = createRemoteJWKSet(new URL(address), {
        timeoutDuration: TIMEOUT_MILLISECONDS,
        cacheMaxAge: KNOWN_MILLISECONDS,
        cooldownDuration: AGAIN_MILLISECONDS,
        [customFetch]: fetch,
      })
      const has = (kid: string) => remote.fresh && isAmong(kid, remote.jwks())
      return { has, find: remote }
    } catch (error) {
      throw new KeysUnusable('the issuer cannot be asked for its keys', { cause: error })
    }
  }
}

/** Those that the site's rule holds: nobody is asked. */
function held(jwks: JSONWebKeySet): Keys {
  return { has: () => true, find: createLocalJWKSet(jwks) }
}

function isAmong(kid: string, jwks: JSONWebKeySet | undefined): boolean {
  return jwks?.keys.some((key) => key.kid === kid) ?? false
}
