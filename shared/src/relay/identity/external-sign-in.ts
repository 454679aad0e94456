import { Problem } from '../../api/index.ts'
import type { Body } from '../../trail/index.ts'
import { type Account, type ExternalSubject, isUsableBy } from '../accounts/account.ts'
import type { PeopleCore } from '../people-core.ts'
import { newMarkId, type Whence } from '../sessions/device-mark.ts'
import type { SignedIn, SignIn } from '../sign-in.ts'
import type { Begun, ProviderAnswer } from './external-identity.ts'
import { PendingSignIns } from './pending-sign-ins.ts'
import { Room, RoomsOfNames } from './room.ts'

/** Begun at once by all strangers together, and after that one in so long: in ten minutes fewer than `PENDING_MAX`. */
export const BEGIN_MAX = 60
export const BEGIN_EVERY_MILLISECONDS = 2_000
/** By each who is known by a mark. */
export const KNOWN_BEGIN_MAX = 5
export const KNOWN_BEGIN_EVERY_MILLISECONDS = 20_000

/** Where the provider sends the page back to, at the address it was begun under. */
export const SIGNED_IN_PATH = '/signed-in'

export interface ExternalAnswer extends ProviderAnswer {
  /** What beginning it gave out. */
  readonly binding: string
}

/**
 * Signing in by the site's identity provider: for accounts that an administrator has linked, and for nobody else. It
 * opens a session and proves nothing more: what asks for a password, asks for that of the relay. Whatever is wrong, the
 * answer is the same.
 */
export class ExternalSignIn {
  readonly #core: PeopleCore
  readonly #signIn: SignIn
  readonly #pending: PendingSignIns
  /** Of those who are known: what strangers begin crowds out none of it. */
  readonly #pendingKnown: PendingSignIns
  readonly #beginning: Room
  readonly #beginningKnown: RoomsOfNames
  /** Of those that name no account, one a minute is a record at once, and the others are one together. */
  #isOneRecorded = false
  #counted = 0
  #device = ''

  constructor(core: PeopleCore, signIn: SignIn) {
    const { now } = core.options
    this.#core = core
    this.#signIn = signIn
    this.#pending = new PendingSignIns(now)
    this.#pendingKnown = new PendingSignIns(now)
    this.#beginning = new Room({ max: BEGIN_MAX, everyMilliseconds: BEGIN_EVERY_MILLISECONDS, now })
    this.#beginningKnown = new RoomsOfNames({
      max: KNOWN_BEGIN_MAX,
      everyMilliseconds: KNOWN_BEGIN_EVERY_MILLISECONDS,
      now,
    })
  }

  /**
   * `origin`: the address the relay is asked under, as the guard has found it to be its own. `given`: the mark that is
   * shown. Throws `Problem`.
   */
  async begin(origin: string, given?: string): Promise<{ readonly url: string; readonly binding: string }> {
    const { identity, wall } = this.#core.options
    const rule = this.#core.rules.identity
    if (identity === undefined || rule === null) throw new Problem('external-unavailable')
    const mark = given === undefined ? undefined : this.#core.marks.read(given, wall())
    requireRoom(mark === undefined ? this.#beginning.take() : this.#beginningKnown.take(mark.name))
    const begun = await identity.begin(rule, origin + SIGNED_IN_PATH)
    if (begun === undefined) throw new Problem('external-unavailable')
    return {
      url: begun.url,
      binding: (mark === undefined ? this.#pending : this.#pendingKnown).add(begun, mark),
    }
  }

  /**
   * Throws `Problem`: `sign-in-refused`, or `throttled`. What was not begun costs a look at a table and takes nobody's
   * place; what was, had one when it was begun, and is finished once.
   */
  async finish({ binding, ...answer }: ExternalAnswer, device: string): Promise<SignedIn> {
    const pending =
      this.#pending.take(answer.state, binding) ?? this.#pendingKnown.take(answer.state, binding)
    const named = pending && (await this.#named(pending.begun, answer))
    if (named === undefined) return this.#refuse(undefined, { device })
    const account = this.#core.book.linkedTo(named)
    if (account === undefined) return this.#refuse(undefined, { device })
    const mark = pending?.mark?.name === account.id ? pending?.mark?.id : undefined
    // Who has to wait, waits: however they sign in.
    this.#signIn.ask(account.id, { device, mark })
    return (await this.#open(account.id, named, { device, mark })) ?? this.#refuse(account, { device, mark })
  }

  /** Records those that were only counted. To be called about once a minute. */
  async sumUp(): Promise<void> {
    const count = this.#counted
    this.#counted = 0
    this.#isOneRecorded = false
    if (count > 0) await this.#recordRefusals(count, { count })
  }

  /** Whom the provider names, if this is the end of what was begun here, for the provider the site has still. */
  async #named(begun: Begun, answer: ProviderAnswer): Promise<ExternalSubject | undefined> {
    const { identity } = this.#core.options
    const rule = this.#core.rules.identity
    if (begun.rule.issuer !== rule?.issuer || begun.rule.clientId !== rule?.clientId) return undefined
    return identity?.finish(begun, answer)
  }

  /** With the account as it is when its turn comes: undefined if it may not. */
  #open(id: string, named: ExternalSubject, { device, mark }: Whence): Promise<SignedIn | undefined> {
    const { serial, book, history, marks, options } = this.#core
    return serial.do(async () => {
      const account = book.get(id)
      if (account === undefined || !isUsableBy(named, account)) return undefined
      // The provider took its time, and the site may have gone to another meanwhile.
      if (this.#core.rules.identity?.issuer !== named.issuer) return undefined
      const notice = history.of(id)
      const known = mark ?? newMarkId()
      const token = await this.#core.open(account, {
        device,
        mark: known,
        isKnown: mark !== undefined,
        external: named,
      })
      // A password that is not used to come in is not over either.
      const given = marks.make(id, options.wall(), known)
      return { token, mark: given, account, mustChange: false, notice }
    })
  }

  /** Of an account it counts as a wrong password does. */
  async #refuse(account: Account | undefined, from: Whence): Promise<never> {
    if (account !== undefined) await this.#signIn.refused({ name: account.id, account }, from, 'external')
    else {
      this.#device = from.device
      if (this.#isOneRecorded) this.#counted++
      else {
        this.#isOneRecorded = true
        await this.#recordRefusals(1)
      }
    }
    throw new Problem('sign-in-refused')
  }

  /** What cannot be recorded now is counted on. */
  async #recordRefusals(count: number, more: Body = {}): Promise<void> {
    const { serial, options } = this.#core
    const body = { account: null, device: this.#device, what: 'external', ...more }
    try {
      await serial.do(() => this.#core.append(options.relay, 'session.refused', body))
    } catch (error) {
      this.#counted += count
      throw error
    }
  }
}

function requireRoom(retryAfterSeconds: number): void {
  if (retryAfterSeconds > 0) throw new Problem('throttled', { retryAfterSeconds })
}
