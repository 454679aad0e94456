import { parseArgs } from 'node:util'
import { printable } from '@compliance-relay/shared/trail'
import { UnusableInput } from './unusable-input.ts'
import { verifyCommand, verifyHelp } from './verify-command.ts'

const help = `relay: tamper-evident records of the files an instrument writes

  ${verifyHelp}

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
    const said = error instanceof UnusableInput ? error.message : failure(error)
    process.stderr.write(`relay: ${printable(withoutSecrets(said))}\n`)
    return 2
  }
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
      return verifyCommand(parseVerify(rest), { write: (text) => process.stdout.write(text) })
    default:
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
