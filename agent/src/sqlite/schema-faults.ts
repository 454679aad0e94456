import { DatabaseSync } from 'node:sqlite'
import { printable } from '@compliance-relay/shared/trail'
import { UnusableInput } from '../unusable-input.ts'
import { rowsOf } from './database.ts'
import { IS_TRAIL, schema } from './schema.ts'
import { strangeRows, TOLD_MAX } from './strange-rows.ts'

/** Something in the database that the relay did not make, made otherwise, or misses. */
export interface SchemaFault {
  readonly what: 'table' | 'index' | 'view' | 'trigger' | 'trail' | 'row'
  readonly name: string
  /** The statement that makes it, null if there is to be none. */
  readonly expected: string | null
  /** The statement that made it, null if it is not there. */
  readonly found: string | null
  /**
   * - `set-right`: it can be removed, or made as it should be, and no row is lost by it.
   * - `left`: a table of somebody else's, the name of a trail that has no record, or a row under a number that no record has.
   *   The relay reads and writes nothing in it, and does not destroy what is in it.
   * - `refused`: a table of ours, of which it is not known what it would do to what is written into it, or something that
   *   SQLite does not remove.
   */
  readonly remedy: 'set-right' | 'left' | 'refused'
}

interface Made {
  readonly type: SchemaFault['what']
  readonly name: string
  readonly tbl_name: string
  readonly sql: string
}

/**
 * Everything a database has otherwise than the relay makes it. A trigger that was put there can change or remove what
 * is written, a view can stand for what is read, and a trigger that is gone guards nothing. Reads only. What SQLite
 * makes by itself for a table (`sqlite_autoindex_…`) has no statement of its own and is judged by its table.
 */
export function schemaFaults(database: DatabaseSync): SchemaFault[] {
  const expected = madeBySchema()
  const found = madeIn(database)
  // SQLite tells names apart without regard to case.
  const ours = new Set([...expected.values()].map(({ tbl_name }) => tbl_name.toLowerCase()))
  const names = new Set([...expected.values()].map(({ name }) => name.toLowerCase()))
  const faults: SchemaFault[] = []
  for (const [key, one] of found) {
    const wanted = expected.get(key)
    if (wanted !== undefined && wanted.tbl_name === one.tbl_name && sameStatement(wanted.sql, one.sql))
      continue
    const { type, name, tbl_name } = one
    const isForeign = type === 'table' || (type === 'index' && !ours.has(tbl_name.toLowerCase()))
    // A table of ours, or one that has taken the name of something of ours, which then cannot be made again.
    const isOurs = type === 'table' && (wanted !== undefined || names.has(name.toLowerCase()))
    // SQLite goes by it, whatever the case its type is written in, and does not remove it.
    const isOdd = !types.has(type)
    const remedy = isOurs || isOdd ? 'refused' : isForeign ? 'left' : 'set-right'
    faults.push({ what: type, name, expected: wanted?.sql ?? null, found: one.sql, remedy })
  }
  for (const [key, { type, name, sql }] of expected)
    if (!found.has(key))
      faults.push({
        what: type,
        name,
        expected: sql,
        found: null,
        remedy: type === 'table' ? 'refused' : 'set-right',
      })
  return faults.some(({ remedy }) => remedy === 'refused')
    ? faults
    : [...faults, ...foreignTrails(database), ...foreignRows(database)]
}

/** Names of trails that the relay did not put there: it does so with the first record, and takes none away. */
function foreignTrails(database: DatabaseSync): SchemaFault[] {
  const read = database.prepare(
    `SELECT origin, vkey FROM trail WHERE NOT (${IS_TRAIL}) ORDER BY id LIMIT ${TOLD_MAX}`,
  )
  return rowsOf<{ origin: string; vkey: string }>(read).map(({ origin, vkey }) => ({
    what: 'trail',
    name: origin,
    expected: null,
    found: vkey,
    remedy: 'left',
  }))
}

/** Rows among the evidence under numbers that no record has. What people search by is no evidence, and is made again. */
function foreignRows(database: DatabaseSync): SchemaFault[] {
  const evidence = [
    ['entry', 'seq'],
    ['checkpoint', 'size'],
    ['time_stamp', 'size'],
  ] as const
  return evidence.flatMap((keyed) =>
    strangeRows(database, keyed).map(({ trail, place }) => ({
      what: 'row' as const,
      name: `${place} of trail ${trail} in ${keyed[0]}`,
      expected: null,
      found: 'a number that no record has',
      remedy: 'left' as const,
    })),
  )
}

const types: ReadonlySet<string> = new Set(['table', 'index', 'view', 'trigger'])

/** Throws `UnusableInput` where a table is not as the relay makes it: what it would do to what is written is not known. */
export function requireTables(faults: readonly SchemaFault[]): void {
  const refused = faults.find(({ remedy }) => remedy === 'refused')
  if (refused !== undefined)
    throw new UnusableInput(
      `the ${printable(refused.what.toLowerCase())} ${printable(refused.name)} of the database is ${refused.found === null ? 'missing' : 'not as this relay makes it'}: put the database back from a copy; nothing is written into it as it is`,
    )
}

/**
 * Sets right what can be. To be called within a transaction, before anything is written in it: what was put there does
 * not see what follows. What was there is gone then, so who calls this records it in the same transaction.
 */
export function mendSchema(database: DatabaseSync, faults: readonly SchemaFault[]): void {
  const mended = faults.filter(({ remedy }) => remedy === 'set-right')
  // Triggers first: one of them may hang on a view, and goes with it.
  for (const kind of ['trigger', 'view', 'index'] as const)
    for (const { what, name, found } of mended)
      if (what === kind && found !== null)
        database.exec(`DROP ${what.toUpperCase()} IF EXISTS ${quoted(name)}`)
  for (const { expected } of mended) if (expected !== null) database.exec(expected)
  const left = schemaFaults(database).filter(({ remedy }) => remedy !== 'left')
  if (left.length > 0) throw new Error(`the ${left[0]?.what} ${left[0]?.name} could not be set right`)
}

function madeBySchema(): Map<string, Made> {
  const database = new DatabaseSync(':memory:')
  try {
    database.exec(schema)
    return madeIn(database)
  } finally {
    database.close()
  }
}

function madeIn(database: DatabaseSync): Map<string, Made> {
  const read = database.prepare(
    'SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name',
  )
  return new Map(rowsOf<Made>(read).map((one) => [`${one.type} ${one.name}`, one]))
}

/** But for where lines are broken. A space is what SQLite takes for one: to it a no-break space is a letter of a name. */
function sameStatement(a: string, b: string): boolean {
  const set = (text: string) => text.replaceAll(/[ \t\n\f\r]+/g, ' ')
  return set(a) === set(b)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
