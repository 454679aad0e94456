import type { DatabaseSync } from 'node:sqlite'
import type { Value } from '@compliance-relay/shared/trail'
import { rowOf, rowsOf } from './database.ts'
import { IS_PLACE } from './schema.ts'

/** Written every few seconds, so that after a crash it is known from when on nobody was looking. */
export interface Alive {
  /** Wall clock, milliseconds. */
  readonly at: number
  /** When the oldest unit then on its way was first seen. */
  readonly oldest?: number
  /** True after an orderly stop. */
  readonly stopped: boolean
}

/** By which process, and when, the relay last said that it is there. Wall clock, milliseconds. */
export interface Beat {
  readonly pid: number
  readonly at: number
}

/** What the relay keeps for itself: when it was last alive, its settings as of the last record, who is signed in. */
export class HostStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** When the relay was last at work, as it stands there. It is no evidence: see `readNote`. */
  alive(): Alive | undefined {
    const { at, stopped, oldest } = (this.note() ?? {}) as { [key: string]: unknown }
    // It is no evidence: what is no time says that nothing is known, and does not stop a start.
    if (!isTime(at)) return undefined
    return { at, stopped: stopped === true, ...(isTime(oldest) ? { oldest } : {}) }
  }

  /** Undefined where nothing says so. It is no evidence. */
  beat(): Beat | undefined {
    const { pid, beat } = (this.note() ?? {}) as { [key: string]: unknown }
    const isPid = typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0
    return isPid && isTime(beat) ? { pid, at: beat } : undefined
  }

  /** What was noted with the last commit, as it stands there: see `readNote`. */
  note(): unknown {
    const row = rowOf<{ state: string }>(this.#database.prepare('SELECT state FROM alive WHERE id = 1'))
    return row === undefined ? undefined : tryJson(row.state)
  }

  /** In every transaction: see `sealedNote`. */
  setNote(note: { readonly [name: string]: Value }): void {
    this.#database
      .prepare(
        'INSERT INTO alive (id, state) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state',
      )
      .run(JSON.stringify({ ...note, pid: process.pid, beat: Date.now() }))
  }

  settings(): unknown {
    const row = rowOf<{ value: string }>(this.#database.prepare('SELECT value FROM settings WHERE id = 1'))
    return row === undefined ? undefined : JSON.parse(row.value)
  }

  setSettings(settings: unknown): void {
    this.#database
      .prepare(
        'INSERT INTO settings (id, value) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value',
      )
      .run(JSON.stringify(settings))
  }

  /**
   * Lines of the records that may have changed settings, in order: looked for in the lines themselves, which are
   * verified, and not in the columns beside them, which say who counts as a person to whoever edits them.
   */
  settingsLines(trail: number): { readonly seq: number; readonly line: Uint8Array }[] {
    const read = this.#database.prepare(
      `SELECT seq, line FROM entry WHERE trail = ? AND instr(line, CAST('"kind":"settings.changed"' AS BLOB)) > 0 AND ${IS_PLACE} ORDER BY seq`,
    )
    return rowsOf(read, trail)
  }
}

/** Milliseconds of the years 1970 to 9999. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 253_402_300_800_000
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
