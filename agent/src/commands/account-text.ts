import type { AccountView, ResultOf } from '@compliance-relay/shared/api'
import { printable } from '@compliance-relay/shared/trail'

/** What came of an act, for people. */
export function accountText({
  account,
  code,
}: {
  readonly account?: AccountView | undefined
  readonly code?: string | null | undefined
}): string {
  const lines = account === undefined ? [] : [lineOf(account)]
  if (typeof code === 'string')
    lines.push(
      code,
      `This is the one-time code${account === undefined ? '' : ` of ${account.id}`}, shown this once. With it they set their password within 15 minutes:`,
      `  relay account password ${account?.id ?? 'ID'} --code`,
      'Capital or small letters, with dashes or without: it is the same.',
    )
  if (code === null)
    lines.push('Proposed. When a second administrator asks for the same, they are given the code.')
  return `${lines.join('\n')}\n`
}

/** `relay account list` for people: a line each. */
export function accountListText(accounts: readonly AccountView[]): string {
  return accounts.map((account) => `${lineOf(account)}\n`).join('')
}

/** `relay account review` for people: what there is to look at, or that it was looked at. */
export function reviewText(answer: ResultOf<'readAccess'> | ResultOf<'reviewAccess'>): string {
  const { digest, last, due } = answer.review
  const accounts = 'accounts' in answer ? answer.accounts : []
  const lines = accounts.map(
    ({ lastSignIn, ...account }) =>
      `${lineOf(account)}; ${lastSignIn === null ? 'never signed in' : `signed in ${lastSignIn}`}`,
  )
  lines.push(
    last === null ? 'Not reviewed yet in this trail.' : `Reviewed ${last.time} by ${last.by}.`,
    `Due ${due ?? 'once there is an account'}.`,
  )
  if ('accounts' in answer)
    lines.push(
      'If all of this is as it should be, record the review:',
      `  relay account review --as QA --digest ${digest} --reason TEXT`,
    )
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function lineOf({
  id,
  name,
  roles,
  state,
  locked,
  codeExpires,
  resetProposedBy,
  external,
  signer,
}: AccountView): string {
  const more = [
    ...(locked === null ? [] : [`LOCKED since ${locked}`]),
    ...(codeExpires === null ? [] : [`code until ${codeExpires}`]),
    ...(resetProposedBy === null ? [] : [`reset proposed by ${resetProposedBy}`]),
    ...(external === null ? [] : [`${external.subject} at ${external.issuer}`]),
    ...(signer.state === 'none'
      ? []
      : [
          signer.state === 'granted' ? `may sign since ${signer.since}` : `to sign: proposed by ${signer.by}`,
        ]),
  ]
  return printable([`${id.padEnd(16)} ${state.padEnd(9)} ${roles.join(', ')}  ${name}`, ...more].join('; '))
}
