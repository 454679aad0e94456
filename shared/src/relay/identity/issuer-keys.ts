import {
  type CompactVerifyGetKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
} from 'jose'
import { type IdentityRule, isOnLoopback, isSafeAddress } from '../../api/index.ts'
import { boundedFetch, type FetchLike } from './bounded-fetch.ts'

const TIMEOUT_MILLISECONDS = 5_000
/** Keys are asked for again after so long, and sooner, but no sooner than so, for a key that is not among them. */
const KNOWN_MILLISECONDS = 600_000
/** And where they are, after so long. */
const ADDRESS_MILLISECONDS = 3_600_000
const AGAIN_MILLISECONDS = 30_000

/** The issuer's keys cannot be had, or are none. */
export class KeysUnusable extends Error {
  override readonly name = 'KeysUnusable'
}

/**
 * The public keys of the site's issuer: those its rule holds, or those at the address its discovery document names
 * (OpenID Connect Discovery 1.0, section 4). By their `kid`, and from nowhere else.
 */
export class IssuerKeys {
  readonly #fetch: FetchLike
  readonly #now: () => number
  #known: { readonly of: string; readonly at: number; readonly keyFor: CompactVerifyGetKey } | undefined

  /** `now`: monotonic, milliseconds. */
  constructor({ fetch, now }: { readonly fetch: FetchLike; readonly now: () => number }) {
    this.#fetch = fetch
    this.#now = now
  }

  /** Rejects with `KeysUnusable`; what it gives rejects with that, or with jose's `JWKSNoMatchingKey`. */
  async keyFor(rule: IdentityRule): Promise<CompactVerifyGetKey> {
    const of = JSON.stringify([rule.issuer, rule.jwks ?? null])
    const known = this.#known
    if (known?.of === of && this.#now() - known.at < ADDRESS_MILLISECONDS) return known.keyFor
    const keys =
      rule.jwks === undefined
        ? await this.#published(rule.issuer)
        : createLocalJWKSet(rule.jwks as JSONWebKeySet)
    const keyFor: CompactVerifyGetKey = async (header, token) => {
      try {
        return await keys(header, token)
      } catch (error) {
        if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
          throw error
        throw new KeysUnusable('the keys of the issuer cannot be had', { cause: error })
      }
    }
    this.#known = { of, at: this.#now(), keyFor }
    return keyFor
  }

  async #published(issuer: string) {
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
      return createRemoteJWKSet(new URL(address), {
        timeoutDuration: TIMEOUT_MILLISECONDS,
        cacheMaxAge: KNOWN_MILLISECONDS,
        cooldownDuration: AGAIN_MILLISECONDS,
        [customFetch]: fetch,
      })
    } catch (error) {
      throw new KeysUnusable('the issuer cannot be asked for its keys', { cause: error })
    }
  }
}
