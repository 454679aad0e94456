import { readFileSync } from 'node:fs'
import { parseDscacheutil } from './mac-accounts.ts'
import { parsePasswd, parsePasswdLine } from './passwd.ts'
import { type Commands, systemCommands } from './run-command.ts'
import type { Account } from './types.ts'
import { WindowsError } from './windows-calls.ts'
import { loadKoffi, windowsCalls } from './windows-koffi.ts'
import { judgeSid, SID_USER } from './windows-sids.ts'

export interface AccountLookup {
  readonly platform: NodeJS.Platform
  readonly commands?: Commands
  /** Where accounts stand without a directory service; only if that cannot be asked. */
  readonly passwd?: string
  /** LookupAccountNameW; throws `WindowsError` if Windows cannot tell. */
  readonly sidOf?: (name: string) => string | undefined
}

/** What is known of an account: why it is no person's, if it is none. False: there is none; undefined: nobody can tell. */
export type Known = Pick<Account, 'service' | 'byNumber'> | false | undefined

/**
 * What this machine, or the directory it asks, knows of an account by its name. Asked for a warning only: an account may
 * be made after its person was enrolled.
 */
export function accountKnown(name: string, lookup: AccountLookup): Known {
  const { platform, commands = systemCommands(), passwd = '/etc/passwd' } = lookup
  if (platform === 'win32') return windowsKnows(name, lookup.sidOf)
  // It must not be an option; no system gives such a name.
  if (name.startsWith('-')) return false
  if (platform === 'darwin') {
    const { code, text } = commands.now('/usr/bin/dscacheutil', ['-q', 'user', '-a', 'name', name])
    return code === 0 ? (parseDscacheutil(text) ?? false) : undefined
  }
  const { code, text } = commands.now('getent', ['passwd', name])
  // A number is taken for a uid: it has to be the name.
  if (code === 0) return text.startsWith(`${name}:`) ? (parsePasswdLine(text) ?? {}) : false
  if (code === 2) return false
  return inFile(passwd, name)
}

/** As `accountKnown` of the machine this runs on. */
export function knownHere(name: string): Known {
  return accountKnown(name, { platform: process.platform })
}

function inFile(passwd: string, name: string): Account | undefined {
  try {
    return [...parsePasswd(readFileSync(passwd, 'utf8')).values()].find((account) => account.name === name)
  } catch {
    return undefined
  }
}

function windowsKnows(
  name: string,
  sidOf = (account: string) => windowsCalls(loadKoffi()).sidOf(account),
): Known {
  try {
    const sid = sidOf(name)
    if (sid === undefined) return false
    const verdict = judgeSid(sid, name, SID_USER)
    return verdict === undefined || verdict === 'gone' ? {} : verdict
  } catch (error) {
    if (error instanceof WindowsError) return undefined
    throw error
  }
}
