import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { nameOfStored, storedName } from '../capture/raw-name.ts'
import { rowOf, rowsOf } from './database.ts'
import { BEFORE_ALL, type RecordPlace } from './trail-store.ts'

/**
 * What the relay knows of the watched folders: the state the reconciling scan compares the disk with. It is no
 * evidence. Lost, it is found again from the disk and the trail; wrong, it costs a second look.
 */
export interface StoredFolder {
  readonly id: number
  readonly watch: string
  /** 0 for a watched folder itself. */
  readonly parent: number
  readonly name: string
  readonly fileId: string
}

export type UnitKind = 'file' | 'set' | 'other'
/** `refused`: no actor, or not to be read. `failed`: it could not be read; it is
 * tried again. `absent`: not there since its watched folder was replaced by another. */
export type UnitState = 'recorded' | 'refused' | 'failed' | 'absent'

/** A file, or a data set under its folder's name, as it was when last recorded. */
export interface StoredUnit {
  readonly folder: number
  readonly name: string
  readonly kind: UnitKind
  readonly state: UnitState
  readonly fileId: string
  /** Of a file. Data sets have the stamps of their members. */
  readonly stamp: string
  readonly size: number
  /** SHA-256 of the file or of the manifest, empty if there is none. */
  readonly digest: string
  readonly profile: string
  /** The trail's number in this folder, and the seq of the record that says it. */
  readonly trail: number
  readonly seq: number
}

/** True if it was ever read: then a record names its content. A link, or a file that could never be opened, was not. */
export function wasRead({ digest }: StoredUnit): boolean {
  return digest !== ''
}

export interface StoredMember {
  readonly path: string
  readonly stamp: string
  readonly size: number
  readonly digest: string
}

type Raw<Row, Name extends keyof Row> = Omit<Row, Name> & Record<Name, string | Uint8Array>

const UNIT_COLUMNS = 'folder, name, kind, state, file_id AS fileId, stamp, size, digest, profile, trail, seq'

/** In the words of the partial index, so that it is used. */
const REFUSED_UNREAD = "state = 'refused' AND state <> 'recorded' AND digest = ''"

/** Units looked up lately: what is on its way is asked for several times within seconds. */
const KEPT_MAX = 20_000
/** Names looked up lately that no unit has: a burst is of these, and its size is the site's. */
const NO_UNITS_MAX = 200_000

