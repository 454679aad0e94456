import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { contentDigestOf, recordIn, type TrailRecord } from '@compliance-relay/shared/trail'
import type { Columns } from './columns.ts'
import type { ContentRow } from './content-sums.ts'
import { rowOf, rowsOf } from './database.ts'
import { IS_PLACE, IS_SIZE, IS_TRAIL, PLACE_MAX, TRAIL_ID_MAX } from './schema.ts'

export interface StoredTrail {
  readonly id: number
  readonly origin: string
  readonly vkey: string
}

export interface NewEntry {
  readonly seq: number
  readonly prev: string
  readonly leaf: Uint8Array
  readonly line: Uint8Array
  readonly columns: Columns
}

export interface StoredCheckpoint {
  readonly size: number
  readonly note: Uint8Array
  /** When the notary was seen to hold it, null if that is still to be done. */
  readonly notarised: string | null
}

/** A record: by the number of its trail in this folder, and its place in it. */
export interface RecordPlace {
  readonly trail: number
  readonly seq: number
}

/** Says of a stored line which record it is, undefined if it is not believed. */
export interface RecordAuthority {
  record(trail: number, seq: number, line: Uint8Array): TrailRecord | undefined
}

/** Trails are numbered from 1, records from 0. */
export const BEFORE_ALL: RecordPlace = { trail: 0, seq: -1 }

export function isBefore(one: RecordPlace, other: RecordPlace): boolean {
  return one.trail === other.trail ? one.seq < other.seq : one.trail < other.trail
}

/** Lines read in one go. */
const PAGE_LINES = 500

/** As `isCapture` has it: an earlier version had digests in the columns of other kinds, too. */
const IS_CAPTURE = "(kind GLOB 'file.*' OR kind GLOB 'dataset.*' OR kind GLOB 'capture.*')"

/** The trails of a data folder, the entries and checkpoints of each. The newest trail is the one written to. */
export class TrailStore {
  readonly #database: DatabaseSync
  readonly #insertEntry: () => StatementSync
  readonly #insertColumns: () => StatementSync
  readonly #measureFrom: () => StatementSync
  readonly #readLine: () => StatementSync
  readonly #authority: RecordAuthority | undefined

