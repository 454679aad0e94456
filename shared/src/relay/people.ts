import {
  type Action,
  beforePasswordChange,
  mayDo,
  Problem,
  requireAllowed,
  type SiteRules,
} from '../api/index.ts'
import type { Actor, Body } from '../trail/index.ts'
import { type AccessReview, accessDigest } from './accounts/access-review.ts'
import { type Account, type ExternalSubject, isUsable } from './accounts/account.ts'
import * as acts from './accounts/account-acts.ts'
import { AccountBook } from './accounts/account-book.ts'
import { type ExternalAnswer, ExternalSignIn } from './identity/external-sign-in.ts'
import { newCode } from './one-time-code.ts'
import { OwnPassword } from './own-password.ts'
import { passwordEnd } from './passwords/password-age.ts'
import { actorOf, PeopleCore, type PeopleOptions } from './people-core.ts'
import type { PersonRecord } from './people-memory.ts'
import { reasonOf } from './reason.ts'
import { AccountRecovery } from './recovery/account-recovery.ts'
import { RecoveryFiles } from './recovery/recovery-files.ts'
import { RecoveryHours } from './recovery/recovery-hours.ts'
import type { Session } from './sessions/sessions.ts'
import { type SignedIn, SignIn } from './sign-in.ts'

export { CODE_MILLISECONDS } from './one-time-code.ts'
export type { PeopleOptions } from './people-core.ts'
export type { SignedIn } from './sign-in.ts'

/** Records something, by whoever does it unless another actor is named: then it is durable, and known. */
export type Append = (kind: string, body: Body, actor?: Actor) => Promise<PersonRecord>

export type FirstAccount = Pick<acts.NewAccount, 'id' | 'name'>

/** As `addFirst`, for a relay that is being set up: what is to be recorded, and the code. `now`: wall clock, milliseconds. */
export function firstAccount(
  first: FirstAccount,
  now: number,
): { readonly act: acts.Act; readonly code: string } {
  const { text, code } = newCode(now)
  return { act: acts.addFirst(new AccountBook(), first, code), code: text }
}

/** Acts after which a person's keys sign nothing more, and why (21 CFR 11.200(a)(3), 11.300(c)). */
const endsKeys: { readonly [kind: string]: string } = {
  'account.reset': 'the password was reset',
  'account.retired': 'the account was retired',
}

/** Who somebody is at the moment of a request: rights are those of now, not those of when they signed in. */
export interface Caller {
  readonly session: Session
  readonly account: Account
}

/**
 * The people of a relay: who has an account, who is signed in, and what each of them does to accounts. Everything
 * that happens is a record; what is known of people is known from the records.
 */
export class People {
  /** The way back in, where no administrator can sign in. */
  readonly recovery: AccountRecovery
  readonly recoveryFiles: RecoveryFiles
  readonly #core: PeopleCore
  readonly #recoveryHours: RecoveryHours
  readonly #signIn: SignIn
  readonly #password: OwnPassword
  readonly #external: ExternalSignIn

