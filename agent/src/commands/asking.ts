import { resolve } from 'node:path'
import { stdin } from 'node:process'
import { createInterface } from 'node:readline'
import { knownHere } from '../actors/account-known.ts'
import { enrolmentWarnings } from '../actors/enrolment-warnings.ts'
import { parsePersonOption } from '../actors/person-option.ts'
import type { Request } from '../control.ts'
import { dataFolder } from '../data-folder.ts'
import { statusExitCode } from '../needs.ts'
import { requireReason } from '../reason.ts'
import type { RelayStatus } from '../status.ts'
import type { Unclaimed } from '../unclaimed.ts'
import { UnusableInput } from '../unusable-input.ts'
import { askRelay } from './ask-relay.ts'
import { statusText, unclaimedText } from './asking-text.ts'
import {
  type Command,
  jsonText,
  type Output,
  parseOptions,
  parseWords,
  required,
  wholeNumber,
} from './options.ts'

const helps = {
  status: `relay status --data DIR [--json]
      What the relay is doing, and what needs attention. If no relay runs, what its data folder
      shows. Exit code 0: it runs and all is well. 3: it runs and something needs attention, or it
      has not looked through every folder yet. 4: it does not run. 2: as always, for example no
      answer came.
      Example: relay status --data /var/lib/relay`,
  unclaimed: `relay unclaimed --data DIR [--limit N] [--after PLACE] [--json]
      Captures that no person answers for, oldest first: where, when and why. Lists the first 100
      unless --limit says otherwise, then how many more there are and the PLACE after which they
      come. relay claim answers for them.
      Example: relay unclaimed --data /var/lib/relay`,
  scan: `relay scan --data DIR [--json]
      Has the running relay look at every file now, and returns when it has. What has changed is
      recorded once it is at rest.
      Example: relay scan --data /var/lib/relay`,
  project: `relay project add ID --data DIR --reason TEXT [--json]
      A new project. Files are recorded under the project of their watched folder.
  relay project remove ID --data DIR --reason TEXT [--json]
      Only a project that no watched folder is under. What was recorded under it stays.
      Example: relay project add P-18 --data /var/lib/relay --reason "new study, order 4711"`,
  watch: `relay watch add FOLDER --project ID --data DIR --reason TEXT [--profile ID|any]
           [--device NAME] [--quiet SECONDS] [--hints|--no-hints] [--json]
      Watches a folder. One that was watched before keeps its profile, device, quiet seconds and
      hints unless they are given.
  relay watch change FOLDER|ID --data DIR --reason TEXT [--project ID] [--profile ID|any]
           [--device NAME] [--quiet SECONDS] [--json]
      Holds for what is recorded from now on. What is not given stays as it is.
  relay watch remove FOLDER|ID --data DIR --reason TEXT [--json]
      Nothing in it is recorded from then on; what was recorded stays.
      Example: relay watch add /data/hplc --project P-17 --device HPLC-2 --data /var/lib/relay \\
                 --reason "the second instrument is in use"`,
  person: `relay person add OSUSER="Full Name" --data DIR --reason TEXT [--json]
      Says which person is behind an account of this machine, for what it writes from now on.
  relay person rename OSUSER="Full Name" --data DIR --reason TEXT [--json]
      The same person under another name. Records made before keep the name they have.
  relay person disable OSUSER --data DIR --reason TEXT [--json]
      Nobody answers for what this account writes from then on. The person's badge ends.
  relay person enable OSUSER --data DIR --reason TEXT [--json]
      The account stands for the person again from now on. A badge has to be made anew.
      Example: relay person add mlee="Mei Lee" --data /var/lib/relay --reason "joins the NMR group"`,
  shared: `relay shared add OSUSER --data DIR --reason TEXT [--json]
      An account that several people use: it stands for nobody.
  relay shared remove OSUSER --data DIR --reason TEXT [--json]
      After that it can be made one person's: relay person add.
      Example: relay shared add nmr --data /var/lib/relay --reason "all of the group log in with it"`,
  badge: `relay badge new OSUSER --data DIR --reason TEXT [--json]
      Makes a badge code for an enrolled person and prints it once. The code before ends.
  relay badge in --data DIR [--json]
      Signs the person in at this workstation. The code is read as a line of standard input, as a
      badge reader types it. A code that signs nobody in is recorded, too.
  relay badge out --data DIR [--json]
      Signs out whoever is signed in with a badge.
      Example: relay badge new jdoe --data /var/lib/relay --reason "the first badge of Jane Doe"`,
} as const

