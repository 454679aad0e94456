import { randomBytes } from 'node:crypto'
import { type PasswordChange, type PasswordFault, Problem } from '../api/index.ts'
import { type Account, isUsable } from './accounts/account.ts'
import { foldedUserId } from './accounts/user-id.ts'
import { passwordEnd, WARNED_MILLISECONDS } from './passwords/password-age.ts'
import { passwordChangeFor } from './passwords/password-change.ts'
import { credentialDigest, hashPassword, isOutdated, isPassword } from './passwords/password-hash.ts'
import { passwordFaultOf, passwordOf } from './passwords/password-rules.ts'
import type { PeopleCore } from './people-core.ts'
import { newMarkId, type Whence } from './sessions/device-mark.ts'
import type { GuardAnswer } from './sessions/sign-in-guard.ts'
import type { SignInNotice } from './sessions/sign-in-history.ts'
import { Throttled } from './sessions/throttled.ts'

export interface SignedIn {
  /** Given out once, here. */
  readonly token: string
  /** By which this browser is known the next time: see `DeviceMarks`. */
  readonly mark: string
  readonly account: Account
  /** True if another password has to be set before anything else. */
  readonly mustChange: boolean
  /** Then, why. */
  readonly passwordChange?: PasswordChange | undefined
  readonly notice: SignInNotice
  /** When the password is over, ISO 8601, if that is soon; undefined if it is not, or never. */
  readonly passwordEndsSoon?: string | undefined
}

/** In the guard, for everything typed that can be nobody's name. */
const UNNAMEABLE = '?'

type Let = Extract<GuardAnswer, { readonly may: true }>

/** What was typed in the field for the user id, and whose it is. */
export interface Named {
  readonly name: string
  readonly account: Account | undefined
}

/**
 * Who somebody is, by user id and password. Whatever is wrong, the answer and the work are the same, also for a name
 * that nobody has (ASVS 6.3.8); every try is counted and recorded. `device` is how the relay knows where it is asked
 * from: nothing in it comes from the request.
 */
export class SignIn {
  readonly #core: PeopleCore
  /** The work of a wrong password for a name that nobody has. */
  readonly #nobody: Promise<string>
  readonly #throttled = new Throttled()
  /** By account: the hash that is in place of the one that counts, and is recorded. */
  readonly #forged = new Map<string, string>()

  constructor(core: PeopleCore) {
    this.#core = core
    const { pepper, cost } = core.options
    this.#nobody = hashPassword(randomBytes(16).toString('hex'), pepper, cost)
  }

