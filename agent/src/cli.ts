import { shown } from '@compliance-relay/shared/trail'
import type { AskingCommand } from './commands/asking.ts'
import { inOneLine } from './commands/in-one-line.ts'
import { type Command, isGiven, textsGiven } from './commands/options.ts'
import { UnusableInput } from './unusable-input.ts'

/** What loads a command. One is loaded when it is typed: all of them take longer than most have to do. */
type Loading = () => Promise<Command>

const asking = (name: AskingCommand): Loading => {
  return async () => (await import('./commands/asking.ts')).askingCommands[name]
}

/** All commands, in the order of the help. */
const loading: { readonly [name: string]: Loading } = {
  start: async () => {
    const { startHelp: help, startCommand: run } = await import('./commands/start.ts')
    return { help, run }
  },
  init: async () => {
    const { initHelp: help, initCommand: run } = await import('./commands/init.ts')
    return { help, run }
  },
  run: async () => {
    const { runHelp: help, runCommand: run } = await import('./commands/run.ts')
    return { help, run }
  },
  settings: async () => (await import('./commands/settings.ts')).settingsCommand,
  profiles: async () => (await import('./commands/profiles.ts')).profilesCommand,
  status: asking('status'),
  unclaimed: asking('unclaimed'),
  scan: asking('scan'),
  project: asking('project'),
  watch: asking('watch'),
  person: asking('person'),
  shared: asking('shared'),
  notary: async () => (await import('./commands/notary.ts')).notaryCommand,
  badge: asking('badge'),
  account: async () => (await import('./commands/account.ts')).accountCommand,
  claim: async () => (await import('./commands/claim.ts')).claimCommand,
  device: async () => (await import('./commands/device.ts')).deviceCommand,
  signature: async () => (await import('./commands/signature.ts')).signatureCommand,
  rules: async () => (await import('./commands/rules.ts')).rulesCommand,
  identity: async () => (await import('./commands/identity.ts')).identityCommand,
  'feed-token': async () => (await import('./commands/feed-token.ts')).feedTokenCommand,
  subscription: async () => (await import('./commands/subscription.ts')).subscriptionCommand,
  trail: async () => {
    const { trailHelp: help, trailCommand: run } = await import('./commands/trail.ts')
    return { help, run }
  },
  manifest: async () => {
    const { manifestHelp: help, manifestCommand } = await import('./commands/trail.ts')
    return { help, run: (args) => manifestCommand(args, { write: (bytes) => process.stdout.write(bytes) }) }
  },
  checkpoint: async () => {
    const { checkpointHelp: help, checkpointCommand: run } = await import('./commands/trail.ts')
    return { help, run }
  },
  export: async () => {
    const { exportHelp: help, exportCommand: run } = await import('./commands/export.ts')
    return { help, run }
  },
  report: async () => {
    const { reportHelp: help, reportCommand: run } = await import('./commands/report.ts')
    return { help, run }
  },
  keys: async () => {
    const { keysHelp: help, keysCommand: run } = await import('./commands/keys.ts')
    return { help, run }
  },
  page: async () => {
    const { pageHelp: help, pageCommand: run } = await import('./commands/page.ts')
    return { help, run }
  },
  verify: async () => (await import('./commands/verify.ts')).verify,
  'verify-file': async () => {
    const { verifyFileHelp: help, verifyFileCommand: run } = await import('./commands/verify-file.ts')
    return { help, run }
  },
  recover: async () => {
    const { recoverHelp: help, recoverCommand: run } = await import('./commands/recover.ts')
    return { help, run }
  },
  recovery: async () => {
    const { recoveryHelp: help, recoveryCommand: run } = await import('./commands/recover.ts')
    return { help, run }
  },
  service: async () => {
    const { serviceHelp: help, serviceCommand } = await import('./service/service-command.ts')
    const { readServiceSettings } = await import('./service/read-service-settings.ts')
    return { help, run: (args, { write }) => serviceCommand(args, { write, warn }, readServiceSettings) }
  },
}

export const commandNames = Object.keys(loading)

/** Each command by its name. Throws `UnusableInput` if there is none of that name. */
export async function commandNamed(name: string): Promise<Command> {
  if (!Object.hasOwn(loading, name))
    throw new UnusableInput(`there is no command ${shown(name)}; relay --help lists them`)
  return (loading[name] as Loading)()
}

async function wholeHelp(): Promise<string> {
  const { whereHelp } = await import('./commands/as-person.ts')
  const { REASON_CHARACTERS } = await import('@compliance-relay/shared/relay')
  const helps: string[] = []
  for (const name of commandNames)
    helps.push((await commandNamed(name)).help.replace(`      ${whereHelp}\n`, ''))
  return `relay: tamper-evident records of the files an instrument writes

${helps.map((help) => `  ${help}\n`).join('\n')}
  relay COMMAND --help
  relay --help
  relay --version

${whereHelp.replace(/^ +/gm, '')}

Every change is a record in the trail: what was before, what is now, why (--reason, ${REASON_CHARACTERS.least} to ${REASON_CHARACTERS.most}
characters), and which account asked. The running relay makes it, or the command itself in the data
folder of a stopped relay. agent/PEOPLE.md, "Reasons", says which reasons are refused.
With --json a command prints one JSON object, and an error as {"error": "..."} on standard error;
"run" and "start" print an object a line.
Exit codes: 0 done, and nothing found. 1 findings. 2 it could not be done; a sentence on standard
error says why. "status" has 3 and 4 of its own.
`
}

const NAME_COLUMNS = 14

const shortHelp = `relay: tamper-evident records of the files an instrument writes

${commandNames.map((name) => `  relay ${name.padEnd(NAME_COLUMNS)}${inOneLine[name] ?? ''}\n`).join('')}
  relay COMMAND --help has the options of one, relay --help all of it.
`

/** The `relay` command. Returns the exit code; the only file of the agent that writes to the terminal. */
export async function main(args: readonly string[]): Promise<number> {
  // Whoever reads our output may stop early; that is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(2)
    throw error
  })
  try {
    return await run(args)
  } catch (error) {
    const { sentenceFor } = await import('./commands/sentence-for.ts')
    const { withWhere } = await import('./commands/typed-next.ts')
    const { data, port, as } = textsGiven(args)
    // Whoever named a relay can type the command that the sentence names.
    const said = sentenceFor(error)
    const sentence = data === undefined && port === undefined ? said : withWhere(said, { data, port, as })
    if (isGiven(args, '--json')) process.stderr.write(`${JSON.stringify({ error: sentence })}\n`)
    else warn(sentence)
    return 2
  }
}

async function run([name, ...rest]: readonly string[]): Promise<number> {
  switch (name) {
    case undefined:
      process.stderr.write(shortHelp)
      return 2
    case '--help':
    case '-h':
    case 'help': {
      const [about] = rest
      process.stdout.write(about === undefined ? await wholeHelp() : `${(await commandNamed(about)).help}\n`)
      return 0
    }
    case '--version': {
      const { default: manifest } = await import('../package.json', { with: { type: 'json' } })
      process.stdout.write(`relay ${manifest.version}\n`)
      return 0
    }
    default: {
      const command = await commandNamed(name)
      if (!isGiven(rest, '--help', '-h')) return command.run(rest, out)
      process.stdout.write(`${command.help}\n`)
      return 0
    }
  }
}

function warn(sentence: string): void {
  process.stderr.write(`relay: ${sentence}\n`)
}

const out = { write: (text: string): void => void process.stdout.write(text) }
