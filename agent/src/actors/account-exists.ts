import { readFileSync } from 'node:fs'
import { parseDscacheutil } from './mac-accounts.ts'
import { parsePasswd } from './passwd.ts'
import { type Commands, systemCommands } from './run-command.ts'
import { WindowsError } from './windows-calls.ts'
import { loadKoffi, windowsCalls } from './windows-koffi.ts'

export interface AccountLookup {
  readonly platform: NodeJS.Platform
  readonly commands?: Commands
  /** Where accounts stand without a directory service; only if that cannot be asked. */
  readonly passwd?: string
  /** LookupAccountNameW; throws `WindowsError` if Windows cannot tell. */
  readonly sidOf?: (name: string) => string | undefined
}

/**
 * Whether this machine, or the directory it asks, knows an account by name; undefined if that cannot be found out.
 * Asked for a warning only: an account may be made after its person was enrolled.
 */
export function accountExists(name: string, lookup: AccountLookup): boolean | undefined {
  const { platform, commands = systemCommands(), passwd = '/etc/passwd' } = lookup
  if (platform === 'win32') return windowsKnows(name, lookup.sidOf)
  // It must not be an option; no system gives such a name.
  if (name.startsWith('-')) return false
  if (platform === 'darwin') {
    const { code, text } = commands.now('/usr/bin/dscacheutil', ['-q', 'user', '-a', 'name', name])
    return code === 0 ? parseDscacheutil(text) !== undefined : undefined
  }
  const { code, text } = commands.now('getent', ['passwd', name])
  // A number is taken for a uid: it has to be the name.
  if (code === 0) return text.startsWith(`${name}:`)
  if (code === 2) return false
  return isInFile(passwd, name) ? true : undefined
}

function isInFile(passwd: string, name: string): boolean {
  try {
    return [...parsePasswd(readFileSync(passwd, 'utf8')).values()].some((account) => account.name === name)
  } catch {
    return false
  }
}

function windowsKnows(
  name: string,
  sidOf = (account: string) => windowsCalls(loadKoffi()).sidOf(account),
): boolean | undefined {
  try {
    return sidOf(name) !== undefined
  } catch (error) {
    if (error instanceof WindowsError) return undefined
    throw error
  }
}
