import { Problem } from '../api/index.ts'
import { type Account, isUsable } from './accounts/account.ts'
import { isCodeOf } from './one-time-code.ts'
import { credentialDigest, hashPassword, isPassword } from './passwords/password-hash.ts'
import { passwordOf, requireGoodPassword } from './passwords/password-rules.ts'
import { actorOf, type PeopleCore } from './people-core.ts'
import type { Whence } from './sessions/device-mark.ts'
import type { SignIn } from './sign-in.ts'

/** How people set their own passwords. Nobody sets another's: an administrator gives a code, never a password. */
export class OwnPassword {
  readonly #core: PeopleCore
  readonly #signIn: SignIn

  constructor(core: PeopleCore, signIn: SignIn) {
    this.#core = core
    this.#signIn = signIn
  }

  /** By a one-time code, which is used up by it. A password that is no good leaves the code as it is. */
  async byCode(name: string, code: string, typed: string, device: string): Promise<void> {
    const { wall } = this.#core.options
    const named = this.#signIn.named(name)
    const { account } = named
    // Nobody comes to the right one by guessing, so it does not wait for what others got wrong.
    if (account === undefined || !isCodeOf(account, code, wall())) {
      const { strainedSeconds } = this.#signIn.ask(name, { device }).answer
      await this.#signIn.refused(named, { device }, 'code')
      throw strainedSeconds === undefined
        ? new Problem('code-refused')
        : new Problem('throttled', { retryAfterSeconds: strainedSeconds })
    }
    const password = await this.#goodPassword(account, typed)
    if (await this.#isFormer(account, password)) throw new Problem('password-similar')
    await this.#set(account, password, 'code', (now) => isCodeOf(now, code, wall()), 'code-refused')
  }

  /** By whoever knows the one before. Sessions opened with that one end. */
  async change(id: string, former: string, typed: string, from: Whence): Promise<void> {
    const account = await this.#signIn.check(id, former, from)
    const password = await this.#goodPassword(account, typed, former)
    const epoch = account.credential?.epoch
    const isStillOwn = (now: Account) => isUsable(now) && now.credential?.epoch === epoch
    await this.#set(account, password, 'change', isStillOwn, 'unauthenticated')
  }

  /**
   * Whether it is the one that was in force until a reset: whoever asked for that may have lost it to somebody. Of one that is
   * only similar nobody can tell, for the one before is not typed.
   */
  async #isFormer({ id, credential, formerCredential }: Account, password: string): Promise<boolean> {
    const { turns, options } = this.#core
    const phc = await options.store.credential(id)
    const digest = credential?.digest ?? formerCredential
    if (phc === undefined || digest === undefined || credentialDigest(phc) !== digest) return false
    return turns.take(() => isPassword(phc, password, options.pepper), id)
  }

  async #goodPassword({ id, name }: Account, typed: string, former?: string): Promise<string> {
    const { words, isCommon } = this.#core.options
    const password = passwordOf(typed)
    requireGoodPassword(password, {
      rules: this.#core.rules.passwords,
      isCommon: await isCommon(),
      words: [id, name, ...words()],
      ...(former === undefined ? {} : { former: passwordOf(former) }),
    })
    return password
  }

  async #set(
    { id }: Account,
    password: string,
    how: 'code' | 'change',
    stillMay: (now: Account) => boolean,
    otherwise: 'code-refused' | 'unauthenticated',
  ): Promise<void> {
    const { turns, serial, book, options } = this.#core
    const phc = await turns.take(() => hashPassword(password, options.pepper, options.cost), id)
    await serial.do(async () => {
      const now = book.get(id)
      if (now === undefined || !stillMay(now)) throw new Problem(otherwise)
      const body = { account: id, how, credential: credentialDigest(phc), epoch: now.passwords + 1 }
      const actor = actorOf(now, how === 'code' ? 'one-time-code' : 'password')
      await this.#core.append(actor, 'account.password-set', body, { account: id, phc })
      await this.#core.endAllOf(id, 'password')
    })
  }
}
