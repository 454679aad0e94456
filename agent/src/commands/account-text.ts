import type { AccountView, RecoveryFilesView, ResultOf } from '@compliance-relay/shared/api'
import { printable } from '@compliance-relay/shared/trail'
import type { Where } from './as-person.ts'
import { whereTyped } from './typed-next.ts'

/** Where the relay is that was asked, and when: wall clock, milliseconds. */
export interface AskedAt {
  readonly where: Where
  readonly now: number
}

/** What came of an act on the account `id`, for people. */
export function accountText(
  id: string,
  {
    account,
    code,
    warnings = [],
  }: {
    readonly account?: AccountView | undefined
    readonly code?: string | null | undefined
    readonly warnings?: readonly string[] | undefined
  },
  { where, now }: AskedAt,
): string {
  const lines = account === undefined ? [] : [lineOf(account), ...waitsOf(account, now)].map(printable)
  if (typeof code === 'string')
    lines.push(
      ...codeLines(id, code, where),
      'Capital or small letters, with dashes or without: it is the same.',
    )
  if (code === null)
    lines.push('Proposed. When a second administrator asks for the same, they are given the code.')
  lines.push(...warnings.map((warning) => printable(`WARNING: ${warning}.`)))
  return `${lines.join('\n')}\n`
}

/** A one-time code, and how its owner uses it. */
export function codeLines(id: string, code: string, where: Where): string[] {
  return [
    code,
    `This is the one-time code of ${id}, shown this once. With it they set their password within 15 minutes:`,
    `  relay account password ${id} --code${whereTyped(where)}`,
  ]
}

/** What is to be done after an administrator was let in by the recovery file, in this order. */
export function afterRecovery(id: string, where: Where, isStopped: boolean): string[] {
  const typed = whereTyped(where)
  const steps = [
    ...(isStopped ? [['the relay is started', `relay run${typed}`] as const] : []),
    [`${id} sets their password`, `relay account password ${id} --code${typed}`],
    ['another administrator is let in again, or added', `relay account list --as ${id}${typed}`],
    ['somebody of QA looks at the accounts, and records it', `relay account review --as QA${typed}`],
  ] as const
  return [
    'Next, in this order:',
    ...steps.flatMap(([what, how], i) => [`  ${i + 1}. ${what}:`, `     ${how}`]),
  ]
}

/** `relay account list` for people: who there is, and what each waits for. `now`: wall clock, milliseconds. */
export function accountListText(
  { accounts, devices }: Omit<ResultOf<'listAccounts'>, 'next'>,
  now: number,
): string {
  const lines = [
    ...accounts.flatMap((account) => [lineOf(account), ...waitsOf(account, now)]),
    ...devices.map(
      ({ device, waitsUntil }) =>
        `Too many wrong passwords on ${device}: whoever has not signed in there within 30 days waits until ${waitsUntil}.`,
    ),
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

/** `relay account review` for people: what there is to look at, or that it was looked at. */
export function reviewText(
  answer: ResultOf<'readAccess'> | ResultOf<'reviewAccess'>,
  { where, now, as }: AskedAt & { readonly as: string },
): string {
  const { digest, last, due } = answer.review
  const accounts = 'accounts' in answer ? answer.accounts : []
  const isOfQuality = accounts.some(({ id, roles }) => id === as && roles.includes('qa'))
  const lines = accounts.flatMap(({ lastSignIn, ...account }) => [
    `${lineOf(account)}; ${lastSignIn === null ? 'never signed in' : `signed in ${lastSignIn}`}`,
    ...waitsOf(account, now),
  ])
  lines.push(
    last === null ? 'Not reviewed yet in this trail.' : `Reviewed ${last.time} by ${last.by}.`,
    dueText(due, now),
  )
  if ('accounts' in answer)
    lines.push(
      'If all of this is as it should be, record the review:',
      `  relay account review --as ${isOfQuality ? as : 'QA'} --reason TEXT${whereTyped(where)} --digest \\`,
      `    ${digest}`,
    )
  return lines.map((line) => `${printable(line)}\n`).join('')
}

/** `relay account confirm-recovery` for people. `replaced`: the file that counted before one was confirmed. */
export function recoveryFilesText(
  { counts, waiting }: RecoveryFilesView,
  as: string,
  where: Where,
  replaced?: string | null,
): string {
  const lines = [
    counts === null ? 'No recovery file counts yet.' : `The recovery file that counts: ${counts}`,
    ...(replaced == null ? [] : [`Replaced, opens nothing any more: ${replaced}`]),
    ...waiting.flatMap(({ digest, how, countsFrom }) => [
      `Not confirmed (${how}), counts from ${countsFrom}:`,
      `  ${digest}`,
    ]),
    ...(waiting.length === 0
      ? ['None waits to be confirmed.']
      : [
          'If one of them is the file you know of, by its SHA-256:',
          `  relay account confirm-recovery --as ${as} --reason TEXT${whereTyped(where)} --digest \\`,
          `    ${waiting.length === 1 ? waiting[0]?.digest : 'HEX'}`,
        ]),
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function dueText(due: string | null, now: number): string {
  if (due === null) return 'Due once there is an account.'
  return Date.parse(due) <= now
    ? `OVERDUE since ${due}: signatures are held until it is done.`
    : `Due ${due}.`
}

/** What an account is, on one line. */
function lineOf({ id, name, roles, state, locked, external, signer }: AccountView): string {
  const more = [
    ...(locked === null ? [] : ['LOCKED']),
    ...(external === null ? [] : [`${external.subject} at ${external.issuer}`]),
    ...(signer.state === 'granted' ? [`may sign since ${signer.since}`] : []),
  ]
  return [`${id.padEnd(16)} ${state.padEnd(9)} ${roles.join(', ')}  ${name}`, ...more].join('; ')
}

/** What it waits for, and who ends that: a line each, below it. */
function waitsOf(account: AccountView, now: number): string[] {
  const { locked, waitsUntil, passwordEnds, resetProposedBy, signer } = account
  const lines = [
    ...(locked === null
      ? []
      : [`locked since ${locked} after too many wrong passwords, until an administrator unlocks it`]),
    ...(waitsUntil === null ? [] : [`waits until ${waitsUntil} after wrong passwords`]),
    ...codeText(account, now),
    ...(passwordEnds !== null && Date.parse(passwordEnds) <= now
      ? [`has to set another password first: this one is over since ${passwordEnds}`]
      : []),
    ...(resetProposedBy === null
      ? []
      : [`new password proposed by ${resetProposedBy}, to be allowed by another administrator`]),
    ...(signer.state === 'proposed'
      ? [`right to sign proposed by ${signer.by}, to be granted by another administrator`]
      : []),
  ]
  return lines.map((line) => `    ${line}`)
}

function codeText({ state, codeExpires, external }: AccountView, now: number): string[] {
  if (codeExpires === null)
    return state === 'invited' && external === null ? ['has no password, and no one-time code'] : []
  return [
    now < Date.parse(codeExpires)
      ? `has a one-time code, not used yet, good until ${codeExpires}`
      : `has a one-time code that was not used in time, over since ${codeExpires}`,
  ]
}
