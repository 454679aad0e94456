import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { actorOf, bodyOf, readEntryParts } from '@compliance-relay/shared/trail'
import { type Columns, columnsOf, formerColumnsOf } from './columns.ts'
import { rowsOf } from './database.ts'
import { TrailStore } from './trail-store.ts'

/** A row of the columns people and the relay search by that is not what its record says. */
export interface ColumnFault {
  readonly code: 'columns-differ' | 'columns-missing' | 'columns-extra'
  readonly trail: number
  readonly seq: number
}

type Row = Columns & { readonly seq: number }

const PAGE_ROWS = 500

/**
 * Every row of the columns held against its record, of all trails, in order. The relay finds by them who was signed in,
 * who claimed what, and who had a content first: whoever changes one, or takes one away, has it not find what is on record.
 * A line that cannot be read is the verifier's to name, and its row says nothing. What it reads is of one moment if the
 * connection is in a transaction. Takes no memory to speak of.
 */
export function* columnFaults(database: DatabaseSync): Generator<ColumnFault> {
  const store = new TrailStore(database)
  for (const { id: trail } of store.trails()) {
    const rows = rowsIn(database, trail)
    let row = rows.next()
    for (const { seq, line } of store.lines(trail)) {
      for (; row.done !== true && row.value.seq < seq; row = rows.next())
        yield { code: 'columns-extra', trail, seq: row.value.seq }
      const isThere = row.done !== true && row.value.seq === seq
      const code = isThere ? faultOf(row.value as Row, line) : 'columns-missing'
      if (isThere) row = rows.next()
      if (code !== undefined) yield { code, trail, seq }
    }
    for (; row.done !== true; row = rows.next()) yield { code: 'columns-extra', trail, seq: row.value.seq }
  }
  for (const { trail, seq } of rowsOf<{ trail: number; seq: number }>(
    database.prepare('SELECT trail, seq FROM entry_columns WHERE trail NOT IN (SELECT id FROM trail)'),
  ))
    yield { code: 'columns-extra', trail, seq }
}

/**
 * Within a transaction: the rows are made again from their records. What is not found any more, or cannot be read, has
 * none.
 */
export function mendColumns(database: DatabaseSync, faults: readonly ColumnFault[]): void {
  const store = new TrailStore(database)
  const remove = database.prepare('DELETE FROM entry_columns WHERE trail = ? AND seq = ?')
  for (const { trail, seq } of faults) {
    const line = store.line(trail, seq)
    const columns = line && columnsIn(line)
    remove.run(trail, seq)
    if (columns !== undefined) store.putColumns(trail, seq, columns)
  }
}

function* rowsIn(database: DatabaseSync, trail: number): Generator<Row> {
  const page: StatementSync = database.prepare(
    'SELECT seq, time, kind, actor, project, path, digest FROM entry_columns WHERE trail = ? AND seq >= ? ORDER BY seq LIMIT ?',
  )
  for (let from = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = rowsOf<Row>(page, trail, from, PAGE_ROWS)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE_ROWS) return
    from = last.seq + 1
  }
}

function faultOf(row: Row, line: Uint8Array): ColumnFault['code'] | undefined {
  const draft = draftIn(line)
  if (draft === undefined) return undefined
  const { seq: _, ...columns } = row
  const isAsMade = isSame(columns, columnsOf(draft)) || isSame(columns, formerColumnsOf(draft))
  return isAsMade ? undefined : 'columns-differ'
}

function isSame(one: Columns, other: Columns): boolean {
  return NAMES.every((name) => one[name] === other[name])
}

const NAMES: readonly (keyof Columns)[] = ['time', 'kind', 'actor', 'project', 'path', 'digest']

function columnsIn(line: Uint8Array): Columns | undefined {
  const draft = draftIn(line)
  return draft && columnsOf(draft)
}

function draftIn(line: Uint8Array) {
  try {
    const parts = readEntryParts(line)
    return { kind: parts.kind, time: parts.time, actor: actorOf(parts), body: bodyOf(parts) }
  } catch {
    return undefined
  }
}
