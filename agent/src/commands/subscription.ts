import type { BodyOf, SubscriptionView } from '@compliance-relay/shared/api'
import { destinationText } from '@compliance-relay/shared/relay'
import { printable, shown } from '@compliance-relay/shared/trail'
import { requireReason } from '../reason.ts'
import { UnusableInput } from '../unusable-input.ts'
import { asPerson, personChangeOptions, personOptions, whereHelp } from './as-person.ts'
import {
  type Command,
  jsonText,
  listText,
  type Output,
  parseOptions,
  parseWords,
  required,
  wholeNumber,
} from './options.ts'
import { type SecretInput, withSecretInput } from './secret-input.ts'

const help = `relay subscription add --records|--alerts (--webhook URL | --syslog udp|tcp|tls://HOST:PORT)
                  [--kind KIND] [--project ID] --as ADMIN --reason TEXT
                  [--port N] [--data DIR] [--json]
      Sends records to a receiver as they are made, in order, each again until it has arrived.
      --records          all records, or those of --kind and --project
      --alerts           only records that somebody should know of soon (agent/RECORDS.md)
      --webhook URL      https, or http on this machine. Deliveries are signed (Standard Webhooks)
                         with a secret that is printed once, here. The URL is recorded in the trail:
                         put no secret in it
      --syslog           RFC 5424. It is not signed, and what udp loses on the way is lost
      --kind KIND        for example file.created, or file.* for all that begin so; repeat it for
                         more
      --project ID       only records of this project; repeat it for more
  relay subscription list --as ID [--port N] [--data DIR] [--json]
  relay subscription end ID --as ADMIN --reason TEXT [--port N] [--data DIR] [--json]
  relay subscription replay ID --from SEQ --as ADMIN --reason TEXT [--port N] [--data DIR] [--json]
      Sends again from record SEQ of the present trail on, under the same webhook-ids.
  relay subscription test ID --as ADMIN [--port N] [--data DIR] [--json]
      Sends one message that is no record, and says whether it arrived; exit code 1 if it did not.
      ${whereHelp}
      Example: relay subscription add --alerts --syslog udp://127.0.0.1:514 --as asmith \\
                 --data /var/lib/relay --reason "alerts go to the log of the site"`

const adding = {
  ...personChangeOptions,
  records: { type: 'boolean', default: false },
  alerts: { type: 'boolean', default: false },
  webhook: { type: 'string' },
  syslog: { type: 'string' },
  kind: { type: 'string', multiple: true },
  project: { type: 'string', multiple: true },
} as const
const replaying = { ...personChangeOptions, from: { type: 'string' } } as const

type Act = (args: readonly string[], out: Output, asking: SecretInput) => Promise<number>

const acts: { readonly [verb: string]: Act } = { add, list, end, replay, test }

export const subscriptionCommand: Command = { help, run }

async function run(args: readonly string[], out: Output): Promise<number> {
  const [verb = ''] = parseWords(args, { ...adding, ...replaying }).positionals
  const act = Object.hasOwn(acts, verb) ? acts[verb] : undefined
  if (act === undefined)
    throw new UnusableInput(
      `relay subscription is followed by ${Object.keys(acts).join(', ')}; relay subscription --help`,
    )
  return withSecretInput((asking) => act(args, out, asking))
}

async function add(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values } = parseOptions(args, adding, ['add'])
  const { records, alerts, kind, project } = values
  if (records === alerts) throw new UnusableInput('one of --records and --alerts has to say what is sent')
  const body = {
    what: alerts ? ('alerts' as const) : ('records' as const),
    ...(kind === undefined ? {} : { kinds: kind }),
    ...(project === undefined ? {} : { projects: project }),
    to: destinationIn(values),
    reason: requireReason(values.reason),
  }
  const answer = await asPerson(values, asking, (client, password) =>
    client.call('addSubscription', { body: { ...body, password } }),
  )
  const { subscription, secret } = answer
  const told =
    secret === null
      ? ''
      : `  secret  ${secret}\n  It is shown this once. Give it to the receiver, which checks with it who sends.\n`
  out.write(values.json ? jsonText(answer) : `${lineOf(subscription)}\n${told}`)
  return 0
}

