import { Problem } from '../../api/index.ts'
import type { Body } from '../../trail/index.ts'
import { type Account, isUsable, type OneTimeCode } from '../accounts/account.ts'
import type { Act } from '../accounts/account-acts.ts'
import type { AccountBook } from '../accounts/account-book.ts'
import type { RecoveryBook } from './recovery-book.ts'

/*
 * The way back in where no administrator can sign in any more (SECURITY.md, section 2.4, point 6). Pure, as all acts on
 * accounts are: see `accounts/account-acts`.
 */

/** What is to be recovered, with all that was asked for it checked. */
export interface RecoveryAsked {
  /** User id. */
  readonly id: string
  /** User id of the second person, who has given their password; undefined where nobody else can sign in. */
  readonly second: string | undefined
  readonly reason: string
  /** What the operating system says of who asked. */
  readonly by: Body
}

const ALONE = 'recovered by one person: nobody else here can sign in'

/**
 * The administrator to be let in. Throws `Problem`: `account-unknown`, `account-state` for whoever is none, or was
 * disabled or retired, for that an administrator decided; `recovery-not-needed` while another one can sign in.
 */
export function requireRecoverable(book: AccountBook, id: string): Account {
  const account = book.get(id)
  if (account === undefined) throw new Problem('account-unknown')
  const { state, roles } = account
  if (!roles.includes('administrator')) throw new Problem('account-state', { detail: 'is-no-administrator' })
  if (state === 'disabled' || state === 'retired')
    throw new Problem('account-state', { detail: state === 'retired' ? 'is-retired' : 'is-disabled-already' })
  const others = othersOf(book, id)
  if (others.some((one) => one.roles.includes('administrator'))) throw new Problem('recovery-not-needed')
  return account
}

/**
 * The second person has to be of QA, where somebody there can sign in, and else anybody who can. Nobody only where
 * there is nobody: that somebody is not in today is no reason. Throws `Problem` `recovery-second`.
 */
export function requireSecond(book: AccountBook, id: string, second: string | undefined): void {
  const others = othersOf(book, id)
  const fromQa = others.filter(({ roles }) => roles.includes('qa'))
  const able = fromQa.length > 0 ? fromQa : others
  const isRight = second === undefined ? able.length === 0 : able.some((one) => one.id === second)
  if (!isRight) throw new Problem('recovery-second')
}

/** Lets an administrator in, or announces it where nobody else can stand by: then it takes three days. */
export function recover(
  book: AccountBook,
  recoveries: RecoveryBook,
  { id, second, reason, by }: RecoveryAsked,
  {
    recoveryFile,
    code,
    now,
  }: { readonly recoveryFile: string; readonly code: OneTimeCode; readonly now: number },
): Act {
  const { id: account } = requireRecoverable(book, id)
  requireSecond(book, id, second)
  const announced = recoveries.announced(account, now)
  const body = { account, second: second ?? null, recoveryFile, reason, by }
  if (second === undefined && announced === undefined) {
    if (recoveries.restsUntil(account, now) !== undefined) throw new Problem('recovery-rests')
    return { kind: 'account.recovery-announced', body }
  }
  const alone = second === undefined ? { incident: ALONE, announced: announced ?? null } : {}
  const { digest, expires } = code
  return { kind: 'account.recovered', body: { ...body, ...alone, code: digest, codeExpires: expires } }
}

/** Everybody else who can sign in. */
function othersOf(book: AccountBook, id: string): readonly Account[] {
  return book.all().filter((one) => one.id !== id && isUsable(one))
}
