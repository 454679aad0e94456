import type { PasswordChange } from './password-change.ts'
import { passwordChangeSentence } from './password-change-sentence.ts'
import { detailSentence, type ProblemDetail } from './problem-detail.ts'
import type { Decided } from './signatures.ts'

/**
 * Every reason for which a relay refuses what somebody asks of it: one closed list, for the wire (RFC 9457), the
 * command line and the app alike. A code is for programs and never changes its meaning; the sentence is for people.
 * What went wrong inside a relay is no problem of this list but an error, and ends in `internal`.
 */
const problems = {
  'bad-request': [400, 'A field of the request is missing, unknown or of another form than is asked for.'],
  'body-unreadable': [400, 'The body of the request is not JSON, or nested too deep.'],
  'reason-missing': [
    400,
    'A reason is missing: 10 to 1000 characters, with at least four different letters or digits.',
  ],
  unauthenticated: [401, 'Sign in first.'],
  'sign-in-refused': [
    401,
    'The user id or the password is wrong, or the account may not sign in: an administrator can unlock one that is locked. A new account, and one that was reset, gets its password by the one-time code first: relay account password ID --code.',
  ],
  'password-wrong': [401, 'The password is wrong.'],
  'token-refused': [401, 'This relay does not accept the token as a proof that somebody is present.'],
  'code-refused': [401, 'The one-time code is wrong, was used already, or is older than 15 minutes.'],
  forbidden: [403, 'Your account may not do this.'],
  'password-change-needed': [403, 'Set another password first: relay account password sets one.'],
  'own-record': [403, 'Nobody may do this for something they made or signed themselves.'],
  'origin-refused': [403, 'The request does not come from the pages of this relay.'],
  'not-found': [404, 'There is nothing at this address, or of this name.'],
  'account-unknown': [404, 'There is no such account.'],
  'held-unknown': [
    404,
    'No held signature has this name, or more than one has a name that begins so: relay signature held lists them.',
  ],
  'held-decided': [409, 'Whether this signature counts is decided already, for good.'],
  'method-not-allowed': [405, 'This address does not take requests of this method.'],
  'account-exists': [409, 'There is or was an account with this user id; user ids are never used again.'],
  'key-refused': [
    422,
    'The signing key cannot be enrolled: its proof is wrong, or its name or device is not as this relay asks.',
  ],
  'feed-token-unknown': [
    404,
    'There is no such feed token in force: relay feed-token list shows those there are.',
  ],
  'export-unknown': [404, 'There is no such export; a bag is kept for 24 hours, or until the relay stops.'],
  'export-unmade': [409, 'The bag is not made yet, or could not be made.'],
  'report-failed': [
    503,
    'The copy could not be made: the relay is stopping, or its disk has too little room left.',
  ],
  'cursor-unknown': [404, 'The cursor names no place in the trails of this relay: begin without a cursor.'],
  'key-unknown': [404, 'There is no such signing key in force.'],
  'held-overtaken': [
    409,
    'This signature cannot count any more: other signatures on its records were accepted since.',
  ],
  'nothing-changed': [409, 'It is as asked already: nothing was changed.'],
  'settings-refused': [409, 'The settings of the relay cannot be changed so.'],
  'subscription-unknown': [404, 'There is no such subscription, or it has ended.'],
  'subscriptions-full': [409, 'There are as many subscriptions as there may be: end one first.'],
  'destination-refused': [
    422,
    'Records are sent to https addresses, to http on this machine itself, or to a host and port for syslog.',
  ],
  'account-state': [409, 'The state of the account does not allow this.'],
  'review-changed': [409, 'The accounts have changed since they were shown: look at them again.'],
  'review-overdue': [
    409,
    'Nobody signs until somebody of QA has reviewed the accounts, which is due once a year: relay account review.',
  ],
  'last-administrator': [409, 'This is the last administrator who can sign in: add another one first.'],
  'recovery-refused': [
    401,
    'The recovery file is not the one that counts at present, or the passphrase is wrong. One that was written anew counts three days later, or once an administrator confirms it (relay account confirm-recovery); until then the one before does.',
  ],
  'recovery-not-needed': [
    409,
    'No recovery is needed: another administrator can sign in and reset the password.',
  ],
  'recovery-second': [
    409,
    'This takes a second person who can sign in: of QA if anybody of QA can, otherwise anybody.',
  ],
  'recovery-rests': [
    409,
    'This recovery is announced. It can be carried out three days after the announcement, if the relay was at work in 24 hours of them.',
  ],
  'recovery-over': [409, 'This recovery is over or was never begun: begin it again.'],
  'recovery-file-unknown': [
    404,
    'No recovery file of this digest waits to be confirmed: relay account confirm-recovery lists those that do.',
  ],
  'second-person-needed': [
    409,
    'This takes a second administrator: whoever proposed it cannot also allow it.',
  ],
  'too-many': [409, 'There are as many as there may be already: end one first.'],
  'link-other-issuer': [
    422,
    'The issuer is not the identity provider of this site: relay rules names that, and the link takes its address as it stands there.',
  ],
  'link-taken': [409, 'Another account is linked to this subject of the identity provider.'],
  'body-too-large': [413, 'The body of the request is too large.'],
  'body-type': [415, 'Only application/json is taken.'],
  'host-refused': [421, 'This relay does not answer under that name.'],
  'user-id-form': [
    422,
    'A user id has 2 to 32 letters a to z, digits, dots, hyphens or underscores, and begins with a letter.',
  ],
  'user-id-reserved': [422, 'This user id names a role or a program, not a person: choose another.'],
  'name-form': [422, 'The full name is missing, too long, or has characters that cannot be printed.'],
  'roles-conflict': [422, 'The roles of the account do not allow this.'],
  'rule-form': [
    422,
    'The rule cannot be kept: a step of signing names reviewer or qa, and at most 80 projects have rules of their own.',
  ],
  'kind-unknown': [422, 'No record is of this kind.'],
  'project-unknown': [422, 'This relay has never had this project.'],
  'identity-check-missing': [
    422,
    'How the identity was checked is said in 10 to 1000 characters, each of which can be seen.',
  ],
  'link-form': [
    422,
    'The issuer is an https address, or an http one on this machine itself, and the subject has 1 to 255 letters, digits or signs, and no space.',
  ],
  'password-short': [422, 'The password is too short.'],
  'password-long': [422, 'The password is longer than 128 characters.'],
  'password-common': [422, 'This password, or one very like it, is on a list of common passwords.'],
  'password-context': [
    422,
    'The password contains the user id, the name, or a word of this site, such as its domain, a project or a device.',
  ],
  'password-repeats': [422, 'The password repeats the same few characters.'],
  'password-similar': [422, 'The new password is too similar to the old one.'],
  'password-composition': [
    422,
    'The password lacks a kind of character: this site asks for capital and small letters, digits and others.',
  ],
  throttled: [429, 'Too many attempts: wait before the next.'],
  'streams-full': [429, 'Too many streams are open at this moment: close another one first.'],
  busy: [429, 'Too many wait for this at the moment: try again in a few seconds.'],
  'trail-damaged': [
    500,
    'The trail does not hold what its checkpoint says: it is damaged. Run relay verify --data.',
  ],
  internal: [500, 'The relay could not do this; its log says why.'],
  'external-unavailable': [
    503,
    'The identity provider cannot be used at the moment: sign in with your password of this relay.',
  ],
  'trail-altered': [
    503,
    'The database does not hold what the relay wrote there, so nothing is done by it. Run relay verify --data.',
  ],
  held: [503, 'Nothing can be recorded at the moment, so nothing was done: relay status says why.'],
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
  /** What it is about this time. */
  readonly detail?: ProblemDetail
  /** Of `forbidden`: the roles that may do it. */
  readonly roles?: readonly string[]
  /** Of `password-short`: the characters it takes, by the rules of the site. */
  readonly least?: number
  /** Of `password-change-needed`: why. */
  readonly passwordChange?: PasswordChange
  /** Of a name that nothing has: those there are, the nearest first, and how many more. */
  readonly there?: { readonly names: readonly string[]; readonly more: number }
  /** Of `held-decided`: what was decided, by whom, and when by the clock of the relay. */
  readonly decided?: Decided
  readonly retryAfterSeconds?: number
}

