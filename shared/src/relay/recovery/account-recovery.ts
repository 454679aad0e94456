import { randomBytes } from 'node:crypto'
import { Problem } from '../../api/index.ts'
import type { Actor } from '../../trail/index.ts'
import { foldedUserId } from '../accounts/user-id.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import { newCode } from '../one-time-code.ts'
import type { PeopleCore } from '../people-core.ts'
import { reasonOf } from '../reason.ts'
import { openRecoveryFile, RecoveryError } from '../recovery-file.ts'
import { sha256Hex } from '../sha256-hex.ts'
import type { SignIn } from '../sign-in.ts'
import { type RecoveryAsked, recover, requireRecoverable, requireSecond } from './recovery-acts.ts'

/** How long what was begun waits for the passphrase and the password. */
export const TICKET_MILLISECONDS = 10 * 60_000
/** Whoever has a ticket has it from the console: strangers at the port do not keep them waiting. */
const CONSOLE = 'console'
const TICKETS_MAX = 10
const TICKET_BYTES = 32

/** What is typed, and the file it is typed for. None of it is kept. */
export interface RecoveryProof {
  readonly ticket: string
  readonly recoveryFile: string
  readonly passphrase: string
  /** Of the second person; empty where there is none. */
  readonly password: string
}

export interface RecoveryResult {
  /** By which the administrator sets a password; null where the recovery is only announced. */
  readonly code: string | null
  /** From when an announced recovery can be carried out, ISO 8601. */
  readonly notBefore: string | null
}

interface Begun extends RecoveryAsked {
  readonly actor: Actor
  /** Monotonic milliseconds. */
  readonly until: number
}

/**
 * How an administrator who lost their password gets back in where no other can let them in: somebody who may use the
 * relay's own account begins it, and the operating system says who; the recovery file that counts, with its passphrase;
 * and the password of a second person. Each of the three is looked at here, by the relay, and none of them is written
 * to a disk. One wrong part, and nothing is done.
 */
export class AccountRecovery {
  readonly #core: PeopleCore
  readonly #signIn: SignIn
  /** By their digests. */
  readonly #begun = new Map<string, Begun>()
  /** Files are tried one after the other, so that no two slip through before either is counted. */
  readonly #trying = new OneAtATime()

  constructor(core: PeopleCore, signIn: SignIn) {
    this.#core = core
    this.#signIn = signIn
  }

  /** The ticket is good once, for ten minutes, and opens nothing alone. Throws `Problem`. */
  begin(actor: Actor, asked: RecoveryAsked): string {
    const { book, options } = this.#core
    const id = foldedUserId(asked.id) ?? ''
    const second = asked.second === undefined ? undefined : (foldedUserId(asked.second) ?? '')
    requireRecoverable(book, id)
    requireSecond(book, id, second)
    const reason = reasonOf(asked.reason)
    this.#requireTurn(id)
    const now = options.now()
    for (const [digest, { until }] of this.#begun) if (now >= until) this.#begun.delete(digest)
    const [oldest] = this.#begun.keys()
    if (this.#begun.size >= TICKETS_MAX && oldest !== undefined) this.#begun.delete(oldest)
    const ticket = randomBytes(TICKET_BYTES).toString('base64url')
    const begun = { id, second, reason, by: asked.by, actor, until: now + TICKET_MILLISECONDS }
    this.#begun.set(sha256Hex(ticket), begun)
    return ticket
  }

  /** Throws `Problem`: `recovery-over`, `recovery-refused`, `sign-in-refused`, `throttled`, `busy`, and as `begin` does. */
  async finish(
    { ticket, recoveryFile, passphrase, password }: RecoveryProof,
    device: string,
  ): Promise<RecoveryResult> {
    const begun = this.#take(ticket)
    const from = { device, mark: CONSOLE }
    return this.#trying.do(async () => {
      const file = await this.#opened(begun, recoveryFile, passphrase)
      if (begun.second !== undefined) await this.#signIn.check(begun.second, password, from)
      return this.#carryOut(begun, file)
    })
  }

  #take(ticket: string): Begun {
    const digest = sha256Hex(ticket)
    const begun = this.#begun.get(digest)
    this.#begun.delete(digest)
    if (begun === undefined || this.#core.options.now() >= begun.until) throw new Problem('recovery-over')
    return begun
  }

  /** SHA-256 of the file, which counts and which the passphrase opens. */
  async #opened(begun: Begun, text: string, passphrase: string): Promise<string> {
    const { recoveries, turns, options } = this.#core
    this.#requireTurn(begun.id)
    const bytes = new TextEncoder().encode(text)
    const sha256 = sha256Hex(text)
    const counts = recoveries.fileAt(options.wall()) === sha256
    const opens = counts && (await turns.take(() => isOpenedBy(bytes, passphrase), begun.id))
    if (opens) return sha256
    await this.#refused(begun, counts ? 'passphrase' : 'file', sha256)
    throw new Problem('recovery-refused')
  }

  #carryOut({ actor, ...asked }: Begun, recoveryFile: string): Promise<RecoveryResult> {
    const { serial, book, recoveries, options } = this.#core
    const { text, code } = newCode(options.wall())
    return serial.do(async () => {
      const act = recover(book, recoveries, asked, { recoveryFile, code, now: options.wall() })
      await this.#core.append(actor, act.kind, act.body)
      if (act.kind !== 'account.recovered') {
        const from = recoveries.restsUntil(asked.id, options.wall()) ?? options.wall()
        return { code: null, notBefore: new Date(from).toISOString() }
      }
      await this.#core.endAllOf(asked.id, 'account')
      await this.#core.revokeKeysOf(asked.id, 'the account was recovered')
      return { code: text, notBefore: null }
    })
  }

  async #refused({ id, second, by }: Begun, what: 'file' | 'passphrase', sha256: string): Promise<void> {
    const { recoveries, serial, options } = this.#core
    // Counted before it is recorded: while a disk is full, guessing is no cheaper.
    recoveries.refused(options.wall())
    const body = { account: id, second: second ?? null, what, recoveryFile: sha256, by }
    await serial.do(
      async () => void (await this.#core.store(options.relay, 'account.recovery-refused', body)),
    )
  }

  #requireTurn(account: string): void {
    const { recoveries, sums, options } = this.#core
    const retryAfterSeconds = recoveries.waitSeconds(options.wall())
    if (retryAfterSeconds === 0) return
    sums.add('account.recovery-refused', { account, what: 'throttled' }, options.wall())
    throw new Problem('throttled', { retryAfterSeconds })
  }
}

async function isOpenedBy(bytes: Uint8Array, passphrase: string): Promise<boolean> {
  try {
    const { secrets } = await openRecoveryFile(bytes, passphrase)
    for (const secret of Object.values(secrets)) secret.fill(0)
    return true
  } catch (error) {
    if (error instanceof RecoveryError) return false
    throw error
  }
}
