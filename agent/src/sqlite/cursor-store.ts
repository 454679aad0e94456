import type { DatabaseSync } from 'node:sqlite'
import { rowOf } from './database.ts'

/** How far a subscription's deliveries have come, with a seal: see `outgoing/cursor`. */
export interface StoredCursor {
  readonly subscription: string
  /** Origin of the trail that is sent. */
  readonly trail: string
  /** The record this goes on from: the last that said where deliveries begin. */
  readonly said: number
  /** The record that is looked at next. */
  readonly next: number
  /** When something was delivered last, ISO 8601; empty if nothing was. */
  readonly delivered: string
  readonly seal: Uint8Array
}

/** Cursors of subscriptions. No evidence: what they say is believed by their seal. */
export class CursorStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get(subscription: string): StoredCursor | undefined {
    const read = this.#database.prepare(
      'SELECT subscription, trail, said, next, delivered, seal FROM cursor WHERE subscription = ? AND next BETWEEN 0 AND 9007199254740991 AND said BETWEEN 0 AND 9007199254740991',
    )
    return rowOf<StoredCursor>(read, subscription)
  }

  /** Whether there is a row, readable or not. */
  has(subscription: string): boolean {
    const read = this.#database.prepare('SELECT 1 FROM cursor WHERE subscription = ?')
    return rowOf(read, subscription) !== undefined
  }

  set({ subscription, trail, said, next, delivered, seal }: StoredCursor): void {
    this.#database
      .prepare(
        'INSERT INTO cursor (subscription, trail, said, next, delivered, seal) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (subscription) DO UPDATE SET trail = excluded.trail, said = excluded.said, next = excluded.next, delivered = excluded.delivered, seal = excluded.seal',
      )
      .run(subscription, trail, said, next, delivered, seal)
  }
}
