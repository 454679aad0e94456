import { ARRIVAL_DAYS } from '../../api/index.ts'
import { hex, type Statement } from '../../trail/index.ts'
import { type Account, isEnded } from '../accounts/account.ts'
import type { SigningBook, SigningKey } from './signing-book.ts'

/*
 * Why a statement that is in order otherwise does not count by itself (SYNC-AND-SIGNING.md 2.6, 2.7): it may be honest,
 * and may not be. Pure.
 */

/** Reasons for which a person decides, the gravest first. `count-gap`, which is none of them, waits for what is missing. */
export const holdCodes = [
  'clone',
  'key-revoked',
  'account-disabled-meanwhile',
  'password-changed-meanwhile',
  'right-withdrawn',
  'account-locked',
  'lease-over',
  'count-missing',
  'late',
  'maker-in-doubt',
  'review-overdue',
] as const
export type HoldReason = (typeof holdCodes)[number]
export type HoldCode = HoldReason | 'count-gap'

export interface Judged {
  readonly statement: Statement
  readonly key: SigningKey
  readonly person: Account
  /** When the last record of the head was made, ISO 8601. */
  readonly notBefore: string
  /** Wall clock, milliseconds. */
  readonly now: number
  readonly order: HoldReason | undefined
}

/** All that a person has to weigh, the gravest first; none where it counts. */
export function holdsOf(
  { statement, key, person, notBefore, now, order }: Judged,
  site: { readonly isReviewOverdue: boolean; readonly isInDoubt: boolean },
): readonly HoldReason[] {
  const found = new Set([
    order,
    key.revoked === undefined ? undefined : 'key-revoked',
    leaseFault(statement, key, notBefore, now),
    site.isInDoubt ? 'maker-in-doubt' : undefined,
    reviewFault(site),
    ...rightsMissing(key, person),
    ...rightsRegained(key, person, statement.checkpoint.size),
  ])
  return holdCodes.filter((code) => found.has(code))
}

/** What was taken from the person before they can have signed: it ends the matter. */
export function rightsGone(
  { lease }: SigningKey,
  { state, endedAt, credential }: Account,
  notBefore: string,
): 'account-disabled' | 'password-changed' | undefined {
  if (isEnded({ state })) return (endedAt ?? '') > notBefore ? undefined : 'account-disabled'
  if (credential === undefined || lease === undefined || lease.epoch === credential.epoch) return undefined
  return credential.since > notBefore ? undefined : 'password-changed'
}

/** What they do not have now: whether they signed before or after it was taken stays open. */
function rightsMissing({ lease }: SigningKey, person: Account): readonly HoldReason[] {
  const { credential, locked, signer } = person
  const isOtherPassword =
    credential === undefined || (lease !== undefined && lease.epoch !== credential.epoch)
  return [
    ...(isEnded(person) ? (['account-disabled-meanwhile'] as const) : []),
    ...(isOtherPassword ? (['password-changed-meanwhile'] as const) : []),
    ...(locked !== undefined ? (['account-locked'] as const) : []),
    ...(signer.state === 'granted' ? [] : (['right-withdrawn'] as const)),
  ]
}

/**
 * What they had lost and have again: the head does not show that they have it, so they may have signed while they had
 * not. Told by places in the trail, for clocks are set. A key enrolled later than that signed nothing before.
 */
function rightsRegained(
  { seq, relet }: SigningKey,
  { regained }: Account,
  headSize: number,
): readonly HoldReason[] {
  const isUnseen = (record: number | undefined) => record !== undefined && record >= Math.max(headSize, seq)
  return [
    ...(isUnseen(regained.enabled) ? (['account-disabled-meanwhile'] as const) : []),
    ...(isUnseen(regained.unlocked) ? (['account-locked'] as const) : []),
    ...(isUnseen(regained.granted) ? (['right-withdrawn'] as const) : []),
    ...(isUnseen(relet) ? (['password-changed-meanwhile'] as const) : []),
  ]
}

/** One device tells one story: its n-th signature is one, and follows the one before. */
export function orderFault(
  { count, previous }: Statement,
  key: SigningKey,
  book: SigningBook,
): 'clone' | 'count-missing' | 'late' | undefined {
  if (book.statementAt(key, count) !== undefined) return 'clone'
  const before = count === key.lastCount + 1 ? key.lastStatement : book.statementAt(key, count - 1)
  if (previous !== undefined && before !== undefined && hex(previous) !== before) return 'clone'
  if (count > key.lastCount + 1) return 'count-missing'
  // One that was said to be lost turns up after all: whether it is that one, only who has the device can tell.
  return count <= key.lastCount ? 'late' : undefined
}

/**
 * The head shows only that a signature is no older, and whoever has the key chooses it: so neither what the device says
 * itself, nor when the statement comes, may lie beyond the lease.
 */
function leaseFault(
  { count, lease, at }: Statement,
  { lease: terms }: SigningKey,
  notBefore: string,
  now: number,
): 'lease-over' | undefined {
  if (terms === undefined || (lease !== undefined && lease !== terms.id)) return 'lease-over'
  const ends = Date.parse(terms.notAfter)
  const isMadeWithin = Math.max(Date.parse(notBefore), Date.parse(at)) <= ends
  const hasComeInTime = now <= ends + ARRIVAL_DAYS * 86_400_000
  return isMadeWithin && hasComeInTime && count <= terms.countMax ? undefined : 'lease-over'
}

/** Who may sign is to be looked at first (21 CFR 11.300(b)); what was signed meanwhile is not lost. */
function reviewFault({ isReviewOverdue }: { readonly isReviewOverdue: boolean }): HoldReason | undefined {
  return isReviewOverdue ? 'review-overdue' : undefined
}
