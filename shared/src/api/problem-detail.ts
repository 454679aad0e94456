/**
 * What a refusal is about this time (RFC 9457, `detail`): one closed list, too, so that nobody who answers in the
 * relay's place can put words into what a command says. Given only to whoever may see it.
 */
const details = {
  'is-invited': 'Nobody has set its password yet: that takes a one-time code.',
  'is-active': 'It is active.',
  'is-disabled': 'It is disabled: enable it first.',
  'is-disabled-already': 'It is disabled already.',
  'is-retired': 'It is retired, and that is for good.',
  'is-own': 'It is your own: another administrator does this.',
  'is-no-administrator': 'It is not an administrator’s.',
  'not-locked': 'It is not locked.',
  'linked-already': 'It is linked already: unlink it first.',
  'not-linked': 'It is not linked.',
  'signs-already': 'It may sign already.',
  'signing-not-proposed': 'Nobody has proposed that it may sign, or it may sign already.',
  'signs-not': 'It may not sign, and nobody has proposed that.',
  'role-alone': 'An administrator or an auditor has no other role; every account has at least one.',
  'role-signs': 'Only a reviewer or somebody of QA can be given the right to sign.',
  'feed-token-revoked': 'This feed token was revoked: an administrator issues another.',
  'feed-token-over': 'This feed token is over: an administrator issues another.',
  'origin-own':
    'A program that changes something sends x-relay: 1, and as origin the address it asks, as it asks it: http://127.0.0.1:7411.',
  'accounts-there': 'There are accounts already: an administrator adds others.',
} as const

export type ProblemDetail = keyof typeof details

export const problemDetails = Object.keys(details) as readonly ProblemDetail[]

export function detailSentence(detail: ProblemDetail): string {
  return details[detail]
}

/** The detail whose sentence this is; undefined for what this version does not know. */
export function detailOf(sentence: unknown): ProblemDetail | undefined {
  return problemDetails.find((one) => details[one] === sentence)
}