const common = { data: { type: 'string' }, json: { type: 'boolean', default: false } } as const
const withReason = { ...common, reason: { type: 'string' } } as const
const ofWatch = {
  ...withReason,
  project: { type: 'string' },
  profile: { type: 'string' },
  device: { type: 'string' },
  quiet: { type: 'string' },
} as const
const everything = {
  ...ofWatch,
  hints: { type: 'boolean' },
  'no-hints': { type: 'boolean' },
} as const

type Values = Partial<ReturnType<typeof parseOptions<typeof everything>>['values']>
type Arguments = Request['arguments']

interface Change {
  /** What it is done to, as the help calls it. */
  readonly word?: string
  readonly options: typeof common | typeof withReason | typeof ofWatch | typeof everything
  readonly arguments: (values: Values, word: string) => Arguments | Promise<Arguments>
  /** Who is named by it: what hinders nothing and should be thought over is said. */
  readonly names?: (word: string) => Parameters<typeof enrolmentWarnings>[0]
}

/** Commands that change something: what they take, and what they ask for. */
const changes: { readonly [command: string]: Change } = {
  'project.add': {
    word: 'ID',
    options: withReason,
    arguments: ({ reason }, project) => ({ project, reason: requireReason(reason) }),
  },
  'project.remove': {
    word: 'ID',
    options: withReason,
    arguments: ({ reason }, project) => ({ project, reason: requireReason(reason) }),
  },
  'watch.add': { word: 'FOLDER', options: everything, arguments: watchToAdd },
  'watch.change': {
    word: 'FOLDER|ID',
    options: ofWatch,
    arguments: (values, watch) => ({ ...watchNamed(values, watch), ...howWatched(values) }),
  },
  'watch.remove': { word: 'FOLDER|ID', options: withReason, arguments: watchNamed },
  'person.add': { word: 'OSUSER="Full Name"', options: withReason, arguments: named, names: person },
  'person.rename': { word: 'OSUSER="Full Name"', options: withReason, arguments: named, names: person },
  'person.disable': { word: 'OSUSER', options: withReason, arguments: ofPerson },
  'person.enable': { word: 'OSUSER', options: withReason, arguments: ofPerson },
  'shared.add': {
    word: 'OSUSER',
    options: withReason,
    arguments: ofAccount,
    names: (account) => ({ persons: [], shared: [account] }),
  },
  'shared.remove': { word: 'OSUSER', options: withReason, arguments: ofAccount },
  'badge.new': { word: 'OSUSER', options: withReason, arguments: ofPerson },
  'badge.in': { options: common, arguments: async () => ({ code: await firstLine() }) },
  'badge.out': { options: common, arguments: () => ({}) },
}

function watchToAdd(values: Values, folder: string): Arguments {
  if (values.hints === true && values['no-hints'] === true)
    throw new UnusableInput('--hints or --no-hints, not both')
  return {
    // As meant where it was typed: the relay runs elsewhere.
    folder: resolve(folder),
    project: required(values.project, 'project'),
    reason: requireReason(values.reason),
    ...howWatched(values),
    ...(values['no-hints'] === true ? { hints: false } : values.hints === true ? { hints: true } : {}),
  }
}

function watchNamed({ reason }: Values, watch: string): Arguments {
  return { watch: /^w[0-9]+$/.test(watch) ? watch : resolve(watch), reason: requireReason(reason) }
}

/** What of a watch is named. */
function howWatched({ project, profile, device, quiet }: Values): Arguments {
  return {
    ...(project === undefined ? {} : { project }),
    ...(profile === undefined ? {} : { profile }),
    ...(device === undefined ? {} : { device }),
    ...(quiet === undefined ? {} : { quietSeconds: wholeNumber(quiet, '--quiet', 1, 3600) }),
  }
}

function named({ reason }: Values, text: string): Arguments {
  const { id, name } = parsePersonOption(text)
  return { id, name, reason: requireReason(reason) }
}

function person(text: string) {
  return { persons: [parsePersonOption(text)], shared: [] }
}

function ofAccount({ reason }: Values, account: string): Arguments {
  return { account, reason: requireReason(reason) }
}

