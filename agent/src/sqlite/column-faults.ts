import type { DatabaseSync } from 'node:sqlite'
import type { Draft } from '@compliance-relay/shared/trail'
import type { TrailAuthority } from '../trail-authority.ts'
import { type Columns, columnsOf, isOf } from './columns.ts'
import { rowsOf } from './database.ts'
import { IS_PLACE } from './schema.ts'
import { type RecordPlace, TrailStore } from './trail-store.ts'

/** A row of the columns people and the relay search by that is not what its record says. */
export interface ColumnFault {
  readonly code: 'columns-differ' | 'columns-missing' | 'columns-extra'
  readonly trail: number
  readonly seq: number
}

type Row = Columns & { readonly seq: number }

const PAGE_ROWS = 500

/**
 * Every row of the columns held against its record. The relay finds by them who was signed in, who claimed what, and who
 * had a content first: whoever changes one, or takes one away, has it not find what is on record. Told the records of each
 * trail in order, it reads the rows beside them. What it reads is of one moment if the connection is in a transaction.
 * Takes no memory to speak of.
 */
export class ColumnCheck {
  readonly #database: DatabaseSync
  readonly #onFault: (fault: ColumnFault) => void
  readonly #onRow: (place: RecordPlace, row: Columns) => void
  #trail = 0
  #rows: Generator<Row> | undefined
  #row: Row | undefined

  /** `onRow`: told each row, a faulty one as it is once it has been made again. */
  constructor(
    database: DatabaseSync,
    onFault: (fault: ColumnFault) => void,
    onRow: (place: RecordPlace, row: Columns) => void = () => {},
  ) {
    this.#database = database
    this.#onFault = onFault
    this.#onRow = onRow
  }

  begin(trail: number): void {
    this.#finish()
    this.#trail = trail
    this.#rows = rowsIn(this.#database, trail)
    this.#next()
  }

  /** `draft`: the record; undefined for a line that cannot be read, which the verifier names: its row says nothing, and need not be there. */
  take(seq: number, draft: Draft | undefined): void {
    for (; this.#row !== undefined && this.#row.seq < seq; this.#next())
      this.#found('columns-extra', this.#row.seq)
    const row = this.#row?.seq === seq ? this.#row : undefined
    const isGood = row !== undefined && (draft === undefined || isOf(row, draft))
    const made = isGood ? row : draft && columnsOf(draft)
    if (made !== undefined) this.#onRow({ trail: this.#trail, seq }, made)
    if (row === undefined) return draft && this.#found('columns-missing', seq)
    if (!isGood) this.#found('columns-differ', seq)
    this.#next()
  }

  /** No trail comes any more. */
  end(): void {
    this.#finish()
    const strangers = this.#database.prepare(
      `SELECT trail, seq FROM entry_columns WHERE trail NOT IN (SELECT id FROM trail) AND ${IS_PLACE}`,
    )
    for (const { trail, seq } of rowsOf<ColumnFault>(strangers))
      this.#onFault({ code: 'columns-extra', trail, seq })
  }

  #finish(): void {
    for (; this.#row !== undefined; this.#next()) this.#found('columns-extra', this.#row.seq)
  }

  #next(): void {
    const next = this.#rows?.next()
    this.#row = next === undefined || next.done === true ? undefined : next.value
  }

  #found(code: ColumnFault['code'], seq: number): void {
    this.#onFault({ code, trail: this.#trail, seq })
  }
}

/** Within a transaction: the rows are made again from their records. What is no record, or cannot be read, has none. */
export function mendColumns(
  database: DatabaseSync,
  faults: readonly ColumnFault[],
  authority: Pick<TrailAuthority, 'remembered'>,
): void {
  const store = new TrailStore(database)
  const remove = database.prepare('DELETE FROM entry_columns WHERE trail = ? AND seq = ?')
  for (const { trail, seq } of faults) {
    const line = store.line(trail, seq)
    const record = line && authority.remembered(trail, seq, line)
    remove.run(trail, seq)
    if (record !== undefined) store.putColumns(trail, seq, columnsOf(record))
  }
}

function* rowsIn(database: DatabaseSync, trail: number): Generator<Row> {
  const page = database.prepare(
    `SELECT seq, time, kind, actor, project, path, digest FROM entry_columns WHERE trail = ? AND seq >= ? AND ${IS_PLACE} ORDER BY seq LIMIT ?`,
  )
  for (let from = 0; ; ) {
    const rows = rowsOf<Row>(page, trail, from, PAGE_ROWS)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE_ROWS) return
    from = last.seq + 1
  }
}
