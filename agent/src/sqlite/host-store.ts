import type { DatabaseSync } from 'node:sqlite'
import { rowOf, rowsOf } from './database.ts'

/** Written every few seconds, so that after a crash it is known from when on nobody was looking. */
export interface Alive {
  /** Wall clock, milliseconds. */
  readonly at: number
  /** When the oldest unit then on its way was first seen. */
  readonly oldest?: number
  /** True after an orderly stop. */
  readonly stopped: boolean
}

/** What the relay keeps for itself: when it was last alive, its settings as of the last record, who is signed in. */
export class HostStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  alive(): Alive | undefined {
    const row = rowOf<{ state: string }>(this.#database.prepare('SELECT state FROM alive WHERE id = 1'))
    const state = row === undefined ? {} : (JSON.parse(row.state) as Partial<Alive>)
    return typeof state.at === 'number'
      ? {
          at: state.at,
          stopped: state.stopped === true,
          ...(state.oldest === undefined ? {} : { oldest: state.oldest }),
        }
      : undefined
  }

  setAlive(alive: Alive): void {
    this.#database
      .prepare(
        'INSERT INTO alive (id, state) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state',
      )
      .run(JSON.stringify(alive))
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

  /** Seqs of the records that changed settings, in order. */
  settingsRecords(trail: number): number[] {
    const read = this.#database.prepare(
      "SELECT seq FROM entry_columns WHERE trail = ? AND kind = 'settings.changed' ORDER BY seq",
    )
    return rowsOf<{ seq: number }>(read, trail).map(({ seq }) => seq)
  }
}