  /** `authority` says which lines are believed; without it, whoever reads says that nothing was verified. */
  constructor(database: DatabaseSync, authority?: RecordAuthority) {
    this.#database = database
    this.#authority = authority
    this.#insertEntry = once(() =>
      database.prepare('INSERT INTO entry (trail, seq, prev, leaf, line) VALUES (?, ?, ?, ?, ?)'),
    )
    this.#insertColumns = once(() =>
      database.prepare(
        'INSERT INTO entry_columns (trail, seq, time, kind, actor, project, path, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ),
    )
    this.#measureFrom = once(() =>
      database.prepare(
        `SELECT COUNT(*) AS count, COALESCE(SUM(LENGTH(line)), 0) AS bytes FROM entry WHERE trail = ? AND seq >= ? AND ${IS_PLACE}`,
      ),
    )
    this.#readLine = once(() => database.prepare('SELECT line FROM entry WHERE trail = ? AND seq = ?'))
  }

  /** Oldest first. The relay writes the name of one with its first record: one that has none is not the relay's. */
  trails(): StoredTrail[] {
    return rowsOf<StoredTrail>(
      this.#database.prepare(`SELECT id, origin, vkey FROM trail WHERE ${IS_TRAIL} ORDER BY id`),
    )
  }

  /** A number that no trail has, and that nothing stands under: rows of one that was taken away are not gone on with. */
  freeId(): number {
    const stands = ['entry', 'entry_columns', 'checkpoint', 'time_stamp'].map(
      (table) => `EXISTS (SELECT 1 FROM ${table} WHERE trail = ?1)`,
    )
    const read = this.#database.prepare(
      `SELECT EXISTS (SELECT 1 FROM trail WHERE id = ?1) OR ${stands.join(' OR ')} AS isTaken`,
    )
    let id = (this.trails().at(-1)?.id ?? 0) + 1
    while (rowOf<{ isTaken: number }>(read, id)?.isTaken === 1) id++
    if (id > TRAIL_ID_MAX)
      throw new Error(
        `the newest trail has the number ${id - 1}, after which there is none: somebody gave it that`,
      )
    return id
  }

  addTrail({ id, origin, vkey }: StoredTrail): void {
    this.#database.prepare('INSERT INTO trail (id, origin, vkey) VALUES (?, ?, ?)').run(id, origin, vkey)
  }

  /** Number of entries, by the last one's place. */
  size(trail: number): number {
    const row = rowOf<{ size: number }>(
      this.#database.prepare(
        `SELECT COALESCE(MAX(seq) + 1, 0) AS size FROM entry WHERE trail = ? AND ${IS_PLACE}`,
      ),
      trail,
    )
    return row?.size ?? 0
  }

  /**
   * Within the caller's transaction. Counted and measured there; byte by byte they are read back, on another
   * connection, before a checkpoint is signed over them.
   */
  append(trail: number, entries: readonly NewEntry[]): void {
    const insert = this.#insertEntry()
    let bytes = 0
    for (const { seq, prev, leaf, line, columns } of entries) {
      insert.run(trail, seq, prev, leaf, line)
      this.putColumns(trail, seq, columns)
      bytes += line.length
    }
    const first = entries[0]?.seq
    if (first === undefined) return
    const added = rowOf<{ count: number; bytes: number }>(this.#measureFrom(), trail, first)
    if (added?.count !== entries.length || added.bytes !== bytes)
      throw new Error(
        `of ${entries.length} entries of ${bytes} bytes, ${added?.count} of ${added?.bytes} bytes are there`,
      )
  }

  /** Of a record that has none. */
  putColumns(trail: number, seq: number, { time, kind, actor, project, path, digest }: Columns): void {
    this.#insertColumns().run(trail, seq, time, kind, actor, project, path, digest)
  }

  line(trail: number, seq: number): Uint8Array | undefined {
    return rowOf<{ line: Uint8Array }>(this.#readLine(), trail, seq)?.line
  }

  /** A line and its record, if it is there and is believed. One reading: what is looked at is what is taken. */
  entry(trail: number, seq: number): { readonly line: Uint8Array; readonly record: TrailRecord } | undefined {
    const line = this.line(trail, seq)
    if (line === undefined) return undefined
    const record = this.#authority === undefined ? recordIn(line) : this.#authority.record(trail, seq, line)
    return record && { line, record }
  }

  /** Stored lines from `from` on, in order of seq, whatever their seqs are: gaps are for the verifier to find. */
  *lines(trail: number, from = 0, until = PLACE_MAX + 1): Generator<{ seq: number; line: Uint8Array }> {
    const page = this.#database.prepare(
      'SELECT seq, line FROM entry WHERE trail = ? AND seq >= ? AND seq < ? ORDER BY seq LIMIT ?',
    )
    for (let next = from; ; ) {
      const rows = rowsOf<{ seq: number; line: Uint8Array }>(page, trail, next, until, PAGE_LINES)
      yield* rows
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE_LINES) return
      next = last.seq + 1
    }
  }

  columns(trail: number, seq: number): Columns | undefined {
    const read = this.#database.prepare(
      'SELECT time, kind, actor, project, path, digest FROM entry_columns WHERE trail = ? AND seq = ?',
    )
    return rowOf<Columns>(read, trail, seq)
  }

  columnCount(trail: number): number {
    const read = this.#database.prepare('SELECT COUNT(*) AS count FROM entry_columns WHERE trail = ?')
    return rowOf<{ count: number }>(read, trail)?.count ?? 0
  }

  /** Captures of a digest, newest first. The columns say where to look, the records whether it is so. */
  withDigest(trail: number, digest: string, limit: number): TrailRecord[] {
    const read = this.#database.prepare(
      `SELECT seq FROM entry_columns WHERE digest = ? AND trail = ? AND ${IS_CAPTURE} AND ${IS_PLACE} ORDER BY seq DESC LIMIT ?`,
    )
    return rowsOf<{ seq: number }>(read, digest, trail, limit).flatMap(({ seq }) => {
      const record = readRecordIn(this, trail, seq)
      return record !== undefined && contentDigestOf(record) === digest ? [record] : []
    })
  }

  /**
   * Where in each trail each actor first captured a content, and where each first claimed one. Looks through all captures
   * of it, and gives no more than `limit`.
   */
  firstOfContent(digest: string, limit: number): RecordPlace[] {
    return firstOf(digest, limit, this.contentRows([digest, `${digest}!`]))
  }

  /** Rows of captures whose digests are from the first of these on, and before the second, in no order. */
  protected *contentRows([from, until]: readonly [from: string, until: string]): Generator<ContentRow> {
    const read = this.#database.prepare(
      `SELECT trail, seq, kind, actor, digest FROM entry_columns WHERE digest >= ? AND digest < ? AND ${IS_CAPTURE} AND ${IS_PLACE}`,
    )
    for (const row of read.iterate(from, until)) yield row as unknown as ContentRow
  }

  /** Records by which somebody answers for a refusal of this content, oldest first. */
  claimsOfDigest(trail: number, digest: string): number[] {
    const read = this.#database.prepare(
      `SELECT seq FROM entry_columns WHERE digest = ? AND trail = ? AND kind = 'capture.claimed' AND ${IS_PLACE} ORDER BY seq`,
    )
    return rowsOf<{ seq: number }>(read, digest, trail).map(({ seq }) => seq)
  }

  /** Lines that have a text of ASCII in them, newest first. Looks through all of them. */
  *linesWith(trail: number, text: string): Generator<Uint8Array> {
    const read = this.#database.prepare(
      'SELECT line FROM entry WHERE trail = ? AND instr(line, ?) > 0 ORDER BY seq DESC',
    )
    for (const row of read.iterate(trail, Buffer.from(text))) yield (row as { line: Uint8Array }).line
  }

  /** Digests of what is kept beside the trails and has a text of ASCII in it. Looks through all of it. */
  contentWith(text: string): string[] {
    const read = this.#database.prepare('SELECT digest FROM content WHERE instr(bytes, ?) > 0')
    return rowsOf<{ digest: string }>(read, Buffer.from(text)).map(({ digest }) => digest)
  }

  /** Records of a path, newest first. Looks through all of them. */
  withPath(trail: number, path: string, limit: number): number[] {
    const read = this.#database.prepare(
      `SELECT seq FROM entry_columns WHERE trail = ? AND path = ? AND ${IS_PLACE} ORDER BY seq DESC LIMIT ?`,
    )
    return rowsOf<{ seq: number }>(read, trail, path, limit).map(({ seq }) => seq)
  }

  /** Records of paths below a folder, newest first. Looks through all of them. */
  withPathBelow(trail: number, folder: string, limit: number): number[] {
    const read = this.#database.prepare(
      `SELECT seq FROM entry_columns WHERE trail = ? AND path >= ? AND path < ? AND ${IS_PLACE} ORDER BY seq DESC LIMIT ?`,
    )
    // '0' follows '/' in ASCII, and paths are compared by their bytes.
    return rowsOf<{ seq: number }>(read, trail, `${folder}/`, `${folder}0`, limit).map(({ seq }) => seq)
  }

  /** Captures that were read and that no person answers for, oldest first. */
  refusals(limit: number, after: RecordPlace): { readonly trail: number; readonly seq: number }[] {
    const read = this.#database.prepare(
      `SELECT trail, seq FROM entry_columns WHERE kind = 'capture.refused' AND digest IS NOT NULL AND (trail, seq) > (?, ?) AND ${IS_PLACE} ORDER BY trail, seq LIMIT ?`,
    )
    return rowsOf<{ trail: number; seq: number }>(read, after.trail, after.seq, limit)
  }

  /** Records by which somebody answers for a refusal, oldest first. */
  claims(): { readonly trail: number; readonly seq: number }[] {
    const read = this.#database.prepare(
      `SELECT trail, seq FROM entry_columns WHERE kind = 'capture.claimed' AND ${IS_PLACE} ORDER BY trail, seq`,
    )
    return rowsOf<{ trail: number; seq: number }>(read)
  }

  refusalCount(after: RecordPlace = BEFORE_ALL): number {
    const read = this.#database.prepare(
      `SELECT COUNT(*) AS count FROM entry_columns WHERE kind = 'capture.refused' AND digest IS NOT NULL AND (trail, seq) > (?, ?) AND ${IS_PLACE}`,
    )
    return rowOf<{ count: number }>(read, after.trail, after.seq)?.count ?? 0
  }

  /** Records of settings by their columns: to look something up, never to say who counts as a person. */
  settingsRecords(trail: number): number[] {
    const read = this.#database.prepare(
      `SELECT seq FROM entry_columns WHERE trail = ? AND kind = 'settings.changed' AND ${IS_PLACE} ORDER BY seq`,
    )
    return rowsOf<{ seq: number }>(read, trail).map(({ seq }) => seq)
  }

  /** Records of badges, of all trails, oldest first. `since` is ISO 8601. */
  badgeRecords(since: string): { readonly trail: number; readonly seq: number }[] {
    const read = this.#database.prepare(
      `SELECT trail, seq FROM entry_columns WHERE kind IN ('badge.in', 'badge.out') AND time >= ? AND ${IS_PLACE} ORDER BY trail, seq`,
    )
    return rowsOf<{ trail: number; seq: number }>(read, since)
  }

  /** Records of badges and tokens that signed nobody in, the same way. */
  badgeRefusals(since: string): { readonly trail: number; readonly seq: number }[] {
    const read = this.#database.prepare(
      `SELECT trail, seq FROM entry_columns WHERE kind = 'badge.refused' AND time >= ? AND ${IS_PLACE} ORDER BY trail, seq`,
    )
    return rowsOf<{ trail: number; seq: number }>(read, since)
  }

  /** The newest record of a kind. Looks through all of them. */
  lastOfKind(trail: number, kind: string): number | undefined {
    const read = this.#database.prepare(
      `SELECT seq FROM entry_columns WHERE trail = ? AND kind = ? AND ${IS_PLACE} ORDER BY seq DESC LIMIT 1`,
    )
    return rowOf<{ seq: number }>(read, trail, kind)?.seq
  }

  /** Oldest size first. */
  *checkpoints(trail: number): Generator<StoredCheckpoint> {
    const read = this.#database.prepare(
      `SELECT size, note, notarised FROM checkpoint WHERE trail = ? AND ${IS_SIZE} ORDER BY size`,
    )
    for (const row of read.iterate(trail)) yield row as unknown as StoredCheckpoint
  }

  /** Sizes of which there is one, smallest first, up to `until`. */
  *checkpointSizes(trail: number, until: number): Generator<number> {
    const read = this.#database.prepare(
      `SELECT size FROM checkpoint WHERE trail = ? AND size <= ? AND ${IS_SIZE} ORDER BY size`,
    )
    for (const { size } of read.iterate(trail, until)) yield Number(size)
  }

  checkpoint(trail: number, size: number): StoredCheckpoint | undefined {
    const read = this.#database.prepare(
      'SELECT size, note, notarised FROM checkpoint WHERE trail = ? AND size = ?',
    )
    return rowOf<StoredCheckpoint>(read, trail, size)
  }

  lastCheckpoint(trail: number): StoredCheckpoint | undefined {
    const read = this.#database.prepare(
      `SELECT size, note, notarised FROM checkpoint WHERE trail = ? AND ${IS_SIZE} ORDER BY size DESC LIMIT 1`,
    )
    return rowOf<StoredCheckpoint>(read, trail)
  }

  /** The same among those of no more records than there are: what is of more is nothing to go by. */
  lastCheckpointWithin(trail: number): StoredCheckpoint | undefined {
    const read = this.#database.prepare(
      `SELECT size, note, notarised FROM checkpoint WHERE trail = ? AND size <= ? AND ${IS_SIZE} ORDER BY size DESC LIMIT 1`,
    )
    return rowOf<StoredCheckpoint>(read, trail, this.size(trail))
  }

  /** The largest checkpoint that the notary was seen to hold: its size, and when that was, ISO 8601. */
  lastNotarised(trail: number): { readonly size: number; readonly notarised: string } | undefined {
    const read = this.#database.prepare(
      `SELECT size, notarised FROM checkpoint WHERE trail = ? AND notarised IS NOT NULL AND ${IS_SIZE} ORDER BY size DESC LIMIT 1`,
    )
    return rowOf<{ size: number; notarised: string }>(read, trail)
  }

  /** Checkpoints that the notary still has to be given, smallest first. */
  owed(trail: number, limit: number): StoredCheckpoint[] {
    const read = this.#database.prepare(
      `SELECT size, note, notarised FROM checkpoint WHERE trail = ? AND notarised IS NULL AND ${IS_SIZE} ORDER BY size LIMIT ?`,
    )
    return rowsOf<StoredCheckpoint>(read, trail, limit)
  }

  addCheckpoint(trail: number, size: number, note: Uint8Array): void {
    this.#database
      .prepare('INSERT INTO checkpoint (trail, size, note) VALUES (?, ?, ?)')
      .run(trail, size, note)
  }

  markNotarised(trail: number, size: number, time: string): void {
    this.#database
      .prepare('UPDATE checkpoint SET notarised = ? WHERE trail = ? AND size = ? AND notarised IS NULL')
      .run(time, trail, size)
  }

  /** Content too large for a record, under its SHA-256. Adding it again changes nothing. */
  addContent(digest: string, bytes: Uint8Array): void {
    this.#database
      .prepare('INSERT INTO content (digest, bytes) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING')
      .run(digest, bytes)
  }

  content(digest: string): Uint8Array | undefined {
    const read = this.#database.prepare('SELECT bytes FROM content WHERE digest = ?')
    return rowOf<{ bytes: Uint8Array }>(read, digest)?.bytes
  }
}

/** A record, if it is there, can be read and is believed: a trail that was left may be damaged. */
export function readRecordIn(store: TrailStore, trail: number, seq: number): TrailRecord | undefined {
  return store.entry(trail, seq)?.record
}

/** The first of each trail, each actor, and of captures and claims apart. */
export function firstOf(digest: string, limit: number, rows: Iterable<ContentRow>): RecordPlace[] {
  const first = new Map<string, RecordPlace>()
  for (const { trail, seq, kind, actor, digest: of } of rows) {
    if (of !== digest) continue
    const name = `${trail} ${kind === 'capture.claimed'} ${actor}`
    const known = first.get(name)
    if (known === undefined ? first.size < limit : seq < known.seq) first.set(name, { trail, seq })
  }
  return [...first.values()].sort((a, b) => a.trail - b.trail || a.seq - b.seq)
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}
