import { type HeldView, meansOf, type SignedView } from '@compliance-relay/shared/api'
import { counted, printable, shown } from '@compliance-relay/shared/trail'
import { requireReason } from '../reason.ts'
import { UnusableInput } from '../unusable-input.ts'
import { asPerson, personChangeOptions, personOptions, whereHelp } from './as-person.ts'
import { type Command, jsonText, type Output, parseOptions, parseWords } from './options.ts'
import { type SecretInput, withSecretInput } from './secret-input.ts'
import { wrapped } from './wrapped.ts'

const help = `relay signature list --as ID [--port N] [--data DIR] [--json]
      The records that were signed, the latest first, with name, time, meaning and reason of each
      signature. Says whether a newer version of the file exists: signatures do not pass on to it.
  relay signature held --as ID [--port N] [--data DIR] [--json]
      The signatures that count only if somebody of QA decides so, and why each is held.
  relay signature accept|refuse STATEMENT --as QA --reason TEXT [--port N] [--data DIR] [--json]
      Decides about one of them, for good. STATEMENT is what relay signature held shows, or its
      first 8 digits or more. Nobody decides about their own signature.
      ${whereHelp}
      Example: relay signature held --as asmith --data /var/lib/relay`

const decisionOf = { accept: 'accepted', refuse: 'refused' } as const
type Verb = keyof typeof decisionOf

export const signatureCommand: Command = { help, run }

async function run(args: readonly string[], out: Output): Promise<number> {
  const [verb = ''] = parseWords(args, personChangeOptions).positionals
  return withSecretInput((asking) => {
    switch (verb) {
      case 'list':
        return list(args, out, asking)
      case 'held':
        return held(args, out, asking)
      case 'accept':
      case 'refuse':
        return decide(verb, args, out, asking)
      default:
        throw new UnusableInput(
          'relay signature is followed by list, held, accept or refuse; relay signature --help',
        )
    }
  })
}

async function list(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values } = parseOptions(args, personOptions, ['list'])
  const answer = await asPerson(values, asking, (client) => client.call('listSignatures', {}))
  out.write(values.json ? jsonText(answer) : listText(answer))
  return 0
}

async function held(args: readonly string[], out: Output, asking: SecretInput): Promise<number> {
  const { values } = parseOptions(args, personOptions, ['held'])
  const { total, held: list } = await asPerson(values, asking, (client) => client.call('listHeld', {}))
  const text = () => (total === 0 ? 'No signature is held.\n' : list.map(heldText).join(''))
  out.write(values.json ? jsonText({ total, held: list }) : text())
  return 0
}

async function decide(
  verb: Verb,
  args: readonly string[],
  out: Output,
  asking: SecretInput,
): Promise<number> {
  const { values, words } = parseOptions(args, personChangeOptions, [verb, 'STATEMENT'])
  const reason = requireReason(values.reason)
  const [, begin = ''] = words
  if (!/^[0-9a-f]{8,64}$/.test(begin))
    throw new UnusableInput(
      `STATEMENT is what relay signature held shows, or its first 8 digits or more, 0 to 9 and a to f, not ${shown(begin)}`,
    )
  const decision = decisionOf[verb]
  const one = await asPerson(values, asking, async (client, password) => {
    const { held } = await client.call('listHeld', {})
    const found = held.filter(({ statement }) => statement.startsWith(begin))
    const [only] = found.length === 1 ? found : []
    // Of one that is not listed, or is decided, the relay says what it is.
    const statement = only?.statement ?? begin
    await client.call('decideHeld', { body: { password, reason, statement, decision } })
    return only
  })
  out.write(
    values.json
      ? jsonText({ statement: one?.statement ?? begin, decision })
      : `${printable(decidedText(one, decision))}\n`,
  )
  return 0
}

