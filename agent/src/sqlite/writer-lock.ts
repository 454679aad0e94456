import { DatabaseSync } from 'node:sqlite'
import { UnusableInput } from '../unusable-input.ts'

/** A data folder has one writer. The lock is the operating system's, so it goes with the process, however it ends. */
export interface WriterLock {
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
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode=DELETE')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
  return { release: () => database.close() }
}

function isBusy(error: unknown): boolean {
  // SQLITE_BUSY, SQLITE_LOCKED and what they are extended to.
  return error instanceof Error && 'errcode' in error && [5, 6].includes(Number(error.errcode) & 0xff)
}
