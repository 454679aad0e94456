import { statSync } from 'node:fs'
import { accountsOf } from './actors/accounts.ts'
import { messageOf } from './error-message.ts'

/** What is said of an account that may not: the same wherever it is found out. */
export const AS_THE_RELAY = 'run this as the account the relay runs under, e.g. with sudo -u ACCOUNT'

/**
 * One sentence for an error of the system that whoever typed the command can do something about: which account may
 * not do what, which disk is full. Undefined for all others: those are faults of ours, or of the machine.
 */
export function systemFault(error: unknown): string | undefined {
  const { code, path, errcode } = error as { code?: unknown; path?: unknown; errcode?: unknown }
  const what = typeof path === 'string' ? path : 'a file of the data folder'
  if (code === 'ERR_SQLITE_ERROR' && UNREADABLE.has(Number(errcode) & 0xff))
    return `the database of the data folder cannot be read (${messageOf(error)}): put it back from a copy`
  switch (code === 'ERR_SQLITE_ERROR' ? sqliteFault(Number(errcode)) : code) {
    case 'EACCES':
    case 'EPERM':
      return `this account, ${accountName()}, may not use ${what}: ${AS_THE_RELAY}, or give it the rights`
    case 'EROFS':
      return `${what} is on a disk that is read-only: nothing can be written there`
    case 'ENOSPC':
    case 'EDQUOT':
      return `the disk of ${what} is full: make room and try again`
    case 'ENOTDIR':
      return `${what} cannot be there: a part of its path is no folder`
    default:
      return undefined
  }
}

/** Why something cannot be read, in words for whoever named it. */
export function whyUnreadable(error: unknown): string {
  switch ((error as { code?: unknown }).code) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EISDIR':
      return 'it is a folder'
    case 'EACCES':
    case 'EPERM':
      return `this account, ${accountName()}, may not read it`
    default:
      return messageOf(error)
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const UNREADABLE = new Set([11, 26])

/** SQLITE_IOERR_SHMSIZE: there is no room for the index of the write-ahead log, which readers need, too. */
const SHMSIZE = 4_874

/** SQLITE_PERM, READONLY, CANTOPEN and AUTH are mostly rights; FULL, and IOERR_SHMSIZE of whoever only reads, is a disk. */
function sqliteFault(errcode: number): string | undefined {
  const primary = errcode & 0xff
  if ([3, 8, 14, 23].includes(primary)) return 'EACCES'
  return primary === 13 || errcode === SHMSIZE ? 'ENOSPC' : undefined
}

/** The account this program runs under, for people. */
export function accountName(): string {
  try {
    return accountsOf(process.platform).currentAccount().name
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`
  }
}

/** The account something belongs to, for people. */
export function ownerName(path: string): string {
  try {
    const accounts = accountsOf(process.platform)
    const stat = statSync(path)
    return accounts.accountOf(accounts.ownerOf(path, stat))?.name ?? `uid ${stat.uid}`
  } catch {
    return 'the account it was set up with'
  }
}