  /** `given`: the mark that is shown, or whatever is shown for one. */
  async signIn(name: string, typed: string, device: string, given?: string): Promise<SignedIn> {
    const { serial, history, marks, options } = this.#core
    const mark = this.#markOf(name, given)
    const account = await this.check(name, typed, { device, mark })
    const passwordChange = this.#ageOf(account) ?? (await this.faultOf(account, typed))
    return serial.do(async () => {
      this.#requireStill(account)
      const notice = history.of(account.id)
      const id = mark ?? newMarkId()
      const token = await this.#core.open(account, {
        device,
        mark: id,
        isKnown: mark !== undefined,
        passwordChange,
      })
      return {
        token,
        mark: marks.make(account.id, options.wall(), id),
        account,
        mustChange: passwordChange !== undefined,
        passwordChange,
        notice,
        passwordEndsSoon: this.#endsSoon(account),
      }
    })
  }

  /**
   * Whether a name and a password are somebody's, who may sign in now. Used by everything that asks for a password
   * again. Throws `Problem`: `sign-in-refused`, `throttled`, `busy`.
   */
  async check(typedName: string, typed: string, from: Whence): Promise<Account> {
    const { book, guard, turns, options } = this.#core
    const { named, answer } = this.ask(typedName, from)
    const password = passwordOrNone(typed)
    const known = from.mark === undefined ? undefined : named.name
    // Until it is known what becomes of it, it counts as a try: many at once are no more guesses than one by one.
    const { stored, phc, matches } = await guard.trying(named.name, from, async () => {
      const stored = await this.#storedOf(named.account)
      const phc = stored ?? (await this.#nobody)
      return {
        stored,
        phc,
        matches: await turns.take(() => isPassword(phc, password ?? '', options.pepper), known),
      }
    })
    // Rights are looked up again: hashing took its time, and an administrator may have used it.
    const now = named.account && book.get(named.account.id)
    const isOwn = stored !== undefined && now?.credential?.digest === credentialDigest(stored)
    if (!matches || password === undefined || now === undefined || !isOwn || !isUsable(now)) {
      await this.refused(named, from, 'password')
      throw answer.strainedSeconds === undefined ? new Problem('sign-in-refused') : waitOn(answer)
    }
    // The password was right, so it is nobody's guess, and counted as none; on a device under strain it has to wait.
    if (answer.strainedSeconds !== undefined && !guard.isKnown(now.id, from.device, options.wall())) {
      this.#throttled.add(null, from.device)
      throw waitOn(answer)
    }
    guard.succeeded(named.name, from, answer)
    if (isOutdated(phc, options.cost)) await this.#rehash(now, password)
    return now
  }

  /** Whether anything may be tried under this name from there, now. Throws `Problem` `throttled`. */
  ask(typedName: string, from: Whence): { readonly named: Named; readonly answer: Let } {
    const { guard, options } = this.#core
    const named = this.named(typedName)
    const answer = guard.ask(named.name, from, options.wall())
    if (answer.may) return { named, answer }
    // Who waits for what others got wrong on that device is not named as if it had been them.
    const account = answer.why === 'device' ? null : (named.account?.id ?? null)
    this.#throttled.add(account, from.device)
    // The same for every name: whether it is an account's, and one that is locked, is not told.
    const { retryAfterSeconds } = answer
    throw new Problem('throttled', { retryAfterSeconds, detail: 'after-wrong-passwords' })
  }

  /** Whose name it is, without asking whether anything may be tried. */
  named(typedName: string): Named {
    const folded = foldedUserId(typedName)
    const account = folded === undefined ? undefined : this.#core.book.get(folded)
    return { name: folded ?? UNNAMEABLE, account }
  }

  /** Counts and records a try that failed, and locks the account if it was one too many. */
  async refused(
    { name, account }: Named,
    { device, mark }: Whence,
    what: 'password' | 'code' | 'external',
  ): Promise<void> {
    const { serial, guard, book, options } = this.#core
    const { relay, wall } = options
    // Counted before it is recorded, and before its turn to be: while a disk is full, guessing is no cheaper, and a
    // thousand at once are no more than the guard lets by.
    guard.failed(account?.id, { device, mark }, wall(), name)
    const failures = guard.inARow(name, { device, mark })
    await serial.do(async () => {
      // A name that nobody has may be a password typed in the wrong field: it is not written down.
      const known = mark === undefined ? {} : { mark }
      const body = { account: account?.id ?? null, device, ...known, what, failures }
      this.#core.history.take(await this.#core.store(relay, 'session.refused', body))
      if (account === undefined) return
      const now = book.get(account.id)
      if (now === undefined || now.locked !== undefined || !guard.isToBeLocked(now.id, wall())) return
      const ofAll = guard.failuresOf(now.id, wall())
      await this.#core.append(relay, 'account.locked', { account: now.id, failures: ofAll })
      await this.#core.endAllOf(now.id, 'account')
    })
  }

  /** Records how often somebody was told to wait. To be called about once a minute. */
  sumUp(): Promise<void> {
    return this.#core.recordEach(
      this.#throttled.takeAll(),
      (one) => ({ kind: 'session.throttled', body: { ...one } }),
      (one) => this.#throttled.putBack(one),
    )
  }

  /** Id of the mark, if it is one of this name. */
  #markOf(typedName: string, given: string | undefined): string | undefined {
    if (given === undefined) return undefined
    const mark = this.#core.marks.read(given, this.#core.options.wall())
    return mark?.name === foldedUserId(typedName) ? mark?.id : undefined
  }

  /** The hash that counts. One in the database that the trail does not name was put there by somebody else. */
  async #storedOf(account: Account | undefined): Promise<string | undefined> {
    if (account?.credential === undefined) return undefined
    const { id, credential } = account
    const phc = await this.#core.options.store.credential(id)
    const found = phc === undefined ? null : credentialDigest(phc)
    if (found === credential.digest) {
      this.#forged.delete(id)
      return phc
    }
    await this.#recordForged(id, credential.digest, found)
    return undefined
  }

  /** Once for what was found, however often it is tried: whoever tries must not fill a trail. */
  async #recordForged(account: string, credential: string, found: string | null): Promise<void> {
    const said = `${credential} ${found}`
    await this.#core.serial.do(async () => {
      if (this.#forged.get(account) === said) return
      await this.#core.store(this.#core.options.relay, 'credential.forged', { account, credential, found })
      this.#forged.set(account, said)
    })
  }

  /** Where the site has said how old one may become, and it is older. */
  #ageOf(account: Account): PasswordChange | undefined {
    const { rules, options } = this.#core
    const isOver = options.wall() >= (passwordEnd(account, rules.passwords) ?? Number.POSITIVE_INFINITY)
    return isOver ? this.#changeOf(account, 'password-old') : undefined
  }

  #changeOf({ id, credential }: Account, because: PasswordFault): PasswordChange {
    if (credential === undefined) throw new Error(`${id} has signed in with no password`)
    return passwordChangeFor(because, credential, this.#core.rules.passwords, this.#core.passwordRulesSince)
  }

  #endsSoon(account: Account): string | undefined {
    const { rules, options } = this.#core
    const end = passwordEnd(account, rules.passwords)
    const isSoon = end !== undefined && options.wall() >= end - WARNED_MILLISECONDS
    return isSoon ? new Date(end).toISOString() : undefined
  }

  /**
   * What is wrong with a password that has just been found to be this account's; undefined if nothing is. One that was
   * good once may be on the list by now (21 CFR 11.300(b)).
   */
  async faultOf(account: Account, typed: string): Promise<PasswordChange | undefined> {
    const { words, isCommon } = this.#core.options
    const fault = passwordFaultOf(passwordOf(typed), {
      rules: this.#core.rules.passwords,
      isCommon: await isCommon(),
      words: [account.id, account.name, ...words()],
    })
    return fault === undefined ? undefined : this.#changeOf(account, fault)
  }

  #requireStill({ id, credential }: Account): void {
    const now = this.#core.book.get(id)
    if (now === undefined || !isUsable(now) || now.credential?.epoch !== credential?.epoch)
      throw new Problem('sign-in-refused')
  }

  async #rehash({ id, credential: hashed }: Account, password: string): Promise<void> {
    const { turns, serial, book, options } = this.#core
    const phc = await turns.take(() => hashPassword(password, options.pepper, options.cost), id)
    await serial.do(async () => {
      const credential = book.get(id)?.credential
      // Another password has been set meanwhile: this hash is of the one before.
      if (credential === undefined || credential.digest !== hashed?.digest) return
      const body = { account: id, credential: credentialDigest(phc), epoch: credential.epoch }
      await this.#core.append(options.relay, 'account.password-rehashed', body, { account: id, phc })
    })
  }
}

function waitOn({ strainedSeconds }: Let): Problem {
  return new Problem('throttled', { retryAfterSeconds: strainedSeconds ?? 1 })
}

function passwordOrNone(typed: string): string | undefined {
  try {
    return passwordOf(typed)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}
