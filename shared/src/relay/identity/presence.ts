import { Problem } from '../../api/index.ts'
import type { Body } from '../../trail/index.ts'
import { isUsableBy } from '../accounts/account.ts'
import type { People } from '../people.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import { Room } from './room.ts'
import { tokenBody, type UsedTokens } from './used-tokens.ts'
import { type TokenRefusal, type VerifiedToken, verifyToken } from './verified-token.ts'

/** Tokens that are looked at at once, and after that one in so long. */
export const TOKENS_MAX = 60
export const TOKEN_EVERY_MILLISECONDS = 2_000

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
  readonly #room: Room

  constructor(options: PresenceOptions) {
    this.#options = options
    this.#room = new Room({ max: TOKENS_MAX, everyMilliseconds: TOKEN_EVERY_MILLISECONDS, now: options.now })
  }

  /** Throws `Problem`: `token-refused`, whatever is wrong with it, or `throttled`. */
  async begin(token: string): Promise<void> {
    const { verified, person } = await this.#believed(token)
    await this.#options.desk.begin(person, { by: tokenBody(verified) })
  }

  /** The same. Ends what is theirs: somebody else who is signed in stays so. */
  async end(token: string): Promise<void> {
    const { verified, person } = await this.#believed(token)
    const wasThere = await this.#options.desk.end(person, { by: tokenBody(verified) })
    if (!wasThere) this.#refuse('not-present', person)
  }

  /** Whose presence a token says, as things are when all that takes time is over. */
  async #believed(token: string): Promise<{ readonly verified: VerifiedToken; readonly person: string }> {
    const { people, desk, keys, used, wall } = this.#options
    const retryAfterSeconds = this.#room.take()
    if (retryAfterSeconds > 0) {
      desk.refuse('throttled', null)
      throw new Problem('throttled', { retryAfterSeconds })
    }
    const rule = people.rules().identity
    if (rule === null) return this.#refuse('no-issuer')
    const verified = await verifyToken(token, rule, { keys, now: wall })
    if (typeof verified === 'string') return this.#refuse(verified)
    // Asking for keys took its time, and the site may have gone to another issuer meanwhile.
    if (people.rules().identity?.issuer !== rule.issuer) return this.#refuse('issuer')
    const account = people.linkedTo(verified)
    if (!used.use(verified, wall())) return this.#refuse('used', account?.id)
    if (account === undefined) return this.#refuse('not-linked')
    const person = account.id
    if (!isUsableBy(verified, account)) return this.#refuse('account-unusable', person)
    const standing = desk.standing(person)
    if (standing !== 'good')
      return this.#refuse(standing === 'disabled' ? 'person-disabled' : 'no-person', person)
    return { verified, person }
  }

  #refuse(reason: PresenceRefusal, person: string | null = null): never {
    this.#options.desk.refuse(reason, person)
    throw new Problem('token-refused')
  }
}
