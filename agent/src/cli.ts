import { Problem } from '@compliance-relay/shared/api'
import {
  NotaryUnreachable,
  REASON_CHARACTERS,
  RecoveryError,
  SecretUnusable,
} from '@compliance-relay/shared/relay'
import { printable, shown } from '@compliance-relay/shared/trail'
import { accountCommand } from './commands/account.ts'
import { whereHelp } from './commands/as-person.ts'
import { askingCommands } from './commands/asking.ts'
import { claimCommand } from './commands/claim.ts'
import { deviceCommand } from './commands/device.ts'
import { exportCommand, exportHelp } from './commands/export.ts'
import { feedTokenCommand } from './commands/feed-token.ts'
import { identityCommand } from './commands/identity.ts'
import { inOneLine } from './commands/in-one-line.ts'
import { initCommand, initHelp } from './commands/init.ts'
import { keysCommand, keysHelp } from './commands/keys.ts'
import { type Command, isGiven, parseOptions, parseWords, required } from './commands/options.ts'
import { pageCommand, pageHelp } from './commands/page.ts'
import { profilesCommand } from './commands/profiles.ts'
import { reading } from './commands/reading.ts'
import { recoverCommand, recoverHelp, recoveryCommand, recoveryHelp } from './commands/recover.ts'
import { reportCommand, reportHelp } from './commands/report.ts'
import { rulesCommand } from './commands/rules.ts'
import { runCommand, runHelp } from './commands/run.ts'
import { settingsCommand } from './commands/settings.ts'
import { signatureCommand } from './commands/signature.ts'
import { startCommand, startHelp } from './commands/start.ts'
import { subscriptionCommand } from './commands/subscription.ts'
import {
  checkpointCommand,
  checkpointHelp,
  manifestCommand,
  manifestHelp,
  trailCommand,
  trailHelp,
} from './commands/trail.ts'
import { verifyData } from './commands/verify-data.ts'
import { verifyFileCommand, verifyFileHelp } from './commands/verify-file.ts'
import { serviceCommand, serviceHelp } from './service/service-command.ts'
import { activeWatches, parseSettings, SettingsError } from './settings.ts'
import { systemFault } from './system-faults.ts'
import { UnusableInput } from './unusable-input.ts'
import { verifyCommand, verifyHelp } from './verify-command.ts'

/** All commands, in the order of the help. */
export const commands: { readonly [name: string]: Command } = {
  start: { help: startHelp, run: startCommand },
  init: { help: initHelp, run: initCommand },
  run: { help: runHelp, run: runCommand },
  settings: settingsCommand,
  profiles: profilesCommand,
  ...askingCommands,
  account: accountCommand,
  claim: claimCommand,
  device: deviceCommand,
  signature: signatureCommand,
  rules: rulesCommand,
  identity: identityCommand,
  'feed-token': feedTokenCommand,
  subscription: subscriptionCommand,
  trail: { help: trailHelp, run: trailCommand },
  manifest: {
    help: manifestHelp,
    run: (args) => manifestCommand(args, { write: (bytes) => process.stdout.write(bytes) }),
  },
  checkpoint: { help: checkpointHelp, run: checkpointCommand },
  export: { help: exportHelp, run: exportCommand },
  report: { help: reportHelp, run: reportCommand },
  keys: { help: keysHelp, run: keysCommand },
  page: { help: pageHelp, run: pageCommand },
  verify: { help: verifyHelp, run: verify },
  'verify-file': { help: verifyFileHelp, run: verifyFileCommand },
  recover: { help: recoverHelp, run: recoverCommand },
  recovery: { help: recoveryHelp, run: recoveryCommand },
  service: {
    help: serviceHelp,
    run: (args, { write }) => serviceCommand(args, { write, warn }, readServiceSettings),
  },
}

const help = `relay: tamper-evident records of the files an instrument writes

${Object.values(commands)
  .map((command) => `  ${command.help.replace(`      ${whereHelp}\n`, '')}\n`)
  .join('\n')}
  relay COMMAND --help
  relay --help
  relay --version

${whereHelp.replace(/^ +/gm, '')}

Every change is a record in the trail: what was before, what is now, why (--reason, ${REASON_CHARACTERS.least} to ${REASON_CHARACTERS.most}
characters), and which account asked. The running relay makes it, or the command itself in the data
folder of a stopped relay.
With --json a command prints one JSON object, and an error as {"error": "..."} on standard error;
"run" and "start" print an object a line.
Exit codes: 0 done, and nothing found. 1 findings. 2 it could not be done; a sentence on standard
error says why. "status" has 3 and 4 of its own.
`

