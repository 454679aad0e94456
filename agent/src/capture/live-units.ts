import { Buffer } from 'node:buffer'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Body } from '@compliance-relay/shared/trail'
import { rowOf, rowsOf } from '../sqlite/database.ts'
import { bytesOfName, nameOfBytes } from './raw-name.ts'

/** A unit as the trail's last record of it has it. */
export interface LiveUnit {
  readonly kind: 'file' | 'set' | 'other'
  readonly state: 'recorded' | 'refused' | 'failed'
  /** Number of the trail in its data folder, and the record's place. */
  readonly trail: number
  readonly seq: number
  /** SHA-256 of the file or of the manifest; empty if it was never read, null if the record does not say. */
  readonly digest: string | null
  readonly size: number
  readonly profile: string
}

export interface PlacedUnit {
  readonly watch: string
  /** Below the watched folder, in the relay's form of a name. */
  readonly path: string
  readonly unit: LiveUnit
}

/** Memory for it: the rest is in SQLite's temporary file, however many units there are. */
const CACHE_KIB = 8_192
const LEFT_AT_ONCE = 500

const table = `
PRAGMA temp.cache_size=-${CACHE_KIB};
CREATE TEMP TABLE live (
  key BLOB PRIMARY KEY,
  kind TEXT NOT NULL, state TEXT NOT NULL, trail INTEGER NOT NULL, seq INTEGER NOT NULL,
  digest TEXT, size INTEGER NOT NULL, profile TEXT NOT NULL
) WITHOUT ROWID`

const COLUMNS = 'kind, state, trail, seq, digest, size, profile'

/**
 * What the records say is in the watched folders: push each record, in order, of all trails of a data folder. It is
 * what the relay's own state must agree with, worked out without it. Kept in a temporary table of a connection, which
 * may be one for reading.
 */
export class LiveUnits {
  readonly #replaced = new Set<string>()
  readonly #put: StatementSync
  readonly #get: StatementSync
  readonly #remove: StatementSync
  readonly #removeBelow: StatementSync
  readonly #left: StatementSync
  #sets = 0