function decidedText(one: HeldView | undefined, decision: 'accepted' | 'refused'): string {
  const isWithdrawal = one?.meaning === 'withdrawn'
  const what = isWithdrawal ? 'withdrawal' : 'signature'
  const whose = one === undefined ? '' : ` of ${one.name}`
  if (decision === 'refused') return `The ${what}${whose} does not count.`
  return `The ${what}${whose} counts${isWithdrawal ? ': the signature is withdrawn from now on' : ''}.`
}

function listText({
  total,
  signed,
}: {
  readonly total: number
  readonly signed: readonly SignedView[]
}): string {
  if (total === 0) return 'No record was signed.\n'
  const more = total > signed.length ? `The last ${signed.length} of ${total}.\n` : ''
  return `${signed.map(signedText).join('')}${counted(total, 'record was', 'records were')} signed.\n${more}`
}

function signedText({
  seq,
  path,
  project,
  state,
  next,
  newest,
  newestPath,
  newestState,
  signatures,
}: SignedView): string {
  const isRenamed = newestPath !== null && newestPath !== path
  const version =
    newest === null
      ? ['  not there any more under this name']
      : newest === seq
        ? []
        : [
            `  ${isRenamed ? `it is called ${newestPath} now` : 'there is a newer version'}, record ${newest}: ${newestState ?? 'no person answers for it, so it cannot be signed'}`,
          ]
  const step = next === null ? '' : `; next: ${next.meaning}${next.role === null ? '' : ` by ${next.role}`}`
  const lines = [
    `${state.toUpperCase().padEnd(10)} record ${seq}  ${path ?? '?'}  ${project ?? ''}${step}`,
    ...version,
    ...signatures.flatMap((signature) => {
      const { name, user, meaning, reason, at, notBefore, notAfter, decidedBy, withdrawn, withdrawal } =
        signature
      return [
        `  ${meaning} by ${name} (${user}), ${at} by the clock of the device`,
        `    ${takenIn(notBefore, notAfter)}`,
        `    ${reason}`,
        ...(decidedBy === null
          ? []
          : [`    was held; counts since ${decidedBy} decided so, record ${signature.record}`]),
        ...(withdrawn === null ? [] : [`    WITHDRAWN by record ${withdrawn}${withdrawalText(withdrawal)}`]),
        ...(withdrawal === null ? [] : [`    ${withdrawal.reason}`]),
      ]
    }),
  ]
  return lines.flatMap((line) => wrapped(printable(line), 4).map((one) => `${one}\n`)).join('')
}

function withdrawalText(withdrawal: SignedView['signatures'][number]['withdrawal']): string {
  if (withdrawal === null) return ''
  const { user, name, at, notAfter } = withdrawal
  return `, by ${name} (${user}), ${at} by the clock of the device, ${notAfter} by that of the relay`
}

function heldText({
  statement,
  code,
  also,
  user,
  name,
  device,
  meaning,
  reason,
  at,
  notBefore,
  time,
  records,
  paths,
}: HeldView): string {
  const named = records.map((seq, i) => `${seq}${paths[i] == null ? '' : ` (${paths[i]})`}`)
  const lines = [
    `${statement.slice(0, 16)}  ${meansOf(code) ?? code}`,
    ...also.map((one) => `  and: ${meansOf(one) ?? one}`),
    `  ${meaning} by ${name} (${user}${device === null ? '' : `/${device}`}), ${at} by the clock of the device`,
    `  ${takenIn(notBefore, time)}`,
    `  of ${records.length === 1 ? 'record' : 'records'} ${named.slice(0, 20).join(', ')}${records.length > 20 ? ', …' : ''}: ${reason}`,
  ]
  return lines.flatMap((line) => wrapped(printable(line), 4).map((one) => `${one}\n`)).join('')
}

/** The checkpoint it was signed over, and when it came: both are what the relay says, and no other clock. */
function takenIn(notBefore: string, notAfter: string): string {
  return `taken in between ${notBefore} and ${notAfter} by the clock of the relay`
}
