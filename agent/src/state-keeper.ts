import type { DatabaseSync } from 'node:sqlite'
import type { Actor } from '@compliance-relay/shared/trail'
import { pathFields } from './capture/raw-name.ts'
import type { Recorder } from './capture/recorder.ts'
import { mend, type StateAnswer, type StateCheck } from './capture/state-check.ts'
import { cutText } from './cut-text.ts'
import { mendColumns } from './sqlite/column-faults.ts'
import { ContentSums } from './sqlite/content-sums.ts'
import type { UnitStore } from './sqlite/unit-store.ts'
import { timestamp } from './time-text.ts'
import type { TrailAuthority } from './trail-authority.ts'

export interface StateKeeperOptions {
  /** The writer's, in whose transaction the columns are mended. */
  readonly database: DatabaseSync
  /** Whose lines are believed. */
  readonly authority: TrailAuthority
  readonly units: UnitStore
  readonly recorder: Recorder
  /** The relay itself as an actor. */
  readonly relay: Actor
  readonly wall: () => number
  readonly note: (event: string, details: { readonly [key: string]: unknown }) => void
  readonly check: () => StateCheck
  /** The state was mended: everything is to be looked at. */
  readonly onMended: () => void
  /** What is known of the rows that records are found by. */
  readonly onContents: (contents: ContentSums) => void
  /** The columns were: what was read by them is to be read again. */
  readonly onColumnsMended: () => void
}

const ROUNDS_MAX = 100
const GIVEN_MAX = 20
/** Of a path in the record: twenty of them have room. */
const NAME_LENGTH_MAX = 500

/** Sees to it that what the scans go by, and what the relay finds records by, is what the records say. */
export class StateKeeper {
  readonly #options: StateKeeperOptions
  #check: StateCheck | undefined
  #closed = false

  constructor(options: StateKeeperOptions) {
    this.#options = options
  }

  /**
   * Checks, and mends what was found, until nothing is. `isCapturing`: folders are in memory too, and none is added
   * behind that. `begun` is a check that runs already. Never throws: one that fails is noted, and false is given, so
   * that it is tried again: capture goes on meanwhile.
   */
  async keep(isCapturing: boolean, begun = this.#options.check()): Promise<boolean> {
    let isChecked = true
    let check: StateCheck | undefined = begun
    try {
      let before = Number.POSITIVE_INFINITY
      for (let round = 0; check !== undefined && round < ROUNDS_MAX; round++) {
        this.#check = check
        const answer = await check.answer
        check = undefined
        const { faults, columns, count } = answer
        if (this.#closed) break
        this.#options.onContents(new ContentSums(answer.contents))
        // What is as much as before cannot be mended: capture does not wait for it.
        if (count === 0 || count >= before) break
        before = count
        this.#mend(answer, isCapturing)
        if (count > faults.length + columns.length) check = this.#options.check()
      }
    } catch (error) {
      isChecked = false
      if (!this.#closed) this.#options.note('state-not-checked', { error })
    }
    this.#check = undefined
    return isChecked
  }

  close(): void {
    this.#closed = true
    void this.#check?.close()
  }

  /** A record and the mending in one transaction: that it was not as it should be is said. */
  #mend({ faults, columns, count }: StateAnswer, isCapturing: boolean): void {
    const { database, authority, units, recorder, relay, wall, note, onMended, onColumnsMended } =
      this.#options
    const codes: Record<string, number> = {}
    for (const { code } of [...columns, ...faults]) codes[code] = (codes[code] ?? 0) + 1
    const named = faults.slice(0, GIVEN_MAX).map(({ code, watch, path }) => ({
      code,
      watch: cutText(watch, NAME_LENGTH_MAX),
      ...pathFields(path.length > NAME_LENGTH_MAX ? cutText(path, NAME_LENGTH_MAX) : path),
    }))
    const rows = columns.slice(0, GIVEN_MAX).map(({ code, trail, seq }) => ({ code, trail, seq }))
    note('state-differs', { count, codes })
    const body = { count, codes, units: named, ...(rows.length > 0 ? { columns: rows } : {}) }
    recorder.add({
      draft: () => ({ kind: 'state.mended', actor: relay, time: timestamp(wall()), body }),
      apply: () => {
        mendColumns(database, columns, authority)
        mend(units, faults, !isCapturing)
      },
      done: () => {
        if (columns.length > 0) onColumnsMended()
        if (faults.length > 0) onMended()
      },
    })
    // The scan that follows, the first one at a start, must find it mended.
    recorder.flush()
  }
}
