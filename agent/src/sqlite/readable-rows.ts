import type { DatabaseSync } from 'node:sqlite'
import { rowOf } from './database.ts'
import { removeStrange, strangeCount } from './strange-rows.ts'

/*
 * The capture state is no evidence, and anybody who opens the database can put a row into it that is of no form: a name
 * that is a number, a size beyond what a number here holds. Reading one is an error, wherever it is read, so they are
 * looked for by SQLite itself before anything is read.
 */
const NUMBER_MAX = Number.MAX_SAFE_INTEGER

const isNumber = (column: string) =>
  `typeof(${column}) = 'integer' AND ${column} BETWEEN -${NUMBER_MAX} AND ${NUMBER_MAX}`
const isName = (column: string) => `typeof(${column}) IN ('text', 'blob')`
const isText = (column: string) => `typeof(${column}) = 'text'`

const readable: readonly (readonly [table: string, condition: string])[] = [
  [
    'folder',
    [isNumber('id'), isText('watch'), isNumber('parent'), isName('name'), isText('file_id')].join(' AND '),
  ],
  [
    'unit',
    [
      ...['folder', 'size', 'trail', 'seq'].map(isNumber),
      isName('name'),
      ...['file_id', 'stamp', 'digest', 'profile'].map(isText),
      "kind IN ('file', 'set', 'other')",
      "state IN ('recorded', 'refused', 'failed', 'absent')",
    ].join(' AND '),
  ],
  [
    'member',
    [...['folder', 'size'].map(isNumber), isName('path'), ...['stamp', 'digest'].map(isText)].join(' AND '),
  ],
]

/** What people search by is made of the records, and is no evidence either. */
const columns = ['entry_columns', 'seq'] as const

/** How many rows of the capture state, and of what people search by, cannot be read. */
export function unreadableRows(database: DatabaseSync): number {
  return readable.reduce(
    (sum, [table, condition]) => {
      const count = database.prepare(`SELECT COUNT(*) AS count FROM ${table} WHERE NOT (${condition})`)
      return sum + (rowOf<{ count: number }>(count)?.count ?? 0)
    },
    strangeCount(database, columns),
  )
}

/** Within a transaction. What a record says is there, and is not known then, is found missing and read again. */
export function removeUnreadableRows(database: DatabaseSync): void {
  for (const [table, condition] of readable) database.exec(`DELETE FROM ${table} WHERE NOT (${condition})`)
  removeStrange(database, columns)
}