function ofPerson({ reason }: Values, id: string): Arguments {
  return { id, reason: requireReason(reason) }
}

/** A reader ends a code with a newline and leaves the input open. */
async function firstLine(): Promise<string> {
  const lines = createInterface({ input: stdin })
  try {
    for await (const line of lines) return line.trim()
    return ''
  } finally {
    lines.close()
    stdin.destroy()
  }
}

/** The commands that ask a relay something, in the order of the help. */
export type AskingCommand = keyof typeof helps

export const askingCommands: { readonly [name in AskingCommand]: Command } = {
  status: { help: helps.status, run: status },
  unclaimed: { help: helps.unclaimed, run: unclaimed },
  scan: { help: helps.scan, run: scan },
  project: { help: helps.project, run: (args, out) => change('project', args, out) },
  watch: { help: helps.watch, run: (args, out) => change('watch', args, out) },
  person: { help: helps.person, run: (args, out) => change('person', args, out) },
  shared: { help: helps.shared, run: (args, out) => change('shared', args, out) },
  badge: { help: helps.badge, run: (args, out) => change('badge', args, out) },
}

async function status(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, common)
  const result = (await asked(values.data, { command: 'status', arguments: {} })) as RelayStatus
  out.write(values.json ? jsonText(result) : statusText(result, { data: values.data }))
  return statusExitCode(result)
}

async function unclaimed(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, { ...common, limit: { type: 'string' }, after: { type: 'string' } })
  const { after, data } = values
  const limit = wholeNumber(values.limit, '--limit', 1, 10_000) ?? 100
  const page = { limit, ...(after === undefined ? {} : { after }) }
  const result = await asked(data, { command: 'unclaimed', arguments: page })
  out.write(values.json ? jsonText(result) : unclaimedText(result as Unclaimed))
  return 0
}

async function scan(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, common)
  const result = await asked(values.data, { command: 'scan', arguments: {} })
  out.write(values.json ? jsonText(result) : 'Every file has been looked at.\n')
  return 0
}

async function change(noun: string, args: readonly string[], out: Output): Promise<number> {
  const [verb = '', ...more] = parseWords(args, everything).positionals
  const command = `${noun}.${verb}`
  const known = Object.hasOwn(changes, command) ? changes[command] : undefined
  if (known === undefined) {
    const verbs = Object.keys(changes).flatMap((name) =>
      name.startsWith(`${noun}.`) ? [name.slice(noun.length + 1)] : [],
    )
    throw new UnusableInput(`relay ${noun} is followed by ${verbs.join(' or ')}; relay ${noun} --help`)
  }
  const { word, options } = known
  parseWords(args, options)
  if (command === 'badge.in' && more.length > 0)
    throw new UnusableInput('the code of a badge is a line of standard input, where no other program sees it')
  // Read as all there are: one that this command does not take is refused, and else it is not there.
  const { values, words } = parseOptions(args, options as typeof everything, [
    verb,
    ...(word === undefined ? [] : [word]),
  ])
  const data = required(values.data, 'data')
  const result: Changed = await asked(data, {
    command,
    arguments: await known.arguments(values, words[1] ?? ''),
  })
  const named = known.names?.(words[1] ?? '')
  // What this machine knows of its accounts, and what the relay does of its own.
  const warnings =
    named === undefined ? [] : [...enrolmentWarnings(named, knownHere), ...(result.warnings ?? [])]
  const warned = warnings.map((warning) => `WARNING: ${warning}.\n`).join('')
  const told = named === undefined ? result : { ...result, warnings }
  out.write(values.json ? jsonText(told) : `${doneText(command, result)}${warned}`)
  return 0
}

async function asked(data: string | undefined, request: Request): Promise<object> {
  return (await askRelay(dataFolder(required(data, 'data')), request)) as object
}

/** What a change is answered with. */
interface Changed {
  readonly code?: string
  readonly person?: string
  readonly seq?: number
  readonly warnings?: readonly string[]
}

function doneText(name: string, { code, person, seq }: Changed): string {
  if (code !== undefined) return `${code}\nThis is the badge's code, shown this once.\n`
  if (person !== undefined) return `${person} is signed in at this workstation.\n`
  if (name === 'badge.out') return 'Nobody is signed in at this workstation.\n'
  return seq === -1 ? 'Nothing changed.\n' : `Recorded as record ${seq}, and in force.\n`
}
