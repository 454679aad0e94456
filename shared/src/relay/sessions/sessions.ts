import { randomBytes } from 'node:crypto'
import type { PasswordChange } from '../../api/index.ts'
import type { ExternalSubject } from '../accounts/account.ts'
import { sha256Hex } from '../sha256-hex.ts'

/** A session ends when nobody used it for so long, and in any case after so long (SECURITY.md, ASVS 7.3). */
export const IDLE_MILLISECONDS = 15 * 60_000
export const LIFE_MILLISECONDS = 12 * 3_600_000
const TOKEN_BYTES = 32
const TOKEN_LENGTH = 43
/** Of one account at a time; the one that has rested longest makes room. */
const SESSIONS_PER_ACCOUNT_MAX = 8
/** Asked for in one go, and after that each second: more than any page needs, and less than fills a trail. */
export const ROOM_MAX = 300
export const ROOM_A_SECOND = 10

export interface Session {
  /** Names it in the trail: the first half of the token's digest, hexadecimal. Tells nothing of the token. */
  readonly id: string
  /** User id. */
  readonly account: string
  readonly device: string
  /** Id of the mark its browser has: see `DeviceMarks`. */
  readonly mark: string
  /** The password the account had when it was opened, by number, 0 if none: another password ends it. */
  readonly epoch: number
  /** Why nothing can be done before another password is set; undefined if all can. */
  readonly passwordChange?: PasswordChange | undefined
  /** Whom a provider named, if that opened it: another link, or none, ends it. */
  readonly external?: ExternalSubject
}

interface Kept extends Session {
  readonly began: number
  used: number
  /** What it may still ask for before it has to wait, as of `filled`. */
  room: number
  filled: number
}

export type EndReason =
  | 'signed-out'
  | 'idle'
  | 'too-long'
  | 'too-many'
  | 'account'
  | 'password'
  | 'by-administrator'
  | 'relay-stopped'

/**
 * Who is signed in. Only digests of tokens are kept, and only in memory: a relay that starts again knows of nobody,
 * which its trail says. Clock: monotonic milliseconds, so that setting the time prolongs nothing.
 */
export class Sessions {
  readonly #now: () => number
  readonly #byDigest = new Map<string, Kept>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** The token is given out once, here. `ended` are those that had to make room. */
  start(of: Omit<Session, 'id'>): {
    readonly token: string
    readonly session: Session
    readonly ended: readonly Session[]
  } {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const digest = sha256Hex(token)
    const now = this.#now()
    const kept: Kept = { ...of, id: digest.slice(0, 32), began: now, used: now, room: ROOM_MAX, filled: now }
    const others = this.of(of.account)
    const ended = others.slice(0, Math.max(0, others.length - SESSIONS_PER_ACCOUNT_MAX + 1))
    for (const one of ended) this.end(one.id)
    this.#byDigest.set(digest, kept)
    return { token, session: sessionOf(kept), ended }
  }

  /** The session of a token, which has now been used; undefined if there is none. */
  use(token: string): Session | undefined {
    const kept = this.#keptBy(token)
    if (kept === undefined) return undefined
    kept.used = this.#now()
    return sessionOf(kept)
  }

  /** As `use`, for what a page asks by itself: it does not use the session. */
  look(token: string): Session | undefined {
    const kept = this.#keptBy(token)
    return kept && sessionOf(kept)
  }

  #keptBy(token: string): Kept | undefined {
    if (token.length !== TOKEN_LENGTH) return undefined
    const kept = this.#byDigest.get(sha256Hex(token))
    return kept === undefined || this.#overSince(kept) !== undefined ? undefined : kept
  }

  /**
   * Takes what a request costs from what a session may ask for: 0 if it may, else the seconds after which it may.
   * A session that is no more has nothing to spend and nothing to wait for.
   */
  spend(id: string, cost: number): number {
    const kept = [...this.#byDigest.values()].find((one) => one.id === id)
    if (kept === undefined) return 0
    const now = this.#now()
    kept.room = Math.min(ROOM_MAX, kept.room + ((now - kept.filled) / 1_000) * ROOM_A_SECOND)
    kept.filled = now
    if (kept.room < cost) return Math.ceil((cost - kept.room) / ROOM_A_SECOND)
    kept.room -= cost
    return 0
  }

  /** A session that is not over. Looking at it does not use it. */
  find(id: string): Session | undefined {
    const kept = [...this.#byDigest.values()].find((one) => one.id === id)
    return kept === undefined || this.#overSince(kept) !== undefined ? undefined : sessionOf(kept)
  }

  /** Sessions of an account, the one used longest ago first. */
  of(account: string): readonly Session[] {
    const kept = [...this.#byDigest.values()].filter((one) => one.account === account)
    return kept.sort((a, b) => a.used - b.used).map(sessionOf)
  }

  /** Everybody who is signed in. */
  all(): readonly Session[] {
    return [...this.#byDigest.values()].map(sessionOf)
  }

  end(id: string): Session | undefined {
    for (const [digest, kept] of this.#byDigest) {
      if (kept.id !== id) continue
      this.#byDigest.delete(digest)
      return sessionOf(kept)
    }
    return undefined
  }

  /** Ends what is over by itself, and says why: to be called now and then, and to be recorded. */
  sweep(): readonly { readonly session: Session; readonly why: EndReason }[] {
    const over: { session: Session; why: EndReason }[] = []
    for (const [digest, kept] of this.#byDigest) {
      const why = this.#overSince(kept)
      if (why === undefined) continue
      this.#byDigest.delete(digest)
      over.push({ session: sessionOf(kept), why })
    }
    return over
  }

  #overSince({ began, used }: Kept): EndReason | undefined {
    const now = this.#now()
    if (now - began >= LIFE_MILLISECONDS) return 'too-long'
    return now - used >= IDLE_MILLISECONDS ? 'idle' : undefined
  }
}

function sessionOf({ id, account, device, mark, epoch, passwordChange, external }: Kept): Session {
  return { id, account, device, mark, epoch, passwordChange, ...(external === undefined ? {} : { external }) }
}
