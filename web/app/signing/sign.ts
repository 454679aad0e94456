import { printStatement, utf8 } from '@compliance-relay/shared/trail'
import type { Enrolment } from '../outbox/enrolment.ts'
import { leaseIn } from '../outbox/lease-terms.ts'
import { ATTEMPTS_MAX } from '../outbox/lock-out.ts'
import { type SigningFault, sentenceOfFault, signingFault } from '../outbox/may-sign.ts'
import { type Outbox, Overtaken } from '../outbox/outbox.ts'
import { isCutShort, isFull, isLost } from '../outbox/recovering.ts'
import { lockName } from './lock-name.ts'
import { holds, noteOf, rowOf, statementOf, type ToSign } from './statement-note.ts'

const REASON_LENGTH_MAX = 1_000
const SIGNED_AT_ONCE_MAX = 500

export interface Signing {
  readonly outbox: Outbox
  /** Signs bytes with the key that the password opens; undefined if it does not. */
  readonly signWith: (
    enrolment: Enrolment,
    password: string,
  ) => Promise<((bytes: Uint8Array) => Promise<Uint8Array>) | undefined>
  /** Wall clock, milliseconds. */
  readonly now: () => number
  /** One at a time on this device, whichever tab. */
  readonly exclusively: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>
}

export type SignFault =
  | SigningFault
  | 'password-wrong'
  | 'full'
  | 'not-written'
  | 'not-kept'
  | 'form'
  | 'overtaken'

export type SignOutcome =
  | { readonly is: 'signed'; readonly hash: string; readonly count: number }
  | {
      readonly is: 'refused'
      readonly code: SignFault
      readonly says: string
      /** Milliseconds, where one has to wait; 0 else. */
      readonly until: number
    }

/**
 * Signs, in the order of SYNC-AND-SIGNING.md 2.4, online and offline alike: what can be refused without the password; the
 * attempt counted, on the disk; the key opened; the statement kept with its count, on the disk; read back and verified.
 * Only then does it say that it is signed. Ended at any point, either all of the statement is kept or its count is still
 * free.
 */
export function sign(signing: Signing, toSign: ToSign, password: string): Promise<SignOutcome> {
  return signing.exclusively(lockName(toSign.user), async () => {
    try {
      return await signAlone(signing, toSign, password)
    } catch (error) {
      if (isFull(error))
        return refused(
          'full',
          'There is no room left on this device: nothing was signed. Make room, and sign then.',
        )
      if (isCutShort(error) || isLost(error))
        return refused(
          'not-written',
          'This device could not keep it: do not count on this signature unless the outbox shows it. Its disk may be full: make room, start the app again, and sign then.',
        )
      if (error instanceof Overtaken)
        return refused(
          'overtaken',
          'Somebody signed or tried to in another tab meanwhile: nothing was signed. Try again.',
        )
      throw error
    }
  })
}

async function signAlone(
  { outbox, signWith, now }: Signing,
  toSign: ToSign,
  password: string,
): Promise<SignOutcome> {
  const { user, meaning, head } = toSign
  const begun = now()
  await outbox.eraseUsedUp(begun)
  const clock = await outbox.clock()
  await outbox.sawClock(begun, user)
  const enrolment = await outbox.enrolment(user)
  const lease = enrolment && leaseIn(enrolment.lease, enrolment.relayKey)
  const fault = signingFault({ enrolment, lease, clock, now: begun, trail: head.trail, meaning })
  if (fault === 'waits') return waits(enrolment?.lockedUntil ?? 0)
  if (fault !== undefined) return refused(fault, sentenceOfFault(fault))
  if (enrolment === undefined || lease === undefined) throw new Error('judged as enrolled')
  // What cannot be signed is found before a password is tried.
  if (!canBeSigned(toSign))
    return refused(
      'form',
      'A reason is 1 to 1,000 characters, with a letter or a digit in it; 1 to 500 records are signed at once.',
    )
  const text = printStatement(statementOf(toSign, enrolment, lease, clock, begun))

  const counted = await outbox.countAttempt(user, begun)
  const signBytes = await signWith(enrolment, password)
  if (signBytes === undefined) return wrong(await outbox.wrong(user, now()), counted)
  const note = noteOf(text, enrolment.key, await signBytes(utf8(text)))
  const row = rowOf(note, toSign, enrolment, begun)
  await outbox.signed(row, now())

  const kept = await outbox.statement(row.hash)
  if (kept === undefined || !holds(kept.note, enrolment.key))
    return refused(
      'not-kept',
      'This device did not keep what was signed. Do not rely on this signature: look into the outbox, and sign again if it is not there.',
    )
  return { is: 'signed', hash: row.hash, count: row.count }
}

/** What a statement takes, as FORMAT.md, section 8, has it. Anything else that it does not is a fault of the app. */
function canBeSigned({ reason, records }: ToSign): boolean {
  const isReason = /[\p{L}\p{N}]/u.test(reason) && reason.length <= REASON_LENGTH_MAX
  return isReason && records.length > 0 && records.length <= SIGNED_AT_ONCE_MAX
}

function wrong(now: Enrolment | undefined, counted: Enrolment): SignOutcome {
  const { attempts, lockedUntil } = counted
  if (now?.wrapped === null) return refused('erased', `The password was wrong. ${sentenceOfFault('erased')}`)
  const left = ATTEMPTS_MAX - attempts
  const then = `After ${left} more the key on this device is erased.`
  const text = `The password was wrong, ${attempts === 1 ? 'once' : `${attempts} times in a row`}. ${then}`
  return { is: 'refused', code: 'password-wrong', says: text, until: lockedUntil }
}

function waits(until: number): SignOutcome {
  return { is: 'refused', code: 'waits', says: sentenceOfFault('waits'), until }
}

function refused(code: SignFault, says: string): SignOutcome {
  return { is: 'refused', code, says, until: 0 }
}