  constructor(options: PeopleOptions) {
    this.#core = new PeopleCore(options)
    this.#signIn = new SignIn(this.#core)
    this.#password = new OwnPassword(this.#core, this.#signIn)
    this.recovery = new AccountRecovery(this.#core, this.#signIn)
    this.recoveryFiles = new RecoveryFiles(this.#core)
    this.#recoveryHours = new RecoveryHours(this.#core)
    this.#external = new ExternalSignIn(this.#core, this.#signIn)
  }

  /** Takes in a record of the relay's own trail, at start: in order, each once. */
  take(record: PersonRecord): void {
    this.#core.take(record)
  }

  account(id: string): Account | undefined {
    return this.#core.book.get(id)
  }

  accounts(): readonly Account[] {
    return this.#core.book.all()
  }

  rules(): SiteRules {
    return this.#core.rules
  }

  /** When somebody's password is over, ISO 8601; undefined where that is not said. */
  passwordEnds(account: Account): string | undefined {
    const end = passwordEnd(account, this.#core.rules.passwords)
    return end === undefined ? undefined : new Date(end).toISOString()
  }

  /** Until when somebody has to wait after wrong passwords, on one device at least, ISO 8601; undefined if they need not. */
  waitsUntil({ id }: Account): string | undefined {
    const { guard, options } = this.#core
    const until = guard.waits(id, options.wall())
    return until === undefined ? undefined : new Date(until).toISOString()
  }

  /** Devices with too many wrong passwords, where whoever never signed in there waits, each with until when, ISO 8601. */
  devicesWaiting(): readonly { readonly device: string; readonly waitsUntil: string }[] {
    const { guard, options } = this.#core
    return guard
      .strained(options.wall())
      .map(({ device, until }) => ({ device, waitsUntil: new Date(until).toISOString() }))
  }

  /** Opens a session. Throws `Problem`; see `SignIn`. */
  signIn(name: string, password: string, device: string, mark?: string): Promise<SignedIn> {
    return this.#signIn.signIn(name, password, device, mark)
  }

  /** Whose account somebody's at an identity provider is. */
  linkedTo(named: ExternalSubject): Account | undefined {
    return this.#core.book.linkedTo(named)
  }

  /** Begins and finishes signing in by the site's identity provider. Throw `Problem`; see `ExternalSignIn`. */
  beginExternal(origin: string, mark?: string): Promise<{ readonly url: string; readonly binding: string }> {
    return this.#external.begin(origin, mark)
  }

  finishExternal(answer: ExternalAnswer, device: string): Promise<SignedIn> {
    return this.#external.finish(answer, device)
  }

  /**
   * The password again, of whoever is signed in, for an act that asks for it. Whoever came by a provider may have one
   * that has to be changed first, and nobody has told them yet. Throws `Problem`.
   */
  async checkOwn({ account, session }: Caller, password: string, action: Action | undefined): Promise<void> {
    const now = await this.#signIn.check(account.id, password, session)
    if (session.external === undefined || (action !== undefined && beforePasswordChange.includes(action)))
      return
    const passwordChange = await this.#signIn.faultOf(now, password)
    if (passwordChange !== undefined) throw new Problem('password-change-needed', { passwordChange })
  }

  /** The password again, for what asks for it. Throws `Problem`; see `SignIn`. */
  check(name: string, password: string, device: string): Promise<Account> {
    return this.#signIn.check(name, password, { device })
  }

  setPasswordByCode(name: string, code: string, password: string, device: string): Promise<void> {
    return this.#password.byCode(name, code, password, device)
  }

  changePassword({ account, session }: Caller, former: string, password: string): Promise<void> {
    return this.#password.change(account.id, former, password, session)
  }

  /** Who a token stands for, now; in the `background`, without using the session. Throws `Problem` `unauthenticated`. */
  caller(token: string, background?: 'background'): Caller {
    const { sessions } = this.#core
    const caller = this.#callerIn(background === undefined ? sessions.use(token) : sessions.look(token))
    if (caller === undefined) throw new Problem('unauthenticated')
    return caller
  }

  /** Whether whoever was let in for this may still do it. To ask so does not use the session. */
  stillMay({ session }: Caller, action: Action): boolean {
    const caller = this.#callerIn(this.#core.sessions.find(session.id))
    return caller !== undefined && mayDo(caller.account.roles, action)
  }

  #callerIn(session: Session | undefined): Caller | undefined {
    const account = session && this.#core.book.get(session.account)
    const isNone = session === undefined || account === undefined || !this.#core.stands(session, account)
    return isNone ? undefined : { session, account }
  }

  /** As `caller`, for somebody who may do this. Throws `Problem`. */
  callerFor(token: string, action: Action, background?: 'background'): Caller {
    const caller = this.caller(token, background)
    const { passwordChange } = caller.session
    if (passwordChange !== undefined && !beforePasswordChange.includes(action))
      throw new Problem('password-change-needed', { passwordChange })
    requireAllowed(caller.account.roles, action)
    return caller
  }

  /** Counts what is refused again and again, to be recorded within a minute: see `Sums`. */
  count(kind: string, body: Body): void {
    this.#core.sums.add(kind, body, this.#core.options.wall())
  }

  /** Each request costs something, and much at once has to wait. Throws `Problem` `throttled`. */
  spend({ session }: Caller, cost = 1): void {
    const retryAfterSeconds = this.#core.sessions.spend(session.id, cost)
    if (retryAfterSeconds > 0) throw new Problem('throttled', { retryAfterSeconds })
  }

  async signOut({ session }: Caller): Promise<void> {
    await this.#core.serial.do(() => this.#core.end(session, 'signed-out'))
  }

  /** Ends what nobody used for too long, and counts the hours in which a recovery rests. To be called every few seconds. */
  async sweep(): Promise<void> {
    const { sessions, serial, book } = this.#core
    for (const { session, why } of sessions.sweep()) await serial.do(() => this.#core.recordEnd(session, why))
    // The site has gone to another provider: what the one before opened has opened nothing since.
    for (const session of sessions.all()) {
      const account = book.get(session.account)
      if (account === undefined || !this.#core.stands(session, account))
        await serial.do(() => this.#core.end(session, 'account'))
    }
    await this.#recoveryHours.keep()
  }

  /** Ends all sessions: the relay stops. What waits for its turn is done before. */
  async close(): Promise<void> {
    const { sessions, serial } = this.#core
    await this.sumUp()
    for (const session of sessions.all()) await serial.do(() => this.#core.end(session, 'relay-stopped'))
  }

  /** When somebody signed in last, ISO 8601. */
  lastSignIn(id: string): string | undefined {
    return this.#core.history.of(id).last?.time
  }

  /** Who there is, by a digest that a reviewer repeats; when that was looked at, and when it is to be again. */
  review(): {
    readonly digest: string
    readonly last: AccessReview | undefined
    readonly due: string | null
  } {
    const { reviews, book } = this.#core
    const due = reviews.due === undefined ? null : new Date(reviews.due).toISOString()
    return { digest: accessDigest(book.all()), last: reviews.last, due }
  }

  /** Whether nobody has looked in time: then nobody signs. */
  isReviewOverdue(): boolean {
    return this.#core.reviews.isOverdue(this.#core.options.wall())
  }

  /**
   * Somebody of quality has looked at all accounts and what each may do, and they are as they should be. Throws
   * `Problem` `review-changed` where they are not what that person was shown.
   */
  reviewAccess(by: Caller, digest: string, given: string): Promise<void> {
    return this.act(by, async (account, append) => {
      if (!isUsable(account)) throw new Problem('unauthenticated')
      requireAllowed(account.roles, 'account.review')
      const accounts = this.#core.book.all()
      if (digest !== accessDigest(accounts)) throw new Problem('review-changed')
      await append('access.reviewed', { accounts: accounts.length, digest, reason: reasonOf(given) })
    })
  }

  /** Records how often somebody was told to wait, or refused. To be called about once a minute. */
  async sumUp(): Promise<void> {
    await this.#signIn.sumUp()
    await this.#external.sumUp()
    await this.#core.sumUp()
    await this.#sayOverdue()
  }

  /**
   * The first administrator, by whoever sets the relay up: gives the code by which they set their password. While
   * they have not, it can be asked for again. Throws `Problem` `forbidden` once there are others, or a password.
   */
  addFirst(by: Actor, first: FirstAccount): Promise<string> {
    const { text, code } = newCode(this.#core.options.wall())
    return this.#act(by, () => acts.addFirst(this.#core.book, first, code)).then(() => text)
  }

  /** Gives the code by which the new one sets a password. */
  async add(by: Caller, given: acts.NewAccount): Promise<string> {
    const { text, code } = newCode(this.#core.options.wall())
    await this.#by(by, (account) => acts.add(this.#core.book, account, given, code))
    return text
  }

  /** Gives the code; undefined where a second administrator has to allow it first. */
  async reset(by: Caller, id: string, reason: string): Promise<string | undefined> {
    const { text, code } = newCode(this.#core.options.wall())
    const act = await this.#by(by, (account) => acts.reset(this.#core.book, account, id, reason, code))
    return act.kind === 'account.reset' ? text : undefined
  }

  change(by: Caller, id: string, change: acts.AccountChange): Promise<acts.Act> {
    return this.#by(by, (account) => acts.change(this.#core.book, account, id, change))
  }

  disable(by: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(by, (account) => acts.disable(this.#core.book, account, id, reason))
  }

  enable(by: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(by, (account) => acts.enable(this.#core.book, account, id, reason))
  }

  retire(by: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(by, (account) => acts.retire(this.#core.book, account, id, reason))
  }

  /** All sessions of an account are over when this resolves, one of whoever asks, too. */
  endSessions(by: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(
      by,
      (account) => acts.endSessions(this.#core.book, account, id, reason),
      (ended) => this.#core.endAllOf(ended, 'by-administrator'),
    )
  }

  unlock(by: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(by, (account) => acts.unlock(this.#core.book, account, id, reason))
  }

  link(by: Caller, id: string, given: ExternalSubject & { readonly reason: string }): Promise<acts.Act> {
    const { identity } = this.#core.rules
    return this.#by(by, (account) => acts.link(this.#core.book, account, id, given, identity?.issuer))
  }

  unlink(by: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(by, (account) => acts.unlink(this.#core.book, account, id, reason))
  }

  proposeSigner(by: Caller, id: string, given: acts.SignerProposal): Promise<acts.Act> {
    return this.#by(by, (account) => acts.proposeSigner(this.#core.book, account, id, given))
  }

  grantSigner(by: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(by, (account) => acts.grantSigner(this.#core.book, account, id, reason))
  }

  withdrawSigner(by: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(by, (account) => acts.withdrawSigner(this.#core.book, account, id, reason))
  }

  /**
   * What somebody does that is not done to accounts: with the account as it is when its turn comes, and nothing else
   * recorded in between. They have just given their password. Gives what `work` gives, or throws what it throws.
   */
  act<Result>(
    { account }: Caller,
    work: (account: Account, append: Append) => Promise<Result>,
  ): Promise<Result> {
    return this.#core.serial.do(() => {
      const now = this.#core.book.get(account.id)
      if (now === undefined) throw new Problem('unauthenticated')
      return work(now, async (kind, body, actor = actorOf(now, 'password')) => {
        const record = await this.#core.store(actor, kind, body)
        this.#core.take(record)
        return record
      })
    })
  }

  /** As `act`, for what the relay does by itself. */
  actAsRelay<Result>(work: (append: Append) => Promise<Result>): Promise<Result> {
    const { relay } = this.#core.options
    return this.#core.serial.do(() =>
      work(async (kind, body, actor = relay) => {
        const record = await this.#core.store(actor, kind, body)
        this.#core.take(record)
        return record
      }),
    )
  }

  /** A year without a review is an event, and so an alert, once. */
  #sayOverdue(): Promise<void> {
    const { serial, reviews, options } = this.#core
    return serial.do(async () => {
      const overdue = reviews.unsaid(options.wall())
      if (overdue === undefined) return
      const due = new Date(overdue).toISOString()
      await this.#core.append(options.relay, 'access.review-overdue', { due })
    })
  }

  /** By an account as it is when its turn comes. */
  #by(
    { account }: Caller,
    decide: (by: Account) => acts.Act,
    after?: (account: string) => Promise<void>,
  ): Promise<acts.Act> {
    const decided = () => {
      const now = this.#core.book.get(account.id)
      if (now === undefined) throw new Problem('unauthenticated')
      return decide(now)
    }
    return this.#act(actorOf(account, 'session'), decided, after)
  }

  /** Decided and recorded with nothing in between; what it takes away is gone at once. */
  #act(by: Actor, decide: () => acts.Act, after?: (account: string) => Promise<void>): Promise<acts.Act> {
    return this.#core.serial.do(async () => {
      const act = decide()
      await this.#core.append(by, act.kind, act.body)
      const account = this.#core.book.get(String(act.body['account']))
      if (account === undefined) return act
      // A reset takes away what a provider opened too, also where there was no password yet to take away.
      for (const session of this.#core.sessions.of(account.id))
        if (act.kind === 'account.reset' || !this.#core.stands(session, account))
          await this.#core.end(session, 'account')
      // Without these records the keys would sign nothing either: their lease is of a password that is no more.
      const ended = endsKeys[act.kind]
      if (ended !== undefined) await this.#core.revokeKeysOf(account.id, ended)
      await after?.(account.id)
      return act
    })
  }
}
