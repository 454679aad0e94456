import type { Lease } from '@compliance-relay/shared/api'
import type { Meaning } from '@compliance-relay/shared/trail'
import { isSetBack, type KnownClock } from './clock-check.ts'
import type { Enrolment } from './enrolment.ts'
import { isLeaseOver, signaturesLeft } from './lease-terms.ts'
import { isUsedUp } from './lock-out.ts'

/** Why this device signs nothing now: each with what it means and what to do next. */
const faults = {
  'not-enrolled': 'This person has no key on this device. Enrol it first, with a network.',
  erased: 'The key was erased after ten wrong passwords. Enrol this device again, with a network.',
  waits: 'There were too many wrong passwords.',
  'password-old':
    'The password of this account was changed since. Enrol this device again, with the password of now.',
  'other-trail': 'The relay writes to another trail than this key was enrolled in. Enrol this device again.',
  'lease-over': 'The time in which this device may sign without its relay is over. Connect to it once.',
  'lease-used': 'This device has signed as often as it may without its relay. Connect to it once.',
  meaning: 'The roles of this person do not allow this meaning.',
  'clock-back':
    'The clock of this device was set back. Set it right, or connect to the relay, and sign then.',
} as const

export type SigningFault = keyof typeof faults

export function sentenceOfFault(fault: SigningFault): string {
  return faults[fault]
}

export interface ToJudge {
  readonly enrolment: Enrolment | undefined
  /** Of the enrolment, its signature checked; undefined where there is none that holds. */
  readonly lease: Lease | undefined
  readonly clock: KnownClock
  readonly now: number
  /** Origin of the trail that is signed in. */
  readonly trail: string
  readonly meaning: Meaning
}

/** Whether it may be signed now, before any password is looked at (SYNC-AND-SIGNING.md 2.4). Pure. */
export function signingFault({
  enrolment,
  lease,
  clock,
  now,
  trail,
  meaning,
}: ToJudge): SigningFault | undefined {
  if (enrolment === undefined || lease === undefined) return 'not-enrolled'
  if (enrolment.wrapped === null || isUsedUp(enrolment.attempts)) return 'erased'
  if (enrolment.isPasswordOld) return 'password-old'
  if (enrolment.trail !== trail) return 'other-trail'
  if (isSetBack(clock, now)) return 'clock-back'
  if (isLeaseOver(lease, now)) return 'lease-over'
  if (signaturesLeft(lease, enrolment.count) === 0) return 'lease-used'
  if (!lease.meanings.includes(meaning)) return 'meaning'
  return now < enrolment.lockedUntil ? 'waits' : undefined
}
