import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { Problem } from '../api/index.ts'
import type { Actor, Body, TrailRecord } from '../trail/index.ts'
import { type Account, isUsable, type OneTimeCode } from './accounts/account.ts'
import * as acts from './accounts/account-acts.ts'
import { AccountBook } from './accounts/account-book.ts'
import { type Action, requireAllowed } from './accounts/policy.ts'
import { foldedUserId } from './accounts/user-id.ts'
import { OneAtATime } from './one-at-a-time.ts'
import type { IsCommon } from './passwords/common-passwords.ts'
import {
  credentialDigest,
  type HashCost,
  hashPassword,
  isOutdated,
  isPassword,
} from './passwords/password-hash.ts'
import { type PasswordRules, passwordOf, requireGoodPassword } from './passwords/password-rules.ts'
import { Turns } from './passwords/turns.ts'
import type { PeopleStore, StoredCredential } from './people-store.ts'
import { type EndReason, type Session, Sessions } from './sessions/sessions.ts'
import { SignInGuard } from './sessions/sign-in-guard.ts'

export interface PeopleOptions {
  readonly store: PeopleStore
  /** The relay itself, for what no person does. */
  readonly relay: Actor
  /** A secret of the relay: `PEPPER_BYTES`. */
  readonly pepper: Uint8Array
  readonly cost: HashCost
  readonly rules: () => PasswordRules
  /** Names of the site that no password may contain. */
  readonly words: () => readonly string[]
  readonly isCommon: () => Promise<IsCommon>
  /** Wall clock, and monotonic, milliseconds. */
  readonly wall: () => number
  readonly now: () => number
  /** Somebody should know of this soon: it goes to the site's alert sink as well as into the trail. */
  readonly alert: (event: string, details: Body) => void
}

/** One-time codes have 128 random bits and hold for a quarter of an hour. */
const CODE_BYTES = 16
export const CODE_MILLISECONDS = 15 * 60_000

export interface SignedIn {
  /** Given out once, here. */
  readonly token: string
  readonly account: Account
  readonly mustChange: boolean
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
  readonly #options: PeopleOptions
  readonly #book = new AccountBook()
  readonly #guard = new SignInGuard()
  readonly #sessions: Sessions
  readonly #turns = new Turns()
  readonly #serial = new OneAtATime()
  /** The work of a wrong password for a name that nobody has. */
  readonly #nobody: Promise<string>

  constructor(options: PeopleOptions) {
    this.#options = options
    this.#sessions = new Sessions(options.now)
    this.#nobody = hashPassword(randomBytes(CODE_BYTES).toString('hex'), options.pepper, options.cost)
  }

  /** Takes in a record of the relay's own trail, at start: in order, each once. */
  take(record: Pick<TrailRecord, 'kind' | 'body' | 'time' | 'actor' | 'seq'>): void {
    this.#book.take(record)
    this.#guard.take(record)
  }

  account(id: string): Account | undefined {
    return this.#book.get(id)
  }

  accounts(): readonly Account[] {
    return this.#book.all()
  }

  // Signing in