async function list(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values } = parseOptions(args, personOptions, ['list'])
  const answer = await asPerson(values, asking, (client) => client.call('listSubscriptions', {}))
  out.write(
    values.json
      ? jsonText(answer)
      : listText(answer.subscriptions.map(lineOf), 'Records are sent to nobody: there is no subscription.'),
  )
  return 0
}

async function end(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values, words } = parseOptions(args, personChangeOptions, ['end', 'ID'])
  const [, subscription = ''] = words
  const reason = requireReason(values.reason)
  await asPerson(values, asking, (client, password) =>
    client.call('endSubscription', { body: { password, reason, subscription } }),
  )
  out.write(
    values.json ? jsonText({ ended: subscription }) : `${printable(subscription)} is sent nothing more.\n`,
  )
  return 0
}

async function replay(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values, words } = parseOptions(args, replaying, ['replay', 'ID'])
  const [, subscription = ''] = words
  const reason = requireReason(values.reason)
  const seq = wholeNumber(required(values.from, 'from'), '--from', 0, Number.MAX_SAFE_INTEGER) ?? 0
  await asPerson(values, asking, async (client, password) => {
    const { trail } = await client.call('hello', {})
    await client.call('replaySubscription', {
      body: { password, reason, subscription, from: { trail, seq } },
    })
  })
  out.write(
    values.json
      ? jsonText({ replayed: subscription, from: seq })
      : `${printable(subscription)} is sent again what it asks for, from record ${seq} on.\n`,
  )
  return 0
}

async function test(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values, words } = parseOptions(args, personOptions, ['test', 'ID'])
  const [, subscription = ''] = words
  const answer = await asPerson(values, asking, (client, password) =>
    client.call('testSubscription', { body: { password, subscription } }),
  )
  const { delivered, says } = answer
  out.write(
    values.json
      ? jsonText(answer)
      : `${delivered ? 'It arrived' : 'It did not arrive'}: ${printable(says)}.\n`,
  )
  return delivered ? 0 : 1
}

function destinationIn({
  webhook,
  syslog,
}: {
  readonly webhook?: string | undefined
  readonly syslog?: string | undefined
}): BodyOf<'addSubscription'>['to'] {
  if ((webhook === undefined) === (syslog === undefined))
    throw new UnusableInput('one of --webhook URL and --syslog udp|tcp|tls://HOST:PORT has to say where to')
  if (webhook !== undefined) return { webhook }
  const [, transport, name, address, port] =
    /^(udp|tcp|tls):\/\/(?:([^[\]/:]+)|\[([0-9a-f:.]+)\]):([0-9]{1,5})\/?$/i.exec(syslog ?? '') ?? []
  const host = name ?? address
  if (host === undefined)
    throw new UnusableInput(
      `--syslog is udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT, not ${shown(syslog ?? '')}`,
    )
  return {
    syslog: { host, port: Number(port), transport: transport?.toLowerCase() as 'udp' | 'tcp' | 'tls' },
  }
}

function lineOf({
  subscription,
  what,
  kinds,
  projects,
  to,
  by,
  since,
  ended,
  delivery,
}: SubscriptionView): string {
  const which = [...(kinds ?? []), ...(projects ?? [])].join(', ')
  const fault = delivery?.fault ?? null
  const state =
    ended !== null
      ? `ENDED ${ended}`
      : delivery === null
        ? 'not sent at the moment'
        : `next is record ${delivery.next}, ${delivery.behind} to be sent; last delivered ${delivery.lastDelivery ?? 'never'}`
  const tries = fault === null ? '' : `${fault.tries} ${fault.tries === 1 ? 'try' : 'tries'}`
  const lines = [
    `${subscription.padEnd(4)} ${what} to ${destinationText(to)}`,
    ...(which === '' ? [] : [`     only ${which}`]),
    `     added by ${by} ${since}`,
    `     ${state}`,
    ...(fault === null ? [] : [`     DOES NOT ARRIVE since ${fault.since}, ${tries}: ${fault.says}`]),
  ]
  return lines.map(printable).join('\n')
}
