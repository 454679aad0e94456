import { mayDo, Problem, requireAllowed } from '../../api/index.ts'
import type { Actor, Body } from '../../trail/index.ts'
import { type Account, isUsable } from '../accounts/account.ts'
import type { Act } from '../accounts/account-acts.ts'
import { actorOf, type PeopleCore } from '../people-core.ts'
import { reasonOf } from '../reason.ts'
import type { RecoveryBook, WrittenFile } from './recovery-book.ts'

/** What an administrator is shown, and names one of by its digest. */
export interface RecoveryFilesOnRecord {
  /** SHA-256 of the one that counts now; undefined if there is none. */
  readonly counts: string | undefined
  readonly waiting: readonly WrittenFile[]
}

/**
 * The recovery files that are said to have been written. Which of them counts is known from the records; an
 * administrator can say of a new one that it is theirs, so that the one before opens nothing for another three days.
 */
export class RecoveryFiles {
  readonly #core: PeopleCore

  constructor(core: PeopleCore) {
    this.#core = core
  }

  onRecord(): RecoveryFilesOnRecord {
    const { recoveries, options } = this.#core
    const now = options.wall()
    return { counts: recoveries.fileAt(now), waiting: recoveries.waiting(now) }
  }

  /** Whether it waits, and there is an administrator who can say that it is theirs. */
  canBeConfirmed(digest: string): boolean {
    const waits = this.onRecord().waiting.some(({ sha256 }) => sha256 === digest)
    return waits && this.#core.book.all().some((one) => isUsable(one) && mayDo(one.roles, 'recovery.confirm'))
  }

  /** Records that one was written, and knows of it from then on. Gives the place of the record. */
  written(actor: Actor, body: Body): Promise<number> {
    return this.#core.serial.do(async () => {
      const record = await this.#core.store(actor, 'recovery.written', body)
      this.#core.take(record)
      return record.seq
    })
  }

  /**
   * From now on this file counts, and none before it. They have just given their password. Throws `Problem`:
   * `recovery-file-unknown`, `nothing-changed` for the one that counts already, `reason-missing`, `forbidden`.
   */
  confirm({ account: { id } }: { readonly account: Account }, digest: string, reason: string): Promise<void> {
    const { serial, book, recoveries, options } = this.#core
    return serial.do(async () => {
      const now = book.get(id)
      if (now === undefined) throw new Problem('unauthenticated')
      const { kind, body } = confirmFile(recoveries, now, { digest, reason }, options.wall())
      await this.#core.append(actorOf(now, 'password'), kind, body)
    })
  }
}

/** Pure, as all acts on accounts are: see `accounts/account-acts`. */
export function confirmFile(
  recoveries: RecoveryBook,
  by: Account,
  { digest, reason }: { readonly digest: string; readonly reason: string },
  now: number,
): Act {
  if (!isUsable(by)) throw new Problem('unauthenticated')
  requireAllowed(by.roles, 'recovery.confirm')
  const file = recoveries.waiting(now).findLast(({ sha256 }) => sha256 === digest)
  if (file === undefined) {
    if (recoveries.fileAt(now) === digest)
      throw new Problem('nothing-changed', { detail: 'recovery-file-counts' })
    const isFormer = recoveries.isFormer(digest, now)
    throw new Problem('recovery-file-unknown', isFormer ? { detail: 'recovery-file-former' } : {})
  }
  return {
    kind: 'recovery.confirmed',
    body: { sha256: file.sha256, how: file.how, reason: reasonOf(reason) },
  }
}
