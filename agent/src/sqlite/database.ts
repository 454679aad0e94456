import { existsSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { printable } from '@compliance-relay/shared/trail'
import { UnusableInput } from '../unusable-input.ts'
import { SCHEMA_VERSION, schema } from './schema.ts'
import { requireTables, schemaFaults } from './schema-faults.ts'

/** Of a new database. An entry has about 1.2 KiB: in pages of 4 KiB a third of the room, and of the log, is wasted. */
const PAGE_BYTES = 8_192
/** Pages kept in memory by the writer: enough for the inner pages of a trail of a million entries. */
const CACHE_KIB = 16_384
/** The log is written back at leisure (`writeBack`), and at the latest when it has so many pages: 64 MiB. */
const LOG_PAGES_MAX = 8_192
const BUSY_MILLISECONDS = 5_000

/**
 * The database of a data folder, opened for writing. WAL first and then synchronous=FULL: set the other way
 * round, or by a driver that knows better, commits can be lost on a power cut. So both are read again after
 * a write, here and each time the file is opened.
 *
 * A database with triggers or views of somebody else's is opened and not written to: who opens it records them and has
 * them removed (`schemaFaults`, `mendSchema`) before anything is. Throws `UnusableInput` where a table is not as the
 * relay makes it.
 */
export function openDatabase(file: string): DatabaseSync {
  // Our own two foreign keys are held by the code beside them. Enforced, one in a table that somebody else put there, and
  // that names a table of ours, would stop each write.
  const database = new DatabaseSync(file, {
    timeout: BUSY_MILLISECONDS,
    enableForeignKeyConstraints: false,
  })
  try {
    database.exec(`PRAGMA page_size=${PAGE_BYTES}`)
    database.exec('PRAGMA journal_mode=WAL')
    database.exec('PRAGMA synchronous=FULL')
    database.exec(`PRAGMA cache_size=-${CACHE_KIB}`)
    database.exec(`PRAGMA wal_autocheckpoint=${LOG_PAGES_MAX}`)
    distrust(database)
    prepareSchema(database)
    if (isAsMade(database))
      database.exec(
        "INSERT INTO alive (id, state) VALUES (1, '{}') ON CONFLICT (id) DO UPDATE SET state = state",
      )
    requireDurable(database)
    return database
  } catch (error) {
    database.close()
    throw unreadable(file, error)
  }
}

/** The same database for reading beside the writer, as it was last committed. Throws `UnusableInput`. */
export function openForReading(file: string): DatabaseSync {
  if (!existsSync(file)) throw new UnusableInput(`there is no trail in this folder: ${file} is not there`)
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MILLISECONDS })
  try {
    distrust(database)
    const version = versionOf(database)
    if (version !== SCHEMA_VERSION)
      throw new UnusableInput(
        `${file} has schema version ${version}, this relay reads version ${SCHEMA_VERSION}`,
      )
    // The first thing that is asked has SQLite read the schema, all of it.
    database.prepare('SELECT COUNT(*) FROM sqlite_master').get()
    return database
  } catch (error) {
    database.close()
    throw unreadable(file, error)
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB, whatever they are extended to. */
const UNREADABLE = new Set([11, 26])

/** What SQLite says of a file it cannot make sense of, as a sentence; anything else stays as it is. */
function unreadable(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || !UNREADABLE.has(Number(error.errcode) & 0xff))
    return error
  return new UnusableInput(
    `the database ${file} cannot be read (${printable(error.message)}): put it back from a copy`,
  )
}

/**
 * The file may not be what was written. What stands in its schema calls no function that does anything (an index or a
 * check would be enough), and a page whose cells do not fit in it is an error and not read as it stands.
 */
function distrust(database: DatabaseSync): void {
  database.exec('PRAGMA trusted_schema=OFF')
  database.exec('PRAGMA cell_size_check=ON')
}

/** False if there is something to be mended first. Throws `UnusableInput` for what cannot be. */
function isAsMade(database: DatabaseSync): boolean {
  const faults = schemaFaults(database)
  requireTables(faults)
  return faults.every(({ remedy }) => remedy === 'left')
}

function prepareSchema(database: DatabaseSync): void {
  const version = versionOf(database)
  if (version === SCHEMA_VERSION) return
  if (version !== 0) {
    throw new UnusableInput(
      `the database has schema version ${version}, this relay writes version ${SCHEMA_VERSION}`,
    )
  }
  inTransaction(database, () => {
    database.exec(schema)
    database.exec(`PRAGMA user_version=${SCHEMA_VERSION}`)
  })
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
}

function requireDurable(database: DatabaseSync): void {
  const mode = database.prepare('PRAGMA journal_mode').get()?.['journal_mode']
  const synchronous = database.prepare('PRAGMA synchronous').get()?.['synchronous']
  if (mode !== 'wal' || synchronous !== 2) {
    throw new Error(
      `the database is not durable: journal_mode ${mode}, synchronous ${synchronous}, wanted wal and 2`,
    )
  }
}

/** Writes the log back into the database. What is committed is durable before and after; a burst need not wait for it. */
export function writeBack(database: DatabaseSync): void {
  try {
    database.exec('PRAGMA wal_checkpoint(PASSIVE)')
  } catch {
    // A full or failing disk: the log stays as it is, nothing is lost, and the next commit says what is wrong.
  }
}

/** Lets go of the pages kept in memory: they are read again when they are needed. */
export function giveBackPages(database: DatabaseSync): void {
  database.exec('PRAGMA shrink_memory')
}

/** All of it or nothing. The lock is taken before anything is read, so that what is read still holds at commit. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // After some faults SQLite has rolled back by itself.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** Rows of a statement with the columns the caller names: the one place where SQLite's loose rows get a type. */
export function rowsOf<Row>(statement: StatementSync, ...values: SQLInputValue[]): Row[] {
  return statement.all(...values) as Row[]
}

export function rowOf<Row>(statement: StatementSync, ...values: SQLInputValue[]): Row | undefined {
  return statement.get(...values) as Row | undefined
}
