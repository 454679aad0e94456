import { linuxAccounts } from './linux-accounts.ts'
import { macAccounts } from './mac-accounts.ts'
import type { Accounts } from './types.ts'
import { windowsAccounts } from './windows-accounts.ts'

/**
 * What this operating system tells of owners, accounts and sessions. Throws `UnusableInput` on Windows without the
 * package koffi. Systems not named here are asked as Linux is.
 */
export function accountsOf(platform: NodeJS.Platform): Accounts {
  if (platform === 'win32') return windowsAccounts()
  return platform === 'darwin' ? macAccounts() : linuxAccounts()
}
