import type { PeopleStanding } from '@compliance-relay/shared/relay'
import { counted } from '@compliance-relay/shared/trail'

/** What of people somebody has to see to. */
export type PeopleNeed = keyof typeof sentences

/** How much there is of it; false: nothing. */
type Says = (standing: PeopleStanding, unclaimed: number) => string | false

/**
 * One sentence for each, with numbers and no names, and the command that answers it. What only waits in the ordinary
 * course is none of these: see `waiting`.
 */
const sentences = {
  'no-administrator': ({ accounts, administrators }) =>
    accounts > 0 &&
    administrators === 0 &&
    'no administrator can sign in: relay account recover, or relay account first if none ever could',
  'recovery-unconfirmed': ({ administrators, recoveryFilesWaiting }) =>
    administrators > 0 &&
    recoveryFilesWaiting > 0 &&
    `${counted(recoveryFilesWaiting, 'new recovery file does', 'new recovery files do')} not count yet: ${recoveryFilesWaiting === 1 ? 'it' : 'each'} will in three days, or once an administrator confirms it: relay account confirm-recovery`,
  'recovery-announced': ({ recoveriesAnnounced }) =>
    recoveriesAnnounced > 0 &&
    `${counted(recoveriesAnnounced, 'administrator is', 'administrators are')} to be let in by one person alone: if you are that administrator and did not ask for it, sign in, which ends it: relay account list`,
  'account-recovered': ({ recovered }) =>
    recovered !== null &&
    `an administrator was let in by a recovery file at ${recovered}: said for 30 days, or until somebody of QA has looked at the accounts: relay account review`,
  'account-locked': ({ locked }) =>
    locked > 0 &&
    `${counted(locked, 'account is', 'accounts are')} locked after too many wrong passwords: relay account unlock`,
  'code-over': ({ codesOver }) =>
    codesOver > 0 &&
    `${counted(codesOver, 'account has', 'accounts have')} no password, and no one-time code that is still good: relay account reset`,
  'signature-held': ({ held, heldSince }) =>
    held > 0 &&
    `${counted(held, 'signature waits', 'signatures wait')} for somebody of QA to decide, the oldest since ${heldSince}: relay signature held`,
  'review-overdue': ({ review, reviewDue }) =>
    review === 'overdue' &&
    `nobody has reviewed the accounts, which was due ${reviewDue}, and signatures are held until somebody of QA has: relay account review`,
  'key-left': ({ keysLeft }) =>
    keysLeft > 0 &&
    `${counted(keysLeft, 'device', 'devices')} of people whose account is disabled can go on signing offline: relay device revoke`,
  'capture-unclaimed': ({ accounts }, unclaimed) =>
    accounts > 0 &&
    unclaimed > 0 &&
    `${counted(unclaimed, 'capture has', 'captures have')} nobody who answers for what was written: relay unclaimed`,
  'receiver-gone': ({ receiversGone }) =>
    receiversGone > 0 &&
    `${counted(receiversGone, 'receiver', 'receivers')} of records said to be gone for good, and no other was named since: relay subscription list`,
} as const satisfies { readonly [code: string]: Says }

/**
 * What wrong passwords can bring about: told to whoever may ask for the status, and not at the port. There any program
 * of the machine could learn by ten guesses whether a name is somebody's (ASVS 6.3.8).
 */
const untold: readonly PeopleNeed[] = ['no-administrator', 'account-locked']

export function isTold(code: string): boolean {
  return !untold.some((one) => one === code)
}

/** `unclaimed`: captures that can be claimed, and are not. */
export function peopleNeeds(
  standing: PeopleStanding | null,
  unclaimed: number,
): { readonly code: PeopleNeed; readonly says: string }[] {
  if (standing === null) return []
  return (Object.keys(sentences) as PeopleNeed[]).flatMap((code) => {
    const says = sentences[code](standing, unclaimed)
    return says === false ? [] : [{ code, says }]
  })
}

/** What waits in the ordinary course: sentences for `relay status`, which ends as if they were not there. */
export function waiting(standing: PeopleStanding | null): string[] {
  return waitingOf(standing).map(({ says }) => says)
}

/** The same, each with its code: of some it is known whose account it is about. */
export function waitingOf(
  standing: PeopleStanding | null,
): { readonly code: string; readonly says: string }[] {
  if (standing === null) return []
  const { devicesWaiting, codesGood, signersProposed, resetsProposed, review, reviewDue } = standing
  const { keysAtRest, feedTokensSoon, feedTokensOver } = standing
  const lines: readonly (readonly [code: string, number, string])[] = [
    [
      'code-good',
      codesGood,
      `${counted(codesGood, 'one-time code has', 'one-time codes have')} not been used yet: relay account list`,
    ],
    [
      'device-waits',
      devicesWaiting,
      `after too many wrong passwords on ${counted(devicesWaiting, 'device', 'devices')} whoever has not signed in there before waits a minute: relay account list`,
    ],
    [
      'signer-proposed',
      signersProposed,
      `${counted(signersProposed, 'right to sign waits', 'rights to sign wait')} for a second administrator: relay account grant-signer`,
    ],
    [
      'reset-proposed',
      resetsProposed,
      `${counted(resetsProposed, 'new password waits', 'new passwords wait')} for a second administrator: relay account reset`,
    ],
    [
      'review-soon',
      review === 'due-soon' ? 1 : 0,
      `the accounts are to be reviewed by ${reviewDue}: relay account review`,
    ],
    [
      'key-at-rest',
      keysAtRest,
      `${counted(keysAtRest, 'key', 'keys')} of people whose account is disabled ${keysAtRest === 1 ? 'is' : 'are'} not revoked, and can sign nothing meanwhile: relay device list`,
    ],
    [
      'feed-token-soon',
      feedTokensSoon,
      `${counted(feedTokensSoon, 'feed token ends', 'feed tokens end')} within two weeks: relay feed-token list`,
    ],
    [
      'feed-token-over',
      feedTokensOver,
      `${counted(feedTokensOver, 'feed token is', 'feed tokens are')} over and open nothing: relay feed-token add makes another, relay feed-token revoke takes one off the list`,
    ],
  ]
  return lines.flatMap(([code, count, says]) => (count > 0 ? [{ code, says }] : []))
}
