import type { Actor } from '@compliance-relay/shared/trail'
import { pathFields } from './capture/raw-name.ts'
import type { Recorder } from './capture/recorder.ts'
import { mend, type StateCheck } from './capture/state-check.ts'
import type { StateFault } from './capture/state-faults.ts'
import { cutText } from './cut-text.ts'
import type { UnitStore } from './sqlite/unit-store.ts'
import { timestamp } from './time-text.ts'

export interface StateKeeperOptions {
  readonly units: UnitStore
  readonly recorder: Recorder
  /** The relay itself as an actor. */
  readonly relay: Actor
  readonly wall: () => number
  readonly note: (event: string, details: { readonly [key: string]: unknown }) => void
  readonly check: () => StateCheck
  /** The state was mended: everything is to be looked at. */
  readonly onMended: () => void
}

const ROUNDS_MAX = 100
/** Of a path in the record: twenty of them have room. */
const NAME_LENGTH_MAX = 500

/** Sees to it that what the scans go by is what the records say. */
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
      for (let round = 0; check !== undefined && round < ROUNDS_MAX; round++) {
        this.#check = check
        const { faults, count } = await check.answer
        check = undefined
        if (count === 0 || this.#closed) break
        this.#mend(faults, count, isCapturing)
        if (count > faults.length) check = this.#options.check()
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
  #mend(faults: readonly StateFault[], count: number, isCapturing: boolean): void {
    const { units, recorder, relay, wall, note, onMended } = this.#options
    const codes: Record<string, number> = {}
    for (const { code } of faults) codes[code] = (codes[code] ?? 0) + 1
    const named = faults.slice(0, 20).map(({ code, watch, path }) => ({
      code,
      watch: cutText(watch, NAME_LENGTH_MAX),
      ...pathFields(path.length > NAME_LENGTH_MAX ? cutText(path, NAME_LENGTH_MAX) : path),
    }))
    note('state-differs', { count, codes })
    const body = { count, codes, units: named }
    recorder.add({
      draft: () => ({ kind: 'state.mended', actor: relay, time: timestamp(wall()), body }),
      apply: () => mend(units, faults, !isCapturing),
      done: onMended,
    })
    // The scan that follows, the first one at a start, must find it mended.
    recorder.flush()
  }
}
