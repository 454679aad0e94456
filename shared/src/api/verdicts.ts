import type { Meaning } from '../trail/index.ts'

/*
 * What a relay says of an e-signature it was given, in one closed list. A code is for programs and never changes its
 * meaning; the sentences are for people: what it means, and what to do next. agent/API.md has the same list.
 */

/**
 * - `accepted`: it is a signature from now on. `duplicate`: it was told before, and this is what was said.
 * - `held`: somebody of QA decides. `refused`: it is no signature and will not be one.
 * - `throttled`: nothing was said of it and no record made.
 */
export const statementVerdicts = ['accepted', 'duplicate', 'held', 'refused', 'throttled'] as const
export type StatementVerdict = (typeof statementVerdicts)[number]

const verdicts: { readonly [V in StatementVerdict]: string } = {
  accepted: 'It is a signature from now on.',
  duplicate: 'It was given before, and this is what became of it then.',
  held: 'It does not count unless somebody of QA, who is not its signer, lets it: relay signature held.',
  refused: 'It is no signature, and will not be one.',
  throttled: 'Too many were refused or held within an hour: keep it, and give it again later.',
}

/** Which verdict it goes with, what it means, what to do next. */
const codes = {
  form: [
    'refused',
    'It is not a statement of the form of FORMAT.md, section 8, or it is longer than 56,000 characters.',
    'Mend the program. Its count was not taken, so it is used again.',
  ],
  'not-enrolled': [
    'refused',
    'The signature line names no key that is enrolled here, or there is more than one line.',
    'Sign with the name and the id of the enrolled key, or enrol it. The count was not taken.',
  ],
  signature: [
    'refused',
    'The signature does not hold for the text it stands under.',
    'Mend the program: what is signed is the text up to its last newline. The count was not taken.',
  ],
  trail: [
    'refused',
    'It is of a checkpoint of another trail than the one that is written to.',
    'Read /v1/trails again, and sign over a checkpoint of the trail whose isWritten is true.',
  ],
  root: [
    'refused',
    'The relay has signed no checkpoint of this size and root.',
    'Take size and root from a checkpoint as it was given out.',
  ],
  record: [
    'refused',
    'A record at one of these places does not have this leaf hash.',
    'Read the entry again: the leaf is the SHA-256 of a zero byte and its line.',
  ],
  'not-signable': [
    'refused',
    'One of the records is of no file or data set; or, of a withdrawal, it is no signature.',
    'Sign records of captures; of a refusal that somebody answers for, the record of their claim. A withdrawal names the record of the signature, not that of the file.',
  ],
  name: [
    'refused',
    'User, full name or device are not those of the key and of the account as it is now.',
    'Sign in again and take the name from there.',
  ],
  forbidden: [
    'refused',
    'The roles of its signer do not allow this meaning, or it withdraws what another has signed.',
    'Somebody whose role allows it signs.',
  ],
  'own-record': [
    'refused',
    'Its signer had a hand in what is approved: nobody approves their own.',
    'Somebody else approves it.',
  ],
  versions: [
    'refused',
    'There are more versions than can be looked at for who made them.',
    'Approve fewer records at a time.',
  ],
  'signed-before': [
    'refused',
    'Its signer has signed one of these records already: the same meaning twice, or any where each step is another person’s; or has withdrawn one of these signatures already.',
    'Nothing is to be done, or somebody else signs.',
  ],
  'rejected-before': [
    'refused',
    'One of these records stands rejected, and only whoever rejected it takes that back.',
    'Whoever rejected it withdraws that first; the answer names them.',
  ],
  'out-of-step': [
    'refused',
    'It is not the turn of this meaning or role by the rule of the project, or the step before is not below the checkpoint.',
    'Let the step before be signed; then sign again over a newer checkpoint, which covers its record.',
  ],
  decided: [
    'refused',
    'It was held, and somebody of QA has decided that it does not count.',
    'The reason is in the trail. Sign again if that answers it.',
  ],
  lease: ['refused', 'The lease does not cover it.', 'Ask for another lease, and sign again.'],
  'account-disabled': [
    'refused',
    'The account was disabled or retired before it can have been signed.',
    'An administrator enables the account, if it is to sign again.',
  ],
  'password-changed': [
    'refused',
    'It is under a lease of a password that was changed before it can have been signed.',
    'Ask for another lease, and sign again.',
  ],
  'count-gap': [
    'held',
    'A statement of this device with a lower count is missing. Nothing is recorded, and nobody is asked.',
    'Give that one first: wanted says its count. If it is lost, its signer gives this one with lostBefore.',
  ],
  'count-missing': [
    'held',
    'What its device signed before it is lost, as its signer says.',
    'Somebody of QA decides.',
  ],
  late: [
    'held',
    'It was said to be lost, and later ones of its device were taken in before it.',
    'Somebody of QA decides.',
  ],
  clone: [
    'held',
    'Its device has signed two statements of one count, or with two stories of what came before: its key is revoked.',
    'Find out whether there is a copy of the key. Enrol another; somebody of QA decides about this one.',
  ],
  'key-revoked': [
    'held',
    'The key was revoked when it came.',
    'Enrol another key, and sign again; or somebody of QA decides.',
  ],
  'lease-over': [
    'held',
    'The device has signed longer, or more often, than its lease allows, by another lease than its last, or came more than 7 days after that was over.',
    'Ask for another lease before the next one. Somebody of QA decides about this one.',
  ],
  'account-disabled-meanwhile': [
    'held',
    'The account was disabled between the earliest and the latest time it can have been signed.',
    'Somebody of QA decides.',
  ],
  'account-locked': [
    'held',
    'The account was locked when it came, or between the earliest and the latest time it can have been signed.',
    'An administrator unlocks it; somebody of QA decides.',
  ],
  'right-withdrawn': [
    'held',
    'Its signer did not have the right to sign when it came, or between the earliest and the latest time it can have been signed.',
    'Somebody of QA decides.',
  ],
  'password-changed-meanwhile': [
    'held',
    'The password was changed between the earliest and the latest time it can have been signed.',
    'Ask for another lease before the next one. Somebody of QA decides about this one.',
  ],
  'maker-in-doubt': [
    'held',
    'A record of a trail that was left is not what it was, or not to be told from another: who made this, or had the same content before, is not known for certain.',
    'Somebody of QA finds out who made it, and decides. relay status says what is wrong with the trail.',
  ],
  'review-overdue': [
    'held',
    'Nobody had reviewed the accounts in time when it came.',
    'Somebody of QA reviews them, relay account review, and decides.',
  ],
} as const satisfies {
  readonly [code: string]: readonly [verdict: 'held' | 'refused', means: string, next: string]
}

export type VerdictCode = keyof typeof codes

export const verdictCodes = Object.keys(codes) as readonly VerdictCode[]

export function verdictOf(code: VerdictCode): 'held' | 'refused' {
  return codes[code][0]
}

/** What a code means; undefined for one this version does not know: an older relay reads what a newer one wrote. */
export function meansOf(code: string): string | undefined {
  return Object.hasOwn(codes, code) ? codes[code as VerdictCode][1] : undefined
}

export function nextOf(code: VerdictCode): string {
  return codes[code][2]
}

/** Of a statement that takes a signature back. */
const WITHDRAWN = 'The signature is withdrawn from now on.'

/** What is said of a statement, beside verdict and code. `meaning`: what its signer meant, if that could be read. */
export function saysOf(verdict: StatementVerdict, code: VerdictCode | null, meaning?: Meaning): string {
  if (verdict === 'accepted' && meaning === 'withdrawn') return WITHDRAWN
  return code === null ? verdicts[verdict] : `${codes[code][1]} ${codes[code][2]}`
}

export function verdictSentence(verdict: StatementVerdict): string {
  return verdicts[verdict]
}
