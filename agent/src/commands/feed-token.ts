import type { FeedTokenView } from '@compliance-relay/shared/api'
import { printable, shown } from '@compliance-relay/shared/trail'
import { requireReason } from '../reason.ts'
import { UnusableInput } from '../unusable-input.ts'
import { asPerson, personChangeOptions, personOptions, whereHelp } from './as-person.ts'
import { type Command, jsonText, listText, type Output, parseOptions, parseWords } from './options.ts'
import { type SecretInput, withSecretInput } from './secret-input.ts'

const help = `relay feed-token add "NAME" [--days N] [--kind KIND] [--project P] --as ADMIN --reason TEXT
                  [--port N] [--data DIR] [--json]
      A token for a program that reads the feed, e.g. a LIMS; printed once. NAME says who it is for. It lasts
      90 days unless --days says otherwise, 365 at most. Without --kind it opens captures and signatures; with it
      what is named, e.g. file.created, or dataset.* for all of data sets. With --project only what names one
      of these projects. Repeat both for more
  relay feed-token list --as ID [--port N] [--data DIR] [--json]
  relay feed-token revoke TOKEN-ID --as ADMIN --reason TEXT [--port N] [--data DIR] [--json]
      It opens nothing any more. The feed is GET /v1/feed at the port of the running relay, with the token in the
      Authorization header.
      ${whereHelp}`

const adding = {
  ...personChangeOptions,
  days: { type: 'string', default: '90' },
  kind: { type: 'string', multiple: true },
  project: { type: 'string', multiple: true },
} as const

export const feedTokenCommand: Command = { help, run }

async function run(args: readonly string[], out: Output): Promise<number> {
  const [verb = ''] = parseWords(args, adding).positionals
  const carryOut = { add, list, revoke }[verb]
  if (carryOut === undefined)
    throw new UnusableInput('relay feed-token is followed by add, list or revoke; relay feed-token --help')
  return withSecretInput((asking) => carryOut(args, out, asking))
}

async function add(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values, words } = parseOptions(args, adding, ['add', '"NAME"'])
  const body = {
    name: words[1] ?? '',
    reason: requireReason(values.reason),
    lasts: `P${daysOf(values.days)}D`,
    ...(values.kind === undefined ? {} : { kinds: values.kind }),
    ...(values.project === undefined ? {} : { projects: values.project }),
  }
  const answer = await asPerson(values, asking, (client, password) =>
    client.call('issueFeedToken', { body: { ...body, password } }),
  )
  if (values.json) out.write(jsonText(answer))
  else out.write(`${answer.token}\n${lineOf(answer.issued)}\nThe token is shown this once.\n`)
  return 0
}

async function list(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values } = parseOptions(args, personOptions, ['list'])
  const answer = await asPerson(values, asking, (client) => client.call('listFeedTokens', {}))
  out.write(values.json ? jsonText(answer) : listText(answer.tokens.map(lineOf), 'There is no feed token.'))
  return 0
}

async function revoke(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values, words } = parseOptions(args, personChangeOptions, ['revoke', 'TOKEN-ID'])
  const [, token = ''] = words
  const reason = requireReason(values.reason)
  await asPerson(values, asking, (client, password) =>
    client.call('revokeFeedToken', { body: { password, reason, token } }),
  )
  out.write(values.json ? jsonText({ revoked: token }) : `${printable(token)} opens nothing any more.\n`)
  return 0
}

function daysOf(text: string): number {
  const days = Number(text)
  if (!/^[1-9][0-9]{0,2}$/.test(text) || days > 365)
    throw new UnusableInput(`--days is 1 to 365, not ${shown(text)}`)
  return days
}

function lineOf({ id, name, kinds, projects, since, expires, revoked, lastUse }: FeedTokenView): string {
  const state = revoked === null ? `until ${expires}` : `REVOKED ${revoked}`
  const opens = [...kinds, ...(projects === null ? [] : [`of ${projects.join(', ')}`])].join(' ')
  return printable(
    `${id} ${name.padEnd(24)} since ${since}, ${state}, last used ${lastUse ?? 'not since the start'}: ${opens}`,
  )
}
