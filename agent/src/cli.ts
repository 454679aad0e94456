import { parseArgs } from 'node:util'
import { NotaryUnreachable, RecoveryError, SecretUnusable } from '@compliance-relay/shared/relay'
import { printable } from '@compliance-relay/shared/trail'
import { askingCommand, askingHelp, isAsking } from './commands/asking.ts'
import { initCommand, initHelp } from './commands/init.ts'
import { parseOptions, required } from './commands/options.ts'
import { reading } from './commands/reading.ts'
import { recoverCommand, recoverHelp, recoveryCommand } from './commands/recover.ts'
import { PORT, runCommand, runHelp } from './commands/run.ts'
import { startCommand, startHelp } from './commands/start.ts'
import { checkpointCommand, manifestCommand, trailCommand, trailHelp } from './commands/trail.ts'
import { verifyData } from './commands/verify-data.ts'
import { verifyFileCommand, verifyFileHelp } from './commands/verify-file.ts'
import { serviceCommand, serviceHelp } from './service/service-command.ts'
import { activeWatches, parseSettings, SettingsError } from './settings.ts'
import { UnusableInput } from './unusable-input.ts'
import { verifyCommand, verifyHelp } from './verify-command.ts'

const help = `relay: tamper-evident records of the files an instrument writes

  ${startHelp}

  ${initHelp}

  ${runHelp}

  ${askingHelp}

  ${trailHelp}

  ${verifyHelp}

  relay verify --data DIR [--json]
      Verifies every trail of a data folder, the copies people search, and what the notary holds

  ${verifyFileHelp}

  ${recoverHelp}

  ${serviceHelp}

  relay --help
  relay --version

Exit codes: 0 nothing found, 1 findings, 2 the input or the command line cannot be used.
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
    const said = isPlain(error) ? error.message : failure(error)
    process.stderr.write(`relay: ${printable(withoutSecrets(said))}\n`)
    return 2
  }
}

/** Errors whose message is one sentence for whoever typed the command. */
function isPlain(error: unknown): error is Error {
  const plain = [UnusableInput, SettingsError, SecretUnusable, NotaryUnreachable, RecoveryError]
  return plain.some((kind) => error instanceof kind)
}

/** A fault of ours, or of the machine: not a word about the trail, so neither 0 nor 1. */
function failure(error: unknown): string {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return `it failed, and nothing is said about the trail (${reason})`
}

/** A key typed in the wrong place is not repeated to the screen. */
function withoutSecrets(text: string): string {
  return text.replace(/[0-9a-fA-F]{64}/g, '<64 hexadecimal digits>')
}

async function run([command, ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case undefined:
    case '--help':
    case '-h':
    case 'help':
      process.stdout.write(help)
      return command === undefined ? 2 : 0
    case '--version': {
      const { default: manifest } = await import('../package.json', { with: { type: 'json' } })
      process.stdout.write(`relay ${manifest.version}\n`)
      return 0
    }
    case 'verify':
      return verify(rest)
    case 'start':
      return startCommand(rest, out)
    case 'init':
      return initCommand(rest, out)
    case 'run':
      return runCommand(rest, out)
    case 'trail':
      return trailCommand(rest, out)
    case 'manifest':
      return manifestCommand(rest, { write: (bytes) => process.stdout.write(bytes) })
    case 'checkpoint':
      return checkpointCommand(rest, out)
    case 'verify-file':
      return verifyFileCommand(rest, out)
    case 'recover':
      return recoverCommand(rest, out)
    case 'recovery':
      return recoveryCommand(rest, out)
    case 'service':
      return serviceCommand(rest, out, readServiceSettings)
    default:
      if (isAsking(command)) return askingCommand(command, rest, out)
      throw new UnusableInput(`there is no command "${command}"; relay --help lists them`)
  }
}

function parseVerify(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        key: { type: 'string', multiple: true, default: [] },
        'key-file': { type: 'string', multiple: true, default: [] },
        checkpoint: { type: 'string', multiple: true, default: [] },
        policy: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return { ...values, files: positionals }
  } catch (error) {
    throw new UnusableInput(error instanceof Error ? error.message : String(error))
  }
}

const out = { write: (text: string): void => void process.stdout.write(text) }

function verify(args: readonly string[]): Promise<number> {
  if (!args.some((arg) => arg === '--data' || arg.startsWith('--data=')))
    return verifyCommand(parseVerify(args), out)
  const { values } = parseOptions(args, {
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  return verifyData(required(values.data, 'data'), values.json, out)
}

async function readServiceSettings(data: string) {
  return reading(data, ({ host }) => {
    const settings = parseSettings(host.settings())
    return {
      watches: activeWatches(settings).map(({ path }) => path),
      notary: settings.notary.folder,
      port: PORT,
    }
  })
}
