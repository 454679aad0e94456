import { type IdentityRule, Problem } from '../../api/index.ts'
import type { Body } from '../../trail/index.ts'
import { isUsableBy } from '../accounts/account.ts'
import { Turns } from '../passwords/turns.ts'
import type { People } from '../people.ts'
import { type IssuerKeys, KeysAwaited } from './issuer-keys.ts'
import { Room, RoomsOfNames } from './room.ts'
import { refusedBody, tokenBody, type UsedTokens } from './used-tokens.ts'
import { type PresenceClaim, type TokenRefusal, type VerifiedToken, verifyToken } from './verified-token.ts'

/** Tokens that the issuer signed and nobody used: so many are taken at once, and after that one in so long. */
export const TOKENS_MAX = 60
export const TOKEN_EVERY_MILLISECONDS = 2_000
/** Of one person: a reader that goes mad over one keeps nobody else out. */
export const TOKENS_EACH_MAX = 10
export const TOKEN_EACH_EVERY_MILLISECONDS = 10_000
/** Signatures that are checked at a time, and that wait: more than there are connections. */
const CHECKED_AT_ONCE = 2
const CHECKS_WAITING_MAX = 2_048
const KEYS_RETRY_AFTER_SECONDS = 5

/** Why a token that is one signs nobody in. */
export type PresenceRefusal =
  | TokenRefusal
  | 'no-issuer'
  | 'throttled'
  | 'used'
  | 'not-linked'
  | 'account-unusable'
  | 'no-person'
  | 'person-disabled'
  | 'not-present'

/** Where people sign in at the workstation. */
export interface PresenceDesk {
  /** Whether there is a person of that id here, who can be an actor. */
  standing(id: string): 'good' | 'disabled' | 'unknown'
  /** Whoever was signed in before is signed out. Resolves when it is recorded; `evidence` is part of the record. */
  begin(id: string, evidence: Body): Promise<void>
  /** Signs them out; false if it is not them who is signed in. */
  end(id: string, evidence: Body): Promise<boolean>
  /** Records that nobody was signed in, or counts it. `person`: whose the token is, null where that is not known. */
  refuse(reason: PresenceRefusal, person: string | null): void
  /** Records that a token did nothing and is used up, which `evidence` says. Resolves when it is recorded. */
  refuseUsedUp(reason: PresenceRefusal, person: string | null, evidence: Body): Promise<void>
}

export interface PresenceOptions {
  readonly people: Pick<People, 'linkedTo' | 'rules'>
  readonly desk: PresenceDesk
  readonly keys: IssuerKeys
  readonly used: UsedTokens
  /** Wall clock, and monotonic, milliseconds. */
  readonly wall: () => number
  readonly now: () => number
}

/**
 * Who is at the workstation, as other software of the site knows it: a booking system, a reader at the door. It says so
 * by a token that the site's issuer has signed, and the person is found from that and from nothing else: the account
 * linked to whom it names, and the person with that account's id. Then it is as if they had read their badge.
 */
export class Presence {
  readonly #options: PresenceOptions
  readonly #turns = new Turns(CHECKED_AT_ONCE, CHECKS_WAITING_MAX, CHECKS_WAITING_MAX)
  readonly #room: Room
  readonly #rooms: RoomsOfNames

  constructor(options: PresenceOptions) {
    this.#options = options
    const { now } = options
    this.#room = new Room({ max: TOKENS_MAX, everyMilliseconds: TOKEN_EVERY_MILLISECONDS, now })
    this.#rooms = new RoomsOfNames({
      max: TOKENS_EACH_MAX,
      everyMilliseconds: TOKEN_EACH_EVERY_MILLISECONDS,
      now,
    })
  }

  /** Throws `Problem`: `token-refused`, whatever is wrong with it, `throttled` or `busy`. */
  async begin(token: string): Promise<void> {
    const { verified, person } = await this.#believed(token, 'begin')
    await this.#options.desk.begin(person, { by: tokenBody(verified) })
  }

  /** The same. Ends what is theirs: somebody else who is signed in stays so. */
  async end(token: string): Promise<void> {
    const { verified, person } = await this.#believed(token, 'end')
    const wasThere = await this.#options.desk.end(person, { by: tokenBody(verified) })
    if (!wasThere) await this.#refuseUsedUp('not-present', verified, person)
  }

  /**
   * Whose presence a token says, as things are when all that takes time is over. What is no token of the issuer's, or was
   * used, is told before it takes any place: however many there are, the issuer's own are heard.
   */
  async #believed(
    token: string,
    says: PresenceClaim,
  ): Promise<{ readonly verified: VerifiedToken; readonly person: string }> {
    const { people, desk, used, wall } = this.#options
    const rule = people.rules().identity
    if (rule === null) return this.#refuse('no-issuer')
    const verified = await this.#verified(token, rule, says)
    if (typeof verified === 'string') return this.#refuse(verified)
    // Asking for keys took its time, and the site may have gone to another issuer meanwhile.
    if (people.rules().identity?.issuer !== rule.issuer) return this.#refuse('issuer')
    const account = people.linkedTo(verified)
    if (used.has(verified)) return this.#refuse('used', account?.id)
    this.#requireRoom(verified.subject)
    used.use(verified, wall())
    if (account === undefined) return this.#refuseUsedUp('not-linked', verified)
    const person = account.id
    if (!isUsableBy(verified, account)) return this.#refuseUsedUp('account-unusable', verified, person)
    const standing = desk.standing(person)
    if (standing === 'good') return { verified, person }
    return this.#refuseUsedUp(standing === 'disabled' ? 'person-disabled' : 'no-person', verified, person)
  }

  async #verified(token: string, rule: IdentityRule, says: PresenceClaim) {
    const { keys, wall } = this.#options
    try {
      return await verifyToken(token, rule, { says, keys, turns: this.#turns, now: wall })
    } catch (error) {
      if (error instanceof KeysAwaited) return this.#throttle(KEYS_RETRY_AFTER_SECONDS)
      throw error
    }
  }

  /** A token that has to wait is not used up by it. */
  #requireRoom(subject: string): void {
    const retryAfterSeconds = this.#rooms.take(subject) || this.#room.take()
    if (retryAfterSeconds > 0) this.#throttle(retryAfterSeconds)
  }

  #throttle(retryAfterSeconds: number): never {
    this.#options.desk.refuse('throttled', null)
    throw new Problem('throttled', { retryAfterSeconds })
  }

  /** That it is used up has to be known after a restart, too. */
  async #refuseUsedUp(
    reason: PresenceRefusal,
    verified: VerifiedToken,
    person: string | null = null,
  ): Promise<never> {
    await this.#options.desk.refuseUsedUp(reason, person, refusedBody(verified))
    throw new Problem('token-refused')
  }

  #refuse(reason: PresenceRefusal, person: string | null = null): never {
    this.#options.desk.refuse(reason, person)
    throw new Problem('token-refused')
  }
}