const NAME_COLUMNS = 14

const shortHelp = `relay: tamper-evident records of the files an instrument writes

${Object.keys(commands)
  .map((name) => `  relay ${name.padEnd(NAME_COLUMNS)}${inOneLine[name] ?? ''}\n`)
  .join('')}
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
    const said = isPlain(error) ? plainOf(error) : failure(error)
    const sentence = printable(withoutSecrets(said))
    if (isGiven(args, '--json')) process.stderr.write(`${JSON.stringify({ error: sentence })}\n`)
    else warn(sentence)
    return 2
  }
}

/** Errors whose message is one sentence for whoever typed the command. */
function isPlain(error: unknown): error is Error {
  const plain = [Problem, UnusableInput, SettingsError, SecretUnusable, NotaryUnreachable, RecoveryError]
  return plain.some((kind) => error instanceof kind)
}

function waitText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3_600)} hours`
}

/** How a command takes what a request has in a field. */
const options: Readonly<Record<string, string>> = {
  user: 'ID',
  name: 'the name',
  roles: '--role',
  reason: '--reason',
  identityCheck: '--identity-check',
  issuer: '--issuer',
  subject: '--subject',
  digest: '--digest',
  kinds: '--kind',
  projects: '--project',
  lasts: '--days',
  to: '--webhook or --syslog',
  token: 'TOKEN-ID',
  subscription: 'ID',
  code: 'the code',
  password: 'the password',
  newPassword: 'the new password',
}

function placeText(pointer: string): string {
  const [, field = '', ...more] = pointer.split('/')
  if (field !== 'change') return options[field] ?? pointer
  return `the rule ${more.filter((step) => step !== '').join(' ')}`
}

/** Of a request that the relay refuses, which field it is about. */
function plainOf(error: Error): string {
  const { pointer = '', retryAfterSeconds } = error instanceof Problem ? error.details : {}
  const wait =
    retryAfterSeconds === undefined ? '' : ` It can be tried again in ${waitText(retryAfterSeconds)}.`
  return `${error.message}${pointer === '' ? '' : ` It is about ${placeText(pointer)}.`}${wait}`
}

/** A fault of ours, or of the machine: not a word about the trail, so neither 0 nor 1. */
function failure(error: unknown): string {
  const fault = systemFault(error)
  if (fault !== undefined) return fault
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return `it failed, and nothing is said about the trail (${reason})`
}

/** A key typed in the wrong place is not repeated to the screen. */
function withoutSecrets(text: string): string {
  return text.replace(/[0-9a-fA-F]{64}/g, '<64 hexadecimal digits>')
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
      process.stdout.write(about === undefined ? help : `${commandNamed(about).help}\n`)
      return 0
    }
    case '--version': {
      const { default: manifest } = await import('../package.json', { with: { type: 'json' } })
      process.stdout.write(`relay ${manifest.version}\n`)
      return 0
    }
    default: {
      const command = commandNamed(name)
      if (!isGiven(rest, '--help', '-h')) return command.run(rest, out)
      process.stdout.write(`${command.help}\n`)
      return 0
    }
  }
}

function commandNamed(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined)
    throw new UnusableInput(`there is no command ${shown(name)}; relay --help lists them`)
  return command
}

function warn(sentence: string): void {
  process.stderr.write(`relay: ${sentence}\n`)
}

const out = { write: (text: string): void => void process.stdout.write(text) }

/** A trail in a file, or a whole data folder. */
async function verify(args: readonly string[]): Promise<number> {
  if (args.some((arg) => arg === '--data' || arg.startsWith('--data='))) {
    const { values } = parseOptions(args, {
      data: { type: 'string' },
      files: { type: 'boolean', default: false },
      'tsa-cert': { type: 'string' },
      json: { type: 'boolean', default: false },
    })
    const tsaCert = values['tsa-cert']
    return verifyData(required(values.data, 'data'), { ...values, tsaCert }, out)
  }
  const { values, positionals } = parseWords(args, {
    key: { type: 'string', multiple: true, default: [] },
    'key-file': { type: 'string', multiple: true, default: [] },
    checkpoint: { type: 'string', multiple: true, default: [] },
    policy: { type: 'string' },
    'trail-key': { type: 'string' },
    fingerprint: { type: 'string', multiple: true, default: [] },
    'tsa-cert': { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  return verifyCommand({ ...values, files: positionals }, out)
}

async function readServiceSettings(data: string) {
  return reading(data, ({ host }) => {
    const settings = parseSettings(host.settings())
    return { watches: activeWatches(settings).map(({ path }) => path), notary: settings.notary.folder }
  })
}
