import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { stdin } from 'node:process'
import { printable } from '@compliance-relay/shared/trail'
import { parsePersonOption } from '../actors/person-option.ts'
import { ask, type Request } from '../control.ts'
import { type DataFolder, dataFolder } from '../data-folder.ts'
import { logNotes } from '../log.ts'
import { handleRequest } from '../requests.ts'
import { tryWriterLock } from '../sqlite/writer-lock.ts'
import { UnusableInput } from '../unusable-input.ts'
import { jsonLine, type Output, parseOptions, required, wholeNumber } from './options.ts'
import { openRelayFor } from './run.ts'

export const askingHelp = `relay status --data DIR [--json]
      What the relay is doing; without a running relay, what its data folder shows
  relay unclaimed --data DIR [--limit N] [--json]
      Captures no person answers for, oldest first
  relay scan --data DIR
      Has the running relay look at every file now, and returns when it has
  relay project add ID --data DIR --reason TEXT
  relay watch add FOLDER --project ID --data DIR --reason TEXT [--profile ID] [--device NAME] [--quiet SECONDS] [--no-hints]
  relay watch remove FOLDER|ID --data DIR --reason TEXT
  relay person add OSUSER="Full Name" --data DIR --reason TEXT
  relay person disable OSUSER --data DIR --reason TEXT
  relay shared add OSUSER --data DIR --reason TEXT
  relay badge new OSUSER --data DIR --reason TEXT
      Makes a badge code for a person and prints it once; the one before is of no use any more
  relay badge in --data DIR   (the code comes from standard input, as a reader types it)
  relay badge out --data DIR
      Changes are records in the trail, with what was before, what is now, why, and which account asked.`

