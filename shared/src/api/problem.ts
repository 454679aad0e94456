/**
 * Every reason for which a relay refuses what somebody asks of it: one closed list, for the wire (RFC 9457), the
 * command line and the app alike. A code is for programs and never changes its meaning; the sentence is for people.
 * What went wrong inside a relay is no problem of this list but an error, and ends in `internal`.
 */
const problems = {
  'bad-request': [400, 'The request is not of the form this place asks for.'],
  'body-unreadable': [400, 'The body is not one JSON value of the accepted form.'],
  'reason-missing': [
    400,
    'A reason of at least ten characters is asked for, with four different letters or digits in it.',
  ],
  unauthenticated: [401, 'Sign in first.'],
  'sign-in-refused': [401, 'The user id or the password is wrong, or the account may not sign in.'],
  'password-wrong': [401, 'The password is wrong.'],
  'token-refused': [401, 'The token is not one by which this relay takes anybody for present.'],
  'code-refused': [401, 'The one-time code is wrong, used or too old.'],
  forbidden: [403, 'Your account may not do this.'],
  'password-change-needed': [
    403,
    'Set another password first: this one is on the list of those that are tried first, or is older or of another form than this site asks for.',
  ],
  'own-record': [403, 'Nobody may do this for what they made themselves.'],
  'origin-refused': [403, 'The request does not come from the pages of this relay.'],
  'not-found': [404, 'There is nothing under this name.'],
  'account-unknown': [404, 'There is no such account.'],
  'held-unknown': [404, 'No signature waits for a decision under this name.'],
  'method-not-allowed': [405, 'This place does not take such a request.'],
  'account-exists': [
    409,
    'There is, or once was, an account of this user id; user ids are never used again.',
  ],
  'key-refused': [422, 'The signing key was not proved, or is not one that can be enrolled here.'],
  'feed-token-unknown': [404, 'There is no such feed token in force.'],
  'cursor-unknown': [404, 'There is no such place in the trails of this relay: begin without a cursor.'],
  'key-unknown': [404, 'There is no such signing key in force.'],
  'held-overtaken': [
    409,
    'This signature cannot count any more: what stands on its records has changed since it came.',
  ],
  'nothing-changed': [409, 'It is so already: nothing was changed.'],
  'subscription-unknown': [404, 'There is no such subscription, or it has ended.'],
  'subscriptions-full': [409, 'There are as many subscriptions as there may be: end one first.'],
  'destination-refused': [
    422,
    'Records are sent to https addresses, to http on this machine itself, or to a host and port for syslog.',
  ],
  'account-state': [409, 'The account is in a state that does not allow this.'],
  'review-changed': [409, 'The accounts are not as they were shown: look at them again.'],
  'review-overdue': [
    409,
    'Nobody signs until somebody of QA has reviewed the accounts, which is due once a year: relay account review.',
  ],
  'last-administrator': [409, 'The last administrator who can sign in stays one.'],
  'recovery-refused': [401, 'This is not the recovery file that counts, or not its passphrase.'],
  'recovery-not-needed': [409, 'Another administrator can sign in, and gives a one-time code.'],
  'recovery-second': [
    409,
    'This takes a second person, of QA where somebody there can sign in, and else anybody who can.',
  ],
  'recovery-rests': [409, 'This recovery is announced, and is carried out three days after that.'],
  'recovery-over': [409, 'This recovery is over, or was never begun: begin it again.'],
  'second-person-needed': [409, 'This takes a second administrator.'],
  'too-many': [409, 'There are as many of these as there may be.'],
  'link-taken': [409, 'This subject of the identity provider is linked to another account.'],
  'body-too-large': [413, 'The body is larger than this place takes.'],
  'body-type': [415, 'Only application/json is taken.'],
  'host-refused': [421, 'This relay does not answer under that name.'],
  'user-id-form': [
    422,
    'A user id has 2 to 32 letters a to z, digits, dots, hyphens or underscores, and begins with a letter.',
  ],
  'user-id-reserved': [422, 'This user id names a role or a program, not a person.'],
  'name-form': [422, 'The full name is missing or cannot be printed.'],
  'roles-conflict': [422, 'These roles do not go together in one account.'],
  'rule-form': [
    422,
    'A step of signing names a role that signs; at most 80 projects have rules of their own.',
  ],
  'identity-check-missing': [422, 'Who may sign has had their identity checked: how is to be said.'],
  'link-form': [
    422,
    'An issuer is an https address, and a subject has 1 to 255 letters, digits or signs, and no space.',
  ],
  'password-short': [422, 'The password is too short.'],
  'password-long': [422, 'The password is longer than 128 characters.'],
  'password-common': [
    422,
    'This password, or one very like it, is on the list of passwords that are tried first.',
  ],
  'password-context': [422, 'The password contains the user id, the name, or a word of this site.'],
  'password-repeats': [422, 'The password repeats a few characters.'],
  'password-similar': [422, 'The new password is too much like the old one.'],
  'password-composition': [422, 'The password lacks a kind of character this site asks for.'],
  throttled: [429, 'Too many attempts: wait before the next.'],
  'streams-full': [429, 'Too many streams are open at this moment: close another one first.'],
  busy: [429, 'Too many are signing in at this moment: try again in a few seconds.'],
  'trail-damaged': [500, 'The trail does not hold what its checkpoint says it does.'],
  internal: [500, 'The relay could not do this; its log says why.'],
  'external-unavailable': [
    503,
    'Nobody can sign in by an identity provider now: sign in with the password of this relay.',
  ],
  held: [503, 'Nothing can be recorded at the moment, so nothing is done.'],
} as const satisfies { readonly [code: string]: readonly [status: number, sentence: string] }

export type ProblemCode = keyof typeof problems

export const problemCodes = Object.keys(problems) as readonly ProblemCode[]

export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(problems, text)
}

export function statusOf(code: ProblemCode): number {
  return problems[code][0]
}

export function sentenceOf(code: ProblemCode): string {
  return problems[code][1]
}

/** What else may be said: never a secret, never what tells whether an account exists. */
export interface ProblemDetails {
  /** The field the request is refused for, e.g. `/roles/0` (RFC 6901). */
  readonly pointer?: string
  readonly retryAfterSeconds?: number
}

/** A refusal that whoever asked can understand, and act upon. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly details: ProblemDetails

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    super(sentenceOf(code))
    this.code = code
    this.details = details
  }
}