  /**
   * Opens a session. Whatever is wrong, the answer and the work are the same, for a name that nobody has as well
   * (ASVS 6.3.8). `device` is how the relay knows where it is asked from; nothing in it comes from the request.
   */
  async signIn(name: string, typed: string, device: string): Promise<SignedIn> {
    const account = await this.check(name, typed, device)
    const mustChange = await this.#isCommonNow(account, typed)
    return this.#serial.do(async () => {
      this.#requireSame(account)
      const { session, token, ended } = this.#sessions.start({
        account: account.id,
        device,
        epoch: account.credential?.epoch ?? 0,
        mustChange,
      })
      try {
        for (const one of ended) await this.#sessionEnded(one, 'too-many')
        const body = {
          account: account.id,
          device,
          session: session.id,
          ...(mustChange ? { mustChange } : {}),
        }
        await this.#append(actorOf(account, 'password'), 'session.started', body)
      } catch (error) {
        this.#sessions.end(session.id)
        throw error
      }
      return { token, account, mustChange }
    })
  }

  /**
   * Whether a name and a password are somebody's, who may sign in now. What is wrong is recorded, and counted. Used by
   * everything that asks for a password again. Throws `Problem`: `sign-in-refused`, `throttled`, `busy`.
   */
  async check(name: string, typed: string, device: string): Promise<Account> {
    const { wall, pepper, cost } = this.#options
    const folded = foldedUserId(name)
    const known = folded ?? UNNAMEABLE
    const answer = this.#guard.ask(known, device, wall())
    if (!answer.may) throw new Problem('throttled', { retryAfterSeconds: answer.retryAfterSeconds })
    const account = folded === undefined ? undefined : this.#book.get(folded)
    const stored = await this.#storedOf(account)
    const phc = stored ?? (await this.#nobody)
    const password = passwordOrNone(typed)
    const matches = await this.#turns.take(() => isPassword(phc, password ?? '', pepper))
    // Rights are looked up again: hashing took its time, and an administrator may have used it.
    const now = account === undefined ? undefined : this.#book.get(account.id)
    const isRight =
      matches &&
      password !== undefined &&
      stored !== undefined &&
      now !== undefined &&
      isUsable(now) &&
      now.credential?.digest === credentialDigest(stored)
    if (!isRight) {
      await this.#refused(known, account, device)
      throw new Problem('sign-in-refused')
    }
    if (isOutdated(phc, cost)) await this.#rehash(now, password)
    return now
  }

  /** Who a token stands for, now. Throws `Problem` `unauthenticated`. */
  caller(token: string): Caller {
    const session = this.#sessions.use(token)
    const account = session === undefined ? undefined : this.#book.get(session.account)
    if (
      session === undefined ||
      account === undefined ||
      !isUsable(account) ||
      account.credential?.epoch !== session.epoch
    )
      throw new Problem('unauthenticated')
    return { session, account }
  }

  /** As `caller`, for somebody who may do this. Throws `Problem`. */
  callerFor(token: string, action: Action): Caller {
    const caller = this.caller(token)
    if (caller.session.mustChange && action !== 'password.change-own' && action !== 'session.end-own')
      throw new Problem('password-change-needed')
    requireAllowed(caller.account.roles, action)
    return caller
  }

  async signOut({ session }: Caller): Promise<void> {
    await this.#serial.do(() => this.#end(session, 'signed-out'))
  }

  /** Ends what nobody used for too long. To be called every few seconds. */
  async sweep(): Promise<void> {
    for (const { session, why } of this.#sessions.sweep())
      await this.#serial.do(() => this.#sessionEnded(session, why))
  }

  // Accounts

  /** The first administrator, by whoever sets the relay up: gives the code by which they set their password. */
  addFirst(by: Actor, first: { readonly id: string; readonly name: string }): Promise<string> {
    return this.#withCode(by, (code) => acts.addFirst(this.#book, first, code))
  }

  add({ account }: Caller, given: acts.NewAccount): Promise<string> {
    return this.#withCode(actorOf(account, 'session'), (code) =>
      acts.add(this.#book, this.#now(account), given, code),
    )
  }

  /** Gives the code; undefined where a second administrator has to allow it first. */
  async reset({ account }: Caller, id: string, reason: string): Promise<string | undefined> {
    const { code, text } = this.#newCode()
    const act = await this.#act(actorOf(account, 'session'), () =>
      acts.reset(this.#book, this.#now(account), id, reason, code),
    )
    return act.kind === 'account.reset' ? text : undefined
  }

  change({ account }: Caller, id: string, change: acts.AccountChange): Promise<acts.Act> {
    return this.#by(account, (by) => acts.change(this.#book, by, id, change))
  }

  disable({ account }: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(account, (by) => acts.disable(this.#book, by, id, reason))
  }

  enable({ account }: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(account, (by) => acts.enable(this.#book, by, id, reason))
  }

  retire({ account }: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(account, (by) => acts.retire(this.#book, by, id, reason))
  }

  unlock({ account }: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(account, (by) => acts.unlock(this.#book, by, id, reason))
  }

  proposeSigner(
    { account }: Caller,
    id: string,
    given: { readonly identityCheck: string; readonly reason: string },
  ): Promise<acts.Act> {
    return this.#by(account, (by) => acts.proposeSigner(this.#book, by, id, given))
  }

  grantSigner({ account }: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(account, (by) => acts.grantSigner(this.#book, by, id, reason))
  }

  withdrawSigner({ account }: Caller, id: string, reason: string): Promise<acts.Act> {
    return this.#by(account, (by) => acts.withdrawSigner(this.#book, by, id, reason))
  }

  // Passwords

  /** Sets a password by a one-time code. The code is used up by it, and by nothing else. */
  async setPasswordByCode(name: string, codeText: string, typed: string, device: string): Promise<void> {
    const { wall } = this.#options
    const folded = foldedUserId(name)
    const known = folded ?? UNNAMEABLE
    const answer = this.#guard.ask(known, device, wall())
    if (!answer.may) throw new Problem('throttled', { retryAfterSeconds: answer.retryAfterSeconds })
    const account = folded === undefined ? undefined : this.#book.get(folded)
    if (account === undefined || !isCodeOf(account, codeText, wall())) {
      await this.#refused(known, account, device, 'code')
      throw new Problem('code-refused')
    }
    const password = await this.#goodPassword(account, typed)
    await this.#setPassword(
      account,
      password,
      'code',
      (now) => isCodeOf(now, codeText, wall()),
      'code-refused',
    )
  }

  /** Another password by its owner, who types the one before. All sessions opened with that one end. */
  async changePassword({ account: { id }, session }: Caller, former: string, typed: string): Promise<void> {
    const account = await this.check(id, former, session.device)
    const password = await this.#goodPassword(account, typed, former)
    const epoch = account.credential?.epoch
    await this.#setPassword(
      account,
      password,
      'change',
      (now) => isUsable(now) && now.credential?.epoch === epoch,
      'unauthenticated',
    )
  }

  async #goodPassword({ id, name }: Account, typed: string, former?: string): Promise<string> {
    const { rules, words, isCommon } = this.#options
    const password = passwordOf(typed)
    requireGoodPassword(password, {
      rules: rules(),
      isCommon: await isCommon(),
      words: [id, name, ...words()],
      ...(former === undefined ? {} : { former: passwordOf(former) }),
    })
    return password
  }

  async #setPassword(
    { id }: Account,
    password: string,
    how: 'code' | 'change',
    stillMay: (now: Account) => boolean,
    otherwise: 'code-refused' | 'unauthenticated',
  ): Promise<void> {
    const { pepper, cost } = this.#options
    const phc = await this.#turns.take(() => hashPassword(password, pepper, cost))
    await this.#serial.do(async () => {
      const now = this.#book.get(id)
      if (now === undefined || !stillMay(now)) throw new Problem(otherwise)
      const epoch = now.passwords + 1
      const body = { account: id, how, credential: credentialDigest(phc), epoch }
      await this.#append(
        actorOf(now, how === 'code' ? 'one-time-code' : 'password'),
        'account.password-set',
        body,
        {
          account: id,
          phc,
        },
      )
      for (const session of this.#sessions.of(id)) await this.#end(session, 'password')
    })
  }

  async #rehash({ id, credential: hashed }: Account, password: string): Promise<void> {
    const { pepper, cost, relay } = this.#options
    const phc = await this.#turns.take(() => hashPassword(password, pepper, cost))
    await this.#serial.do(async () => {
      const credential = this.#book.get(id)?.credential
      // Another password has been set meanwhile: this hash is of the one before.
      if (credential === undefined || credential.digest !== hashed?.digest) return
      const body = { account: id, credential: credentialDigest(phc), epoch: credential.epoch }
      await this.#append(relay, 'account.password-rehashed', body, { account: id, phc })
    })
  }

  // What is beneath

  /** The hash that counts. One in the database that the trail does not name was put there by somebody else. */
  async #storedOf(account: Account | undefined): Promise<string | undefined> {
    if (account?.credential === undefined) return undefined
    const phc = await this.#options.store.credential(account.id)
    if (phc !== undefined && credentialDigest(phc) === account.credential.digest) return phc
    this.#options.alert('credential-forged', { account: account.id })
    return undefined
  }

  async #isCommonNow({ id, name, credential }: Account, typed: string): Promise<boolean> {
    const { rules, words, isCommon } = this.#options
    if (credential === undefined) return false
    try {
      requireGoodPassword(passwordOf(typed), {
        rules: rules(),
        isCommon: await isCommon(),
        words: [id, name, ...words()],
      })
      return false
    } catch (error) {
      if (error instanceof Problem) return true
      throw error
    }
  }

  #requireSame({ id, credential }: Account): void {
    const now = this.#book.get(id)
    if (now === undefined || !isUsable(now) || now.credential?.epoch !== credential?.epoch)
      throw new Problem('sign-in-refused')
  }

  async #refused(
    name: string,
    account: Account | undefined,
    device: string,
    what = 'password',
  ): Promise<void> {
    const { relay, wall, alert } = this.#options
    await this.#serial.do(async () => {
      // A name that nobody has may be a password typed in the wrong field: it is not written down.
      if (account === undefined) this.#guard.failed(undefined, device, wall(), name)
      const body = { account: account?.id ?? null, device, what }
      const record = await this.#store(relay, 'session.refused', body)
      if (account !== undefined) this.#guard.take(record)
      const now = account === undefined ? undefined : this.#book.get(account.id)
      if (now === undefined || now.locked !== undefined || !this.#guard.isToBeLocked(now.id, wall())) return
      const failures = this.#guard.failuresOf(now.id, wall())
      await this.#append(relay, 'account.locked', { account: now.id, failures })
      for (const session of this.#sessions.of(now.id)) await this.#end(session, 'account')
      alert('account-locked', { account: now.id, failures })
    })
  }

  async #end({ id }: Session, why: EndReason): Promise<void> {
    const session = this.#sessions.end(id)
    if (session !== undefined) await this.#sessionEnded(session, why)
  }

  async #sessionEnded({ account, device, id }: Session, why: EndReason): Promise<void> {
    const known = this.#book.get(account)
    const actor =
      why === 'signed-out' && known !== undefined ? actorOf(known, 'session') : this.#options.relay
    await this.#append(actor, 'session.ended', { account, device, session: id, why })
  }

  #by(account: Account, decide: (by: Account) => acts.Act): Promise<acts.Act> {
    return this.#act(actorOf(account, 'session'), () => decide(this.#now(account)))
  }

  /** An account as it is now. */
  #now({ id }: Account): Account {
    const now = this.#book.get(id)
    if (now === undefined) throw new Problem('unauthenticated')
    return now
  }

  async #withCode(by: Actor, decide: (code: OneTimeCode) => acts.Act): Promise<string> {
    const { code, text } = this.#newCode()
    await this.#act(by, () => decide(code))
    return text
  }

  #newCode(): { readonly code: OneTimeCode; readonly text: string } {
    const text = randomBytes(CODE_BYTES).toString('base64url')
    const expires = new Date(this.#options.wall() + CODE_MILLISECONDS).toISOString()
    return { text, code: { digest: codeDigest(text), expires } }
  }

  /** Decided and recorded with nothing in between; what it takes away is gone at once. */
  #act(by: Actor, decide: () => acts.Act): Promise<acts.Act> {
    return this.#serial.do(async () => {
      const act = decide()
      await this.#append(by, act.kind, act.body)
      const id = String(act.body['account'])
      const account = this.#book.get(id)
      if (account === undefined) return act
      if (!isUsable(account)) for (const session of this.#sessions.of(id)) await this.#end(session, 'account')
      return act
    })
  }

  async #append(actor: Actor, kind: string, body: Body, credential?: StoredCredential): Promise<void> {
    this.take(await this.#store(actor, kind, body, credential))
  }

  async #store(actor: Actor, kind: string, body: Body, credential?: StoredCredential) {
    const { seq, time } = await this.#options.store.append({ actor, kind, body }, credential)
    return { actor, kind, body, seq, time }
  }
}

/** In the guard, for everything typed that can be nobody's name. */
const UNNAMEABLE = '?'

function actorOf({ id, name }: Account, via: string): Actor {
  return { id, name, via }
}

function passwordOrNone(typed: string): string | undefined {
  try {
    return passwordOf(typed)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

function codeDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function isCodeOf({ code }: Account, text: string, now: number): boolean {
  if (code === undefined || text.length > 64) return false
  const same = timingSafeEqual(
    Buffer.from(codeDigest(text)),
    Buffer.from(code.digest.padEnd(64).slice(0, 64)),
  )
  return same && now < Date.parse(code.expires)
}