const options = {
  data: { type: 'string' },
  reason: { type: 'string' },
  project: { type: 'string' },
  profile: { type: 'string' },
  device: { type: 'string' },
  quiet: { type: 'string' },
  'no-hints': { type: 'boolean', default: false },
  limit: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

type Values = ReturnType<typeof parseOptions<typeof options>>['values']

/** Commands that change settings: what they ask for. */
const changes: { readonly [command: string]: (values: Values, what: string) => Request['arguments'] } = {
  'project.add': ({ reason }, project) => ({ project, reason: required(reason, 'reason') }),
  'watch.add': (values, folder) => ({
    // As meant where it was typed: the relay runs elsewhere.
    folder: resolve(required(folder, 'watch')),
    project: required(values.project, 'project'),
    reason: required(values.reason, 'reason'),
    ...(values.profile === undefined ? {} : { profile: values.profile }),
    ...(values.device === undefined ? {} : { device: values.device }),
    ...(values.quiet === undefined ? {} : { quietSeconds: wholeNumber(values.quiet, 'quiet', 1, 3600) }),
    ...(values['no-hints'] ? { hints: false } : {}),
  }),
  'watch.remove': ({ reason }, watch) => ({
    watch: /^w[0-9]+$/.test(watch) ? watch : resolve(watch),
    reason: required(reason, 'reason'),
  }),
  'person.add': ({ reason }, text) => {
    const { id, name } = parsePersonOption(text)
    return { id, name, reason: required(reason, 'reason') }
  },
  'person.disable': ({ reason }, id) => ({ id, reason: required(reason, 'reason') }),
  'shared.add': ({ reason }, account) => ({ account, reason: required(reason, 'reason') }),
  'badge.new': ({ reason }, id) => ({ id, reason: required(reason, 'reason') }),
  'badge.in': () => ({ code: readFileSync(stdin.fd, 'utf8').trim() }),
  'badge.out': () => ({}),
}

export function isAsking(command: string): boolean {
  return ['status', 'unclaimed', 'scan', 'project', 'watch', 'person', 'shared', 'badge'].includes(command)
}

export async function askingCommand(command: string, args: readonly string[], out: Output): Promise<number> {
  const { values, positionals } = parseOptions(args, options)
  const folder = dataFolder(required(values.data, 'data'))
  if (command === 'status' || command === 'unclaimed' || command === 'scan') {
    const limit = wholeNumber(values.limit, 'limit', 1, 10_000) ?? 100
    const result = await asked(
      folder,
      { command, arguments: command === 'unclaimed' ? { limit } : {} },
      command !== 'scan',
    )
    out.write(
      values.json
        ? jsonLine(result)
        : command === 'status'
          ? statusText(result as Status)
          : command === 'unclaimed'
            ? unclaimedText(result as Unclaimed)
            : 'Every file has been looked at.\n',
    )
    return 0
  }
  const [verb = '', what = '', ...more] = positionals
  const name = `${command}.${verb}`
  const make = changes[name]
  if (make === undefined || more.length > 0)
    throw new UnusableInput(
      `there is no command "${[command, ...positionals].join(' ')}"; relay --help lists them`,
    )
  const request = { command: name, arguments: make(values, what) }
  const result = (await asked(folder, request, true)) as { code?: string; person?: string; seq?: number }
  out.write(values.json ? jsonLine(result) : doneText(name, result))
  return 0
}

/** Asks the running relay. Where none runs, the data folder is opened for this one thing, if that makes sense. */
async function asked(folder: DataFolder, request: Request, alone: boolean): Promise<unknown> {
  if (!existsSync(folder.database))
    throw new UnusableInput(`there is no relay in ${folder.path}: relay init sets one up`)
  const lock = tryWriterLock(folder.lock)
  if (lock === undefined) return ask(folder.control, request)
  lock.release()
  if (!alone) throw new UnusableInput('no relay is running on this data folder')
  const relay = await openRelayFor(folder, logNotes('relay', 'warn'), () => {})
  try {
    if (request.command === 'status') return { ...relay.status(), state: 'not running' }
    if (request.command === 'unclaimed')
      return await handleRequest(relay, request, { uid: process.getuid?.() ?? -1 })
    relay.recordStart()
    const result = await handleRequest(relay, request, { uid: process.getuid?.() ?? -1 })
    await relay.stop(`only to do ${request.command}`)
    return result
  } finally {
    relay.close()
  }
}

type Status = ReturnType<import('../relay.ts').Relay['status']>
type Unclaimed = ReturnType<import('../relay.ts').Relay['unclaimed']>

function unclaimedText(list: Unclaimed): string {
  if (list.length === 0) return 'No capture is unclaimed.\n'
  return list
    .map(
      ({ seq, path, digest }) => `${String(seq).padStart(8)}  ${digest.slice(0, 16)}  ${printable(path)}\n`,
    )
    .join('')
}

function doneText(
  name: string,
  { code, person, seq }: { code?: string; person?: string; seq?: number },
): string {
  if (code !== undefined) return `${code}\nThis is the badge's code, shown this once.\n`
  if (person !== undefined) return `${person} is signed in at this workstation.\n`
  if (name === 'badge.out') return 'Nobody is signed in at this workstation.\n'
  return seq === -1 ? 'Nothing changed.\n' : `Recorded as record ${seq}, and in force.\n`
}

function statusText(status: Status): string {
  const { relay, state, trail, size, notary, units, capture, held } = status
  const lines = [
    `relay    ${relay}: ${state}`,
    `trail    ${trail}, ${size} records`,
    `notary   ${notary.place}: ${notary.state}${notary.unanchoredSince === null ? ', holds everything' : `, records since ${notary.unanchoredSince} are not anchored yet`}`,
    `units    ${units.recorded} recorded, ${units.unclaimed} unclaimed, ${units.failed} not readable${units.absent > 0 ? `, ${units.absent} not seen since their folder was replaced` : ''}`,
  ]
  if (held !== null)
    lines.push(
      `HELD     nothing can be recorded since ${new Date(held.since).toISOString()}: ${held.reason}; files are still noticed`,
    )
  if (notary.foreign.length > 0)
    lines.push(`NOTARY   something else has the names of checkpoints of ${notary.foreign.join(', ')} records`)
  for (const { code, expected, found } of status.startUp.notary)
    lines.push(`NOTARY   ${code}: expected ${expected}, found ${found}`)
  if (status.left !== undefined)
    lines.push(
      `ALARM    the trail ${status.left} was left; the new one says why. The recovery file does not hold its keys yet: relay recovery`,
    )
  for (const watch of capture?.watches ?? []) {
    lines.push(
      `watch    ${watch.id} ${watch.path}: ${watch.state}${watch.state === 'unavailable' ? ` (${watch.reason})` : ''}, hints ${watch.hints}`,
    )
  }
  if (capture !== null) {
    lines.push(`open     ${capture.pending} on their way`)
    for (const one of capture.oldest) {
      const why = [one.open === true ? 'open in a program' : '', one.failure ?? '', ...(one.missing ?? [])]
        .filter((text) => text !== '')
        .join('; ')
      lines.push(
        `         ${printable(one.path)}: ${one.stage} since ${new Date(one.since).toISOString()}${why === '' ? '' : ` (${why})`}`,
      )
    }
    for (const { path, code } of capture.unreadableFolders)
      lines.push(`         ${printable(path)}: cannot be read (${code})`)
  }
  return `${lines.join('\n')}\n`
}
