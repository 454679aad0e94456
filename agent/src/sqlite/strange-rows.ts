import type { DatabaseSync } from 'node:sqlite'
import { rowOf, rowsOf } from './database.ts'
import { PLACE_MAX, TRAIL_ID_MAX } from './schema.ts'

/*
 * Rows under numbers under which no record can stand: somebody put them there. SQLite holds them, a number of this program
 * may not, so whoever reads records asks for the others only. They are looked for by the keys of a table, a trail at a
 * time, and not by going through all of it. A table is named together with the column that is the second of its key.
 */

export interface StrangeRow {
  /** As SQLite writes them. */
  readonly trail: string
  readonly place: string
}

/** More are not told: their number is what somebody likes it to be. */
export const TOLD_MAX = 1_000

type Keyed = readonly [table: 'entry' | 'entry_columns' | 'checkpoint' | 'time_stamp', column: 'seq' | 'size']

/** Every number of a trail under which there are rows, whosever. */
const trailsIn = (table: string) =>
  `WITH RECURSIVE found(id) AS (SELECT MIN(trail) FROM ${table} UNION ALL SELECT (SELECT MIN(trail) FROM ${table} WHERE trail > found.id) FROM found WHERE found.id IS NOT NULL)`

/** Conditions that have no row in common, each of which a search of the key finds. */
const conditions = (column: string) => [
  `${column} < 0`,
  `${column} > ${PLACE_MAX}`,
  // By the number of the trail alone: rows of one that can be are not gone through.
  `found.id NOT BETWEEN 1 AND ${TRAIL_ID_MAX} AND ${column} BETWEEN 0 AND ${PLACE_MAX}`,
]

const inEach = ([table, column]: Keyed, what: string) =>
  conditions(column)
    .map((one) => `SELECT ${what} FROM found CROSS JOIN ${table} ON trail = found.id WHERE ${one}`)
    .join(' UNION ALL ')

export function strangeRows(database: DatabaseSync, [table, column]: Keyed): readonly StrangeRow[] {
  const what = `CAST(trail AS TEXT) AS trail, CAST(${column} AS TEXT) AS place`
  const read = database.prepare(`${trailsIn(table)} ${inEach([table, column], what)} LIMIT ${TOLD_MAX}`)
  return rowsOf<StrangeRow>(read)
}

export function strangeCount(database: DatabaseSync, [table, column]: Keyed): number {
  const read = database.prepare(
    `${trailsIn(table)} SELECT COUNT(*) AS count FROM (${inEach([table, column], '1')})`,
  )
  return rowOf<{ count: number }>(read)?.count ?? 0
}

/** Within a transaction. */
export function removeStrange(database: DatabaseSync, [table, column]: Keyed): void {
  for (const one of conditions(column))
    database.exec(
      `${trailsIn(table)} DELETE FROM ${table} WHERE (trail, ${column}) IN (SELECT trail, ${column} FROM found CROSS JOIN ${table} ON trail = found.id WHERE ${one})`,
    )
}
