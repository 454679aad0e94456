import type { SiteRules } from '../api/index.ts'
import type { Actor, Body } from '../trail/index.ts'
import type { ReviewBook } from './accounts/access-review.ts'
import type { Account, ExternalSubject } from './accounts/account.ts'
import type { AccountBook } from './accounts/account-book.ts'
import type { ExternalIdentity } from './identity/external-identity.ts'
import { OneAtATime } from './one-at-a-time.ts'
import type { IsCommon } from './passwords/common-passwords.ts'
import type { HashCost } from './passwords/password-hash.ts'
import { Turns } from './passwords/turns.ts'
import { PeopleMemory, type PersonRecord } from './people-memory.ts'
import type { PeopleStore, StoredCredential } from './people-store.ts'
import type { RecoveryBook } from './recovery/recovery-book.ts'
import type { PasswordRulesSince } from './rules/rules-book.ts'
import { DeviceMarks } from './sessions/device-mark.ts'
import { type EndReason, type Session, Sessions } from './sessions/sessions.ts'
import type { SignInGuard } from './sessions/sign-in-guard.ts'
import type { SignInHistory } from './sessions/sign-in-history.ts'
import { stands } from './sessions/stands.ts'
import { Sums, summed } from './sums.ts'

export interface PeopleOptions {
  readonly store: PeopleStore
  /** The relay itself, for what no person does. */
  readonly relay: Actor
  /** A secret of the relay: `PEPPER_BYTES`. */
  readonly pepper: Uint8Array
  readonly cost: HashCost
  /** Names of the site that no password may contain. */
  readonly words: () => readonly string[]
  readonly isCommon: () => Promise<IsCommon>
  /** Wall clock, and monotonic, milliseconds. */
  readonly wall: () => number
  readonly now: () => number
  /** How the site's identity provider is asked, if its rules name one; without it nobody signs in by one. */
  readonly identity?: ExternalIdentity
  /** What the records so far say; without it there are none yet, or `take` is given them. */
  readonly memory?: PeopleMemory
}

/**
 * What is known of people, and the one way it changes: a record is made durable, and then taken in. After a start it
 * is the same, from the same records.
 */
export class PeopleCore {
  readonly options: PeopleOptions
  readonly book: AccountBook
  readonly guard: SignInGuard
  readonly history: SignInHistory
  readonly recoveries: RecoveryBook
  readonly reviews: ReviewBook
  readonly sessions: Sessions
  readonly sums = new Sums()
  readonly turns = new Turns()
  readonly marks: DeviceMarks
  /** From what is decided to its record nothing else comes between. */
  readonly serial = new OneAtATime()
  readonly #memory: PeopleMemory

  constructor(options: PeopleOptions) {
    this.options = options
    this.#memory = options.memory ?? new PeopleMemory()
    this.book = this.#memory.book
    this.guard = this.#memory.guard
    this.history = this.#memory.history
    this.recoveries = this.#memory.recoveries
    this.reviews = this.#memory.reviews
    this.sessions = new Sessions(options.now)
    this.marks = new DeviceMarks(options.pepper)
  }

  get rules(): SiteRules {
    return this.#memory.rules.rules
  }

  /** Since when each of the rules for passwords is what it is. */
  get passwordRulesSince(): PasswordRulesSince {
    return this.#memory.rules.passwordsSince
  }

  take(record: PersonRecord): void {
    this.#memory.take(record)
  }

  /** To be called in turn: see `serial`. */
  async append(actor: Actor, kind: string, body: Body, credential?: StoredCredential): Promise<void> {
    this.take(await this.store(actor, kind, body, credential))
  }

  /** As `append`, for whoever takes it in otherwise. */
  async store(actor: Actor, kind: string, body: Body, credential?: StoredCredential): Promise<PersonRecord> {
    const { seq, time } = await this.options.store.append({ actor, kind, body }, credential)
    return { actor, kind, body, seq, time }
  }

  /** Keys that speak for somebody who may not any more are revoked, one record each. In turn. */
  async revokeKeysOf(account: string, reason: string): Promise<void> {
    for (const { verifier, user, device, revoked } of this.#memory.signing.keys())
      if (user === account && revoked === undefined)
        await this.append(this.options.relay, 'key.revoked', { key: verifier.vkey, user, device, reason })
  }

  /** Records what was summed up. To be called about once a minute. */
  sumUp(): Promise<void> {
    return this.recordEach(
      this.sums.takeAll(),
      (sum) => ({ kind: sum.kind, body: summed(sum) }),
      (sum) => this.sums.putBack(sum),
    )
  }

  /** A record for each of what was counted. What cannot be recorded is put back, all of it, and counts on. */
  async recordEach<One>(
    counted: readonly One[],
    recordOf: (one: One) => { readonly kind: string; readonly body: Body },
    putBack: (one: One) => void,
  ): Promise<void> {
    const faults: unknown[] = []
    for (const one of counted)
      await this.serial.do(async () => {
        const { kind, body } = recordOf(one)
        try {
          await this.append(this.options.relay, kind, body)
        } catch (error) {
          putBack(one)
          faults.push(error)
        }
      })
    if (faults.length > 0) throw faults[0]
  }

  /** Whether a session is one, now. */
  stands(session: Session, account: Account): boolean {
    return stands(session, account, this.rules.identity?.issuer)
  }

  /** Opens a session and records it. In turn. Gives the token, once. */
  async open(
    account: Account,
    of: Pick<Session, 'device' | 'mark' | 'passwordChange'> & {
      /** Whether the mark was shown, and not made now. */
      readonly isKnown: boolean
      readonly external?: ExternalSubject
    },
  ): Promise<string> {
    const { isKnown, ...asked } = of
    const { device, mark, passwordChange, external } = asked
    const epoch = account.credential?.epoch ?? 0
    const { session, token, ended } = this.sessions.start({ ...asked, account: account.id, epoch })
    try {
      for (const one of ended) await this.recordEnd(one, 'too-many')
      const body = {
        account: account.id,
        device,
        ...(isKnown ? { mark } : {}),
        session: session.id,
        ...(passwordChange === undefined ? {} : { mustChange: true }),
        ...(external === undefined ? {} : { by: 'external', issuer: external.issuer }),
      }
      const actor = actorOf(account, external === undefined ? 'password' : 'external')
      await this.append(actor, 'session.started', body)
    } catch (error) {
      this.sessions.end(session.id)
      throw error
    }
    return token
  }

  /** Ends a session and records it, if it is one. In turn. */
  async end({ id }: Session, why: EndReason): Promise<void> {
    const session = this.sessions.end(id)
    if (session !== undefined) await this.recordEnd(session, why)
  }

  async endAllOf(account: string, why: EndReason): Promise<void> {
    for (const session of this.sessions.of(account)) await this.end(session, why)
  }

  /** Of a session that is over already. In turn. */
  async recordEnd({ account, device, id }: Session, why: EndReason): Promise<void> {
    const known = this.book.get(account)
    const actor = why === 'signed-out' && known !== undefined ? actorOf(known, 'session') : this.options.relay
    await this.append(actor, 'session.ended', { account, device, session: id, why })
  }
}

export function actorOf({ id, name }: Account, via: string): Actor {
  return { id, name, via }
}
