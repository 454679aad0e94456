import type { DatabaseSync } from 'node:sqlite'
import { rowOf, rowsOf } from './database.ts'
import { IS_SIZE } from './schema.ts'

export interface StoredTimeStamp {
  readonly size: number
  /** What the authority answered, as it was sent. */
  readonly answer: Uint8Array
}

/**
 * Which checkpoints were to be time-stamped, and what they got. What is stored speaks for itself: whoever uses it holds it
 * against the checkpoint.
 */
export class TimeStampStore {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** The newest that was to be stamped, whether it was or not. `due`: ISO 8601. */
  last(trail: number): { readonly size: number; readonly due: string } | undefined {
    const read = this.#database.prepare(
      `SELECT size, due FROM time_stamp WHERE trail = ? AND ${IS_SIZE} ORDER BY size DESC LIMIT 1`,
    )
    return rowOf<{ size: number; due: string }>(read, trail)
  }

  /** The newest that was stamped. */
  lastStamped(trail: number): StoredTimeStamp | undefined {
    const read = this.#database.prepare(
      `SELECT size, answer FROM time_stamp WHERE trail = ? AND answer IS NOT NULL AND ${IS_SIZE} ORDER BY size DESC LIMIT 1`,
    )
    return rowOf<StoredTimeStamp>(read, trail)
  }

  get(trail: number, size: number): StoredTimeStamp | undefined {
    const read = this.#database.prepare(
      'SELECT size, answer FROM time_stamp WHERE trail = ? AND size = ? AND answer IS NOT NULL',
    )
    return rowOf<StoredTimeStamp>(read, trail, size)
  }

  /** Sizes that are to be stamped still, newest first. */
  owed(trail: number, limit: number): number[] {
    const read = this.#database.prepare(
      `SELECT size FROM time_stamp WHERE trail = ? AND answer IS NULL AND ${IS_SIZE} ORDER BY size DESC LIMIT ?`,
    )
    return rowsOf<{ size: number }>(read, trail, limit).map(({ size }) => size)
  }

  /** Sizes that were stamped, oldest first. */
  stamped(trail: number): number[] {
    const read = this.#database.prepare(
      `SELECT size FROM time_stamp WHERE trail = ? AND answer IS NOT NULL AND ${IS_SIZE} ORDER BY size`,
    )
    return rowsOf<{ size: number }>(read, trail).map(({ size }) => size)
  }

  /** Those that the notary still has to be given, newest first. */
  notGiven(trail: number, limit: number): StoredTimeStamp[] {
    const read = this.#database.prepare(
      `SELECT size, answer FROM time_stamp WHERE trail = ? AND answer IS NOT NULL AND given IS NULL AND ${IS_SIZE} ORDER BY size DESC LIMIT ?`,
    )
    return rowsOf<StoredTimeStamp>(read, trail, limit)
  }

  addDue(trail: number, size: number, due: string): void {
    this.#database
      .prepare('INSERT INTO time_stamp (trail, size, due) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
      .run(trail, size, due)
  }

  /** The oldest that wait are given up where more than so many do. */
  keepOwed(trail: number, most: number): void {
    this.#database
      .prepare(
        'DELETE FROM time_stamp WHERE trail = ?1 AND answer IS NULL AND size NOT IN (SELECT size FROM time_stamp WHERE trail = ?1 AND answer IS NULL ORDER BY size DESC LIMIT ?2)',
      )
      .run(trail, most)
  }

  setAnswer(trail: number, size: number, answer: Uint8Array): void {
    this.#database
      .prepare('UPDATE time_stamp SET answer = ? WHERE trail = ? AND size = ? AND answer IS NULL')
      .run(answer, trail, size)
  }

  setGiven(trail: number, size: number, time: string): void {
    this.#database
      .prepare('UPDATE time_stamp SET given = ? WHERE trail = ? AND size = ? AND given IS NULL')
      .run(time, trail, size)
  }
}
