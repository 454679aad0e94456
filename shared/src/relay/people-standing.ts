import { type Account, isUsable } from './accounts/account.ts'
import { isInForce } from './feed/feed-token-book.ts'
import type { PeopleMemory } from './people-memory.ts'
import type { SigningKey } from './signing/signing-book.ts'

/** So long before it is due somebody is told that the accounts are to be looked at. */
export const REVIEW_SOON_MILLISECONDS = 30 * 86_400_000
/** So long before it expires somebody is told of a feed token. */
export const FEED_TOKEN_SOON_MILLISECONDS = 14 * 86_400_000
/** So long it is said that a receiver has gone for good, unless records are sent to another since. */
export const GONE_SAID_MILLISECONDS = 30 * 86_400_000

/** What waits for somebody among people and what they signed: numbers and times, and nobody's name. */
export interface PeopleStanding {
  readonly accounts: number
  /** Of administrators: who can sign in, or can come in by a code that is still good. */
  readonly administrators: number
  /** Open but for too many wrong passwords. */
  readonly locked: number
  /** Devices with too many wrong passwords of whatever names: whoever never signed in there waits. */
  readonly devicesWaiting: number
  /** Nobody has come in with the one-time code they were given: it is good, or it is over. */
  readonly codesGood: number
  readonly codesOver: number
  /** Rights to sign, and forgotten passwords, that one administrator asked for and a second has to allow. */
  readonly signersProposed: number
  readonly resetsProposed: number
  /** Signatures that somebody of quality decides about, and since when the oldest waits; null if none does. */
  readonly held: number
  readonly heldSince: string | null
  /** When the accounts are to be looked at; null while there are none. */
  readonly reviewDue: string | null
  readonly review: 'due-later' | 'due-soon' | 'overdue'
  /** Keys in force of whoever may not sign in any more: with a lease that still runs, and without. */
  readonly keysLeft: number
  readonly keysAtRest: number
  readonly feedTokensOver: number
  readonly feedTokensSoon: number
  /** Subscriptions that a receiver ended, for which there is no later one. */
  readonly receiversGone: number
  /** Recovery files that were written, and count only in some days: no administrator has confirmed them. */
  readonly recoveryFilesWaiting: number
  /** Recoveries that one person alone has announced. */
  readonly recoveriesAnnounced: number
  /** When an administrator was let in last; null where nobody was of late, or the accounts were reviewed since. */
  readonly recovered: string | null
}

/** Pure. `now`: wall clock, milliseconds. */
export function peopleStanding(memory: PeopleMemory, now: number): PeopleStanding {
  const { book, signing, reviews, feeds, recoveries } = memory
  const accounts = book.all()
  const count = (is: (account: Account) => boolean) => accounts.filter(is).length
  const held = signing.held()
  const { due } = reviews
  const recovered = recoveries.recovered(now)
  const left = signing.keys().filter((key) => key.revoked === undefined && isOver(book.get(key.user)))
  const tokens = feeds.all().filter(({ revoked }) => revoked === undefined)
  return {
    accounts: accounts.length,
    administrators: count(
      (one) => one.roles.includes('administrator') && (isUsable(one) || codeOf(one, now) === 'good'),
    ),
    locked: count(({ state, locked }) => locked !== undefined && (state === 'active' || state === 'invited')),
    devicesWaiting: memory.guard.strained(now).length,
    codesGood: count((one) => codeOf(one, now) === 'good'),
    codesOver: count((one) => codeOf(one, now) === 'over'),
    signersProposed: count(({ state, signer }) => state !== 'retired' && signer.state === 'proposed'),
    resetsProposed: count(({ resetProposed }) => resetProposed !== undefined),
    held: held.length,
    heldSince: held[0]?.time ?? null,
    reviewDue: due === undefined ? null : new Date(due).toISOString(),
    review: reviews.isOverdue(now)
      ? 'overdue'
      : reviews.isOverdue(now + REVIEW_SOON_MILLISECONDS)
        ? 'due-soon'
        : 'due-later',
    keysLeft: left.filter((key) => isLeased(key, now)).length,
    keysAtRest: left.filter((key) => !isLeased(key, now)).length,
    feedTokensOver: tokens.filter((one) => !isInForce(one, now)).length,
    feedTokensSoon: tokens.filter(
      (one) => isInForce(one, now) && !isInForce(one, now + FEED_TOKEN_SOON_MILLISECONDS),
    ).length,
    receiversGone: receiversGone(memory, now),
    recoveryFilesWaiting: recoveries.waiting(now).length,
    recoveriesAnnounced: recoveries.announcedFor(now).length,
    recovered: recovered === undefined ? null : new Date(recovered).toISOString(),
  }
}

/** What waits for somebody of a certain account: of an administrator's who cannot sign in, and so on. */
export type Waits =
  | 'no-administrator'
  | 'recovery-announced'
  | 'account-locked'
  | 'code-good'
  | 'code-over'
  | 'signer-proposed'
  | 'reset-proposed'
  | 'key-left'
  | 'key-at-rest'

/**
 * Whose accounts those are that `peopleStanding` counts, or which device, as PERSON/DEVICE: for whoever may look into the
 * data folder, and for nobody else. Pure. `now`: wall clock, milliseconds.
 */
export function peopleConcerned(
  { book, signing, recoveries }: Pick<PeopleMemory, 'book' | 'signing' | 'recoveries'>,
  now: number,
): { readonly [W in Waits]: readonly string[] } {
  const who = (is: (account: Account) => boolean) =>
    book.all().flatMap((one) => (one.state !== 'retired' && is(one) ? [one.id] : []))
  const left = signing.keys().filter((key) => key.revoked === undefined && isOver(book.get(key.user)))
  const devices = (keys: readonly SigningKey[]) => keys.map(({ user, device }) => `${user}/${device}`)
  return {
    'no-administrator': who(({ roles }) => roles.includes('administrator')),
    'recovery-announced': recoveries.announcedFor(now),
    'account-locked': who(({ state, locked }) => locked !== undefined && state !== 'disabled'),
    'code-good': who((one) => codeOf(one, now) === 'good'),
    'code-over': who((one) => codeOf(one, now) === 'over'),
    'signer-proposed': who(({ signer }) => signer.state === 'proposed'),
    'reset-proposed': who(({ resetProposed }) => resetProposed !== undefined),
    'key-left': devices(left.filter((key) => isLeased(key, now))),
    'key-at-rest': devices(left.filter((key) => !isLeased(key, now))),
  }
}

/** Who signs in by the site's provider needs no code. */
function codeOf({ state, code, external, locked }: Account, now: number): 'good' | 'over' | 'none' {
  if (state !== 'invited' || external !== undefined || locked !== undefined) return 'none'
  return code !== undefined && now < Date.parse(code.expires) ? 'good' : 'over'
}

function isOver(account: Account | undefined): boolean {
  return account?.state === 'disabled' || account?.state === 'retired'
}

function isLeased({ lease }: SigningKey, now: number): boolean {
  return lease !== undefined && now < Date.parse(lease.notAfter)
}

function receiversGone({ subscriptions }: PeopleMemory, now: number): number {
  const all = subscriptions.all()
  return all.filter(
    ({ ended }) =>
      ended?.isGone === true &&
      now < Date.parse(ended.time) + GONE_SAID_MILLISECONDS &&
      !all.some(({ said, ended: over }) => over === undefined && said > ended.seq),
  ).length
}
