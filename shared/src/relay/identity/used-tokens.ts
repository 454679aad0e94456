import type { Body } from '../../trail/index.ts'
import { sha256Hex } from '../sha256-hex.ts'
import type { VerifiedToken } from './verified-token.ts'

/** A clock that is set back makes no token good again, unless it is set back by more than a day. */
const KEPT_SECONDS = 86_400

/**
 * Tokens that were taken, each once, whatever came of it. After a start they are known from the records of what they did
 * or failed to do. There are only as many as the issuer signed and `Presence` let by: at most one in two seconds.
 */
export class UsedTokens {
  readonly #until = new Map<string, number>()

  /** Takes in a record by which somebody came or went, or was not believed; of what no token did, nothing. */
  take(body: Body): void {
    const { issuer, jti, digest, expires } = tokenIn(body)
    if (typeof expires !== 'string') return
    const until = Date.parse(expires) / 1_000 + KEPT_SECONDS
    if (typeof issuer === 'string' && typeof jti === 'string') this.#until.set(keyOf(issuer, jti), until)
    if (typeof digest === 'string') this.#until.set(digest, until)
  }

  /** Whether it was used up before. */
  has({ issuer, id }: Pick<VerifiedToken, 'issuer' | 'id'>): boolean {
    return this.#until.has(keyOf(issuer, id))
  }

  /** Uses a token up: false if that was done before. `now`: wall clock, milliseconds. */
  use({ issuer, id, expires }: Pick<VerifiedToken, 'issuer' | 'id' | 'expires'>, now: number): boolean {
    for (const [key, until] of this.#until) if (until < now / 1_000) this.#until.delete(key)
    const key = keyOf(issuer, id)
    if (this.#until.has(key)) return false
    this.#until.set(key, expires + KEPT_SECONDS)
    return true
  }
}

/** What a record says of a token that did nothing, and is used up: not whom it names, who may be nobody here. */
export function refusedBody({ issuer, id, expires }: VerifiedToken): Body {
  return { token: { digest: keyOf(issuer, id), expires: new Date(expires * 1_000).toISOString() } }
}

/** What a record says of the token that did it. */
export function tokenBody({ issuer, subject, id, expires }: VerifiedToken): Body {
  return { token: { issuer, subject, jti: id, expires: new Date(expires * 1_000).toISOString() } }
}

function tokenIn(body: Body): { readonly [name: string]: unknown } {
  const by = body['by'] as { readonly token?: unknown } | null | undefined
  const token = by?.token
  return typeof token === 'object' && token !== null ? (token as { readonly [name: string]: unknown }) : {}
}

function keyOf(issuer: string, jti: string): string {
  return sha256Hex(JSON.stringify([issuer, jti]))
}