/** What is said beside the sentence of the code. */
export function particularsOf({
  detail,
  roles,
  least,
  passwordChange,
  there,
  decided,
}: ProblemDetails): readonly string[] {
  return [
    ...(detail === undefined ? [] : [detailSentence(detail)]),
    ...(roles === undefined ? [] : [`It takes the role ${oneOf(roles)}.`]),
    ...(least === undefined ? [] : [`It takes ${least} characters or more.`]),
    ...(passwordChange === undefined ? [] : [passwordChangeSentence(passwordChange)]),
    ...(there === undefined ? [] : [thereSentence(there)]),
    ...(decided === undefined
      ? []
      : [
          `${decided.by} decided at ${decided.at} that it ${decided.decision === 'accepted' ? 'counts' : 'does not count'}.`,
        ]),
  ]
}

function oneOf(roles: readonly string[]): string {
  const [last = '', ...before] = roles.toReversed()
  return before.length === 0 ? last : `${before.toReversed().join(', ')} or ${last}`
}

function thereSentence({ names, more }: NonNullable<ProblemDetails['there']>): string {
  if (names.length === 0) return 'There is none yet.'
  return `There is ${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}.`
}

/** A refusal that whoever asked can understand, and act upon. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly details: ProblemDetails

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    super([sentenceOf(code), ...particularsOf(details)].join(' '))
    this.code = code
    this.details = details
  }
}
