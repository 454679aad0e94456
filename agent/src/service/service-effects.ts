import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { UnusableInput } from '../unusable-input.ts'
import { writeDurably } from '../write-durably.ts'

export interface CommandResult {
  /** Exit code; `undefined` if there is no such program or it did not end within a minute. */
  readonly code: number | undefined
  /** What it wrote, to either place. */
  readonly said: string
}

/** What setting up a service does to a machine. */
export interface ServiceEffects {
  readonly platform: NodeJS.Platform
  readonly node: string
  readonly relay: string
  /** Number of the account this runs as; `undefined` where accounts have none. */
  readonly uid: number | undefined
  readonly home: string
  /** Where a person's own configuration is. */
  readonly configHome: string
  readonly exists: (path: string) => boolean
  readonly read: (path: string) => Uint8Array | undefined
  /** Whole and durable, with the folder it lies in. Throws `UnusableInput` if that is not allowed. */
  readonly write: (path: string, bytes: Uint8Array) => void
  /** A file that is not there is removed already. */
  readonly remove: (path: string) => void
  /** The account a folder belongs to, by name if it has one here; `undefined` where that cannot be told. */
  readonly ownerOf: (path: string) => { readonly uid: number; readonly name: string } | undefined
  readonly run: (command: readonly string[]) => CommandResult
}

export function machineEffects(): ServiceEffects {
  return {
    platform: process.platform,
    node: process.execPath,
    relay: join(import.meta.dirname, '..', '..', 'bin', 'relay.mjs'),
    uid: process.getuid?.(),
    home: homedir(),
    configHome: process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'),
    exists: existsSync,
    read: (path) => (existsSync(path) ? readFileSync(path) : undefined),
    write,
    remove: (path) => orRefuse(path, 'removed', () => rmSync(path, { force: true })),
    ownerOf,
    run,
  }
}

function write(path: string, bytes: Uint8Array): void {
  orRefuse(path, 'written', () => {
    mkdirSync(dirname(path), { recursive: true })
    writeDurably(path, bytes, 0o644)
  })
}

function orRefuse(path: string, what: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const advice = ['EACCES', 'EPERM', 'EROFS'].includes(code) ? ': run this as the administrator' : ''
    throw new UnusableInput(`${path} cannot be ${what} (${code})${advice}`)
  }
}

function ownerOf(path: string): { readonly uid: number; readonly name: string } | undefined {
  if (process.getuid === undefined || !existsSync(path)) return undefined
  const { uid } = statSync(path)
  const accounts = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8').split('\n') : []
  const line = accounts.map((text) => text.split(':')).find((fields) => fields[2] === String(uid))
  return { uid, name: line?.[0] ?? String(uid) }
}

const COMMAND_MILLISECONDS = 60_000
const SAID_CHARACTERS_MAX = 20_000

function run([program = '', ...args]: readonly string[]): CommandResult {
  const result = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: COMMAND_MILLISECONDS,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const said = result.error === undefined ? `${result.stdout}${result.stderr}` : result.error.message
  return { code: result.status ?? undefined, said: said.trim().slice(0, SAID_CHARACTERS_MAX) }
}
