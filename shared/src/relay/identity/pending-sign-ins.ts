import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { DeviceMark } from '../sessions/device-mark.ts'
import { sha256Hex } from '../sha256-hex.ts'
import type { Begun } from './external-identity.ts'

export const PENDING_MILLISECONDS = 10 * 60_000
/** More than strangers can begin in that time, and than ten who are known: see `ExternalSignIn`. */
export const PENDING_MAX = 400
const BINDING_BYTES = 32
const BINDING_LENGTH = 43

export interface PendingSignIn {
  readonly begun: Begun
  /** Shown when it was begun. */
  readonly mark: DeviceMark | undefined
}

/**
 * Sign-ins that were begun and not finished. Each is good once, for ten minutes, and only for whoever holds the secret
 * that beginning it gave out: an address with somebody's state and code in it, sent to another person, signs nobody in
 * (login CSRF, RFC 9700, section 4.7). Clock: monotonic milliseconds.
 */
export class PendingSignIns {
  readonly #now: () => number
  readonly #pending = new Map<string, PendingSignIn & { readonly digest: string; readonly at: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** Gives the secret, once. */
  add(begun: Begun, mark?: DeviceMark): string {
    const now = this.#now()
    for (const [state, { at }] of this.#pending)
      if (now - at >= PENDING_MILLISECONDS || this.#pending.size >= PENDING_MAX) this.#pending.delete(state)
    const binding = randomBytes(BINDING_BYTES).toString('base64url')
    this.#pending.set(begun.state, { begun, mark, digest: sha256Hex(binding), at: now })
    return binding
  }

  /** What was begun; it is used up by being asked for, whoever asks. */
  take(state: string, binding: string): PendingSignIn | undefined {
    const known = this.#pending.get(state)
    this.#pending.delete(state)
    if (known === undefined || this.#now() - known.at >= PENDING_MILLISECONDS) return undefined
    const isOwn =
      binding.length === BINDING_LENGTH &&
      timingSafeEqual(Buffer.from(sha256Hex(binding)), Buffer.from(known.digest))
    return isOwn ? known : undefined
  }
}
