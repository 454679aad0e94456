import type { FeedTokenView } from '@compliance-relay/shared/api'
import { printable, shown } from '@compliance-relay/shared/trail'
import { requireReason } from '../reason.ts'
import { UnusableInput } from '../unusable-input.ts'
import { asPerson, personChangeOptions, personOptions, whereHelp } from './as-person.ts'
import { type Command, jsonText, listText, type Output, parseOptions, parseWords } from './options.ts'
import { type SecretInput, withSecretInput } from './secret-input.ts'

const help = `relay feed-token add "NAME" [--days N] [--kind KIND] [--project ID] --as ADMIN --reason TEXT
                  [--port N] [--data DIR] [--json]
      A token for a program that reads the feed, for example a LIMS. It is printed once. NAME says
      who it is for.
      --days N           how long it opens the feed: 1 to 365; 90 unless given
      --kind KIND        kinds of records, for example file.created or dataset.*; repeat it for
                         more. Captures and signatures unless given
      --project ID       only what belongs to this project: its captures, and what was signed of
                         them; repeat it for more. All unless given
  relay feed-token list --as ID [--port N] [--data DIR] [--json]
  relay feed-token revoke TOKEN-ID --as ADMIN --reason TEXT [--port N] [--data DIR] [--json]
      From then on it opens nothing.
      The feed is GET /v1/feed at the port of the running relay, with "Authorization: Bearer TOKEN".
      ${whereHelp}
      Example: relay feed-token add LIMS --days 30 --as asmith --data /var/lib/relay \\
                 --reason "the LIMS reads results"`

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
  const told = `${answer.token}\nThis is the token, shown this once. Give it to the program.\n`
  out.write(values.json ? jsonText(answer) : `${told}${lineOf(answer.issued)}\n`)
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
  out.write(
    values.json ? jsonText({ revoked: token }) : `The token ${printable(token)} opens nothing any more.\n`,
  )
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
  const lines = [
    `${id} ${name}`,
    `    since ${since}, ${state}; ${lastUse === null ? 'not used since the relay was started' : `last used ${lastUse}`}`,
    `    opens ${opens}`,
  ]
  return lines.map(printable).join('\n')
}