  constructor(database: DatabaseSync) {
    database.exec(table)
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO live (key, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#get = database.prepare(`SELECT ${COLUMNS} FROM live WHERE key = ?`)
    this.#remove = database.prepare('DELETE FROM live WHERE key = ?')
    this.#removeBelow = database.prepare('DELETE FROM live WHERE key > ? AND key < ?')
    this.#left = database.prepare(`SELECT key, ${COLUMNS} FROM live WHERE key > ? ORDER BY key LIMIT ?`)
  }

  push(trail: number, seq: number, kind: string, body: Body): void {
    const { watch } = body
    if (typeof watch !== 'string') return
    if (kind === 'watch.available' && body['replaced'] === true) this.#replaced.add(watch)
    const path = pathIn(body)
    if (path === undefined) return
    // A refusal says what it would have been, and what is known of the unit is the same.
    const what = kind === 'capture.refused' || kind === 'record.failed' ? body['what'] : kind
    const [noun, verb] = typeof what === 'string' ? what.split('.') : []
    if ((noun === 'file' || noun === 'dataset') && verb !== undefined) {
      const from = verb === 'renamed' ? pathIn(body['from'] as Body | undefined) : undefined
      if (from !== undefined) this.#remove.run(keyOf(watch, from))
      if (verb === 'deleted') {
        this.#remove.run(keyOf(watch, path))
        return
      }
      const unit = { kind: noun === 'file' ? 'file' : 'set', trail, seq } as const
      const state = kind === 'capture.refused' ? 'refused' : 'recorded'
      return this.#add(watch, path, { ...unit, state, ...contentIn(kind, body) })
    }
    const unread = { kind: 'other', trail, seq, digest: '', size: 0, profile: '' } as const
    if (kind === 'capture.refused') this.#add(watch, path, { ...unread, state: 'refused' })
    if (kind === 'capture.failed') this.#failed(watch, path, body, unread)
  }

  get(watch: string, path: string): LiveUnit | undefined {
    return rowOf<LiveUnit>(this.#get, keyOf(watch, path))
  }

  /** A unit that is there, which is then no more among those that are left. */
  take(watch: string, path: string): LiveUnit | undefined {
    const unit = this.get(watch, path)
    if (unit !== undefined) this.#remove.run(keyOf(watch, path))
    return unit
  }

  /** Every unit that was not taken. */
  *left(): Generator<PlacedUnit> {
    for (let after: Uint8Array = new Uint8Array(0); ; ) {
      const rows = rowsOf<LiveUnit & { readonly key: Uint8Array }>(this.#left, after, LEFT_AT_ONCE)
      for (const { key, ...unit } of rows) yield { ...placeOf(key), unit }
      const last = rows.at(-1)
      if (last === undefined || rows.length < LEFT_AT_ONCE) return
      after = last.key
    }
  }

  /** True if another folder was once found in the place of this watch's: its units may have been put aside. */
  wasReplaced(watch: string): boolean {
    return this.#replaced.has(watch)
  }

  #failed(watch: string, path: string, body: Body, unread: Omit<LiveUnit, 'state'>): void {
    const known = this.get(watch, path)
    if (body['reason'] === 'vanished') {
      if (known !== undefined && known.digest === '') this.#remove.run(keyOf(watch, path))
      return
    }
    // What was recorded stays what it was; a folder that cannot be listed is no unit.
    if (known !== undefined || body['what'] === 'folder') return
    const kind = body['what'] === 'dataset' ? 'set' : 'file'
    this.#add(watch, path, { ...unread, kind, state: 'failed' })
  }

  #add(watch: string, path: string, unit: LiveUnit): void {
    // A file that was still on its way when its folder turned out to be a data set is part of that.
    if (this.#sets > 0 && this.#isInSet(watch, path)) return
    const { kind, state, trail, seq, digest, size, profile } = unit
    this.#put.run(keyOf(watch, path), kind, state, trail, seq, digest, size, profile)
    // One that could not be read is no record of what is in it: that stays what it was.
    if (kind !== 'set' || state === 'failed') return
    this.#sets++
    // '0' follows '/': all keys between are of paths below.
    this.#removeBelow.run(keyOf(watch, `${path}/`), keyOf(watch, `${path}0`))
  }

  #isInSet(watch: string, path: string): boolean {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      const above = this.get(watch, path.slice(0, cut))
      if (above?.kind === 'set' && above.state !== 'failed') return true
    }
    return false
  }
}

/** Bytes, so that what is below a path stands together, whatever its name is made of. */
function keyOf(watch: string, path: string): Uint8Array {
  return Buffer.concat([Buffer.from(`${watch}\0`), bytesOfName(path)])
}

function placeOf(key: Uint8Array): { readonly watch: string; readonly path: string } {
  const cut = key.indexOf(0)
  return { watch: nameOfBytes(key.subarray(0, cut)), path: nameOfBytes(key.subarray(cut + 1)) }
}

/** The path a record names, with its own bytes; undefined where it names none. */
export function pathIn(body: Body | undefined): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { path, pathRaw } = body
  if (typeof pathRaw === 'string') return nameOfBytes(Buffer.from(pathRaw, 'hex'))
  return typeof path === 'string' && path !== '' ? path : undefined
}

function contentIn(kind: string, body: Body): Pick<LiveUnit, 'digest' | 'size' | 'profile'> {
  const digest = body['sha256'] ?? body['manifest']
  const { size, profile } = body
  return {
    // A record that could not be written as it was meant says of what, and not how that was.
    digest: kind === 'record.failed' ? null : typeof digest === 'string' ? digest : '',
    size: typeof size === 'number' ? size : 0,
    profile: typeof profile === 'string' ? profile : '',
  }
}
