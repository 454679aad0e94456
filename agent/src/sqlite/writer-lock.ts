import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { UnusableInput } from '../unusable-input.ts'

/** A data folder has one writer. The lock is the operating system's, so it goes with the process, however it ends. */
export interface WriterLock {
  /**
   * Whether the file that is locked is still the one that others find. One that was taken away is made and locked again:
   * `again`. `lost`: somebody else has it by now.
   */
  keep(): 'held' | 'again' | 'lost'
  release(): void
}

/**
 * Takes the lock, or says that another relay has it. It is an exclusive transaction on a database that holds
 * nothing: the one lock SQLite offers alike on Linux, Windows and macOS. Throws `UnusableInput`.
 */
export function takeWriterLock(file: string): WriterLock {
  const lock = tryWriterLock(file)
  if (lock === undefined) throw new UnusableInput('another relay is running on this data folder')
  return lock
}

/** As `takeWriterLock`, undefined if another has it. */
export function tryWriterLock(file: string): WriterLock | undefined {
  let locked = lockedDatabase(file)
  if (locked === undefined) return undefined
  let own = idOf(file)
  return {
    keep() {
      if (own !== undefined && idOf(file) === own) return 'held'
      const again = lockedDatabase(file)
      if (again === undefined) return 'lost'
      locked?.close()
      locked = again
      own = idOf(file)
      return 'again'
    },
    release: () => locked?.close(),
  }
}

/** By device and place on it; undefined where there is no such file. */
function idOf(file: string): string | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev} ${stat.ino}`
}

function lockedDatabase(file: string): DatabaseSync | undefined {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode=DELETE')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
  return database
}

function isBusy(error: unknown): boolean {
  // SQLITE_BUSY, SQLITE_LOCKED and what they are extended to.
  return error instanceof Error && 'errcode' in error && [5, 6].includes(Number(error.errcode) & 0xff)
}