export class UnitStore {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()
  /** By folder and name. Only for whoever is the only writer. */
  readonly #kept = new Map<string, StoredUnit>()
  readonly #noUnits = new Set<string>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  folders(): StoredFolder[] {
    return rowsOf<Raw<StoredFolder, 'name'>>(
      this.#sql('SELECT id, watch, parent, name, file_id AS fileId FROM folder ORDER BY id'),
    ).map((row) => ({ ...row, name: nameOfStored(row.name) }))
  }

  putFolder({ id, watch, parent, name, fileId }: StoredFolder): void {
    this.#sql('INSERT OR REPLACE INTO folder (id, watch, parent, name, file_id) VALUES (?, ?, ?, ?, ?)').run(
      id,
      watch,
      parent,
      storedName(name),
      fileId,
    )
  }

  /** A folder's own id under the folder it lies in, 0 for a watched folder. */
  folderAt(watch: string, parent: number, name: string): number | undefined {
    const find = this.#sql('SELECT id FROM folder WHERE watch = ? AND parent = ? AND name = ?')
    return rowOf<{ id: number }>(find, watch, parent, storedName(name))?.id
  }

  /** A folder of which nothing is known but that something was in it: its id tells every other folder from it. */
  addFolder(watch: string, parent: number, name: string): number {
    const id = this.#lastFolder() + 1
    this.putFolder({ id, watch, parent, name, fileId: '' })
    return id
  }

  #lastFolder(): number {
    const last = this.#sql(
      'SELECT MAX(id) AS id FROM (SELECT MAX(id) AS id FROM folder UNION ALL SELECT MAX(folder) FROM unit UNION ALL SELECT MAX(folder) FROM member)',
    )
    return rowOf<{ id: number | null }>(last)?.id ?? 0
  }

  /** Units and members of folders that are not there: the next folder could get the number of one. */
  removeStrays(): void {
    this.forgetKept()
    for (const table of ['unit', 'member'])
      this.#sql(`DELETE FROM ${table} WHERE folder NOT IN (SELECT id FROM folder)`).run()
  }

  /** With what is known of the units in it: a folder is removed when none is left that a record speaks of. */
  removeFolder(id: number): void {
    this.forgetKept()
    for (const table of ['unit', 'member']) this.#sql(`DELETE FROM ${table} WHERE folder = ?`).run(id)
    this.#sql('DELETE FROM folder WHERE id = ?').run(id)
  }

  /** The units of a folder, by name. */
  unitsIn(folder: number): Map<string, StoredUnit> {
    const rows = rowsOf<Raw<StoredUnit, 'name'>>(
      this.#sql(`SELECT ${UNIT_COLUMNS} FROM unit WHERE folder = ?`),
      folder,
    )
    return new Map(rows.map(unitOf).map((unit) => [unit.name, unit]))
  }

  unit(folder: number, name: string): StoredUnit | undefined {
    const key = `${folder}/${name}`
    if (this.#noUnits.has(key)) return undefined
    const kept = this.#kept.get(key)
    if (kept !== undefined) return kept
    const unit = this.#readUnit(folder, name)
    if (unit === undefined) {
      if (this.#noUnits.size >= NO_UNITS_MAX) this.#noUnits.clear()
      this.#noUnits.add(key)
    } else {
      if (this.#kept.size >= KEPT_MAX) this.#kept.clear()
      this.#kept.set(key, unit)
    }
    return unit
  }

  /** After a transaction that did not take place: nothing that was looked up meanwhile is to be relied on. */
  forgetKept(): void {
    this.#kept.clear()
    this.#noUnits.clear()
  }

  #forget(folder: number, name: string): void {
    const key = `${folder}/${name}`
    this.#kept.delete(key)
    this.#noUnits.delete(key)
  }

  #readUnit(folder: number, name: string): StoredUnit | undefined {
    const row = rowOf<Raw<StoredUnit, 'name'>>(
      this.#sql(`SELECT ${UNIT_COLUMNS} FROM unit WHERE folder = ? AND name = ?`),
      folder,
      storedName(name),
    )
    return row && unitOf(row)
  }

  withFileId(fileId: string): StoredUnit[] {
    const rows = rowsOf<Raw<StoredUnit, 'name'>>(
      this.#sql(`SELECT ${UNIT_COLUMNS} FROM unit WHERE file_id = ?`),
      fileId,
    )
    return rows.map(unitOf)
  }

  sets(): StoredUnit[] {
    return rowsOf<Raw<StoredUnit, 'name'>>(
      this.#sql(`SELECT ${UNIT_COLUMNS} FROM unit WHERE kind = 'set'`),
    ).map(unitOf)
  }

  put(unit: StoredUnit): void {
    const { folder, name, kind, state, fileId, stamp, size, digest, profile, trail, seq } = unit
    this.#forget(folder, name)
    this.#sql(
      'INSERT OR REPLACE INTO unit (folder, name, kind, state, file_id, stamp, size, digest, profile, trail, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ).run(folder, storedName(name), kind, state, fileId, stamp, size, digest, profile, trail, seq)
  }

  remove(folder: number, name: string): void {
    this.#forget(folder, name)
    this.#sql('DELETE FROM unit WHERE folder = ? AND name = ?').run(folder, storedName(name))
  }

  removeAllIn(folder: number): void {
    this.forgetKept()
    this.#sql('DELETE FROM unit WHERE folder = ?').run(folder)
  }

  setState(folder: number, name: string, state: UnitState): void {
    this.#forget(folder, name)
    this.#sql('UPDATE unit SET state = ? WHERE folder = ? AND name = ?').run(state, folder, storedName(name))
  }

  /** The files of a data set, by path. `folder` is the data set's own. */
  membersOf(folder: number): Map<string, StoredMember> {
    const rows = rowsOf<Raw<StoredMember, 'path'>>(
      this.#sql('SELECT path, stamp, size, digest FROM member WHERE folder = ?'),
      folder,
    )
    return new Map(
      rows.map((row) => ({ ...row, path: nameOfStored(row.path) })).map((one) => [one.path, one]),
    )
  }

  replaceMembers(folder: number, members: Iterable<StoredMember>): void {
    this.#sql('DELETE FROM member WHERE folder = ?').run(folder)
    const insert = this.#sql('INSERT INTO member (folder, path, stamp, size, digest) VALUES (?, ?, ?, ?, ?)')
    for (const { path, stamp, size, digest } of members)
      insert.run(folder, storedName(path), stamp, size, digest)
  }

  /** How many units are in each state but `recorded`. */
  counts(): Record<UnitState, number> {
    const counts = { recorded: 0, refused: 0, failed: 0, absent: 0 }
    const rows = rowsOf<{ state: UnitState; count: number }>(
      this.#sql('SELECT state, COUNT(*) AS count FROM unit GROUP BY state'),
    )
    for (const { state, count } of rows) counts[state] = count
    return counts
  }

  /** What is there and is not read, by decision: the records that say so. */
  refusedUnread(limit: number, after: RecordPlace): { readonly trail: number; readonly seq: number }[] {
    return rowsOf<{ trail: number; seq: number }>(
      this.#sql(
        `SELECT trail, seq FROM unit WHERE ${REFUSED_UNREAD} AND (trail, seq) > (?, ?) ORDER BY trail, seq LIMIT ?`,
      ),
      after.trail,
      after.seq,
      limit,
    )
  }

  refusedUnreadCount(after: RecordPlace = BEFORE_ALL): number {
    const count = this.#sql(
      `SELECT COUNT(*) AS count FROM unit WHERE ${REFUSED_UNREAD} AND (trail, seq) > (?, ?)`,
    )
    return rowOf<{ count: number }>(count, after.trail, after.seq)?.count ?? 0
  }

  #sql(text: string): StatementSync {
    let statement = this.#prepared.get(text)
    if (statement === undefined) {
      statement = this.#database.prepare(text)
      this.#prepared.set(text, statement)
    }
    return statement
  }
}

function unitOf(row: Raw<StoredUnit, 'name'>): StoredUnit {
  return { ...row, name: nameOfStored(row.name) }
}
