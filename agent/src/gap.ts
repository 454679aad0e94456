import { STEP_MILLISECONDS } from './clock-watch.ts'
import type { Alive } from './sqlite/host-store.ts'

/** The time before a start in which nobody looked. Wall clock, milliseconds. */
export interface Gap {
  /** Since when, as far as it is known; `alive` is what later starts go on from if this one does not get that far. */
  readonly alive: Alive | undefined
  /** A time when the relay was said to have been at work, and that has not come yet, or was said by nobody known. */
  readonly disbelieved?: number
}

/** What is known of the end of the time before. Wall clock, milliseconds. */
export interface CheckedEnd {
  /** As the sealed note has it; undefined where there is none. */
  readonly alive: Alive | undefined
  /** Of the newest record; undefined in a trail in which the relay was never at work. */
  readonly lastRecord: number | undefined
  /**
   * When the trail says that the relay stopped, if that is its last word: nobody looked after that, whatever the note
   * says.
   */
  readonly stoppedAt?: number | undefined
  /** A time when the relay was at work, said by something that is not sealed. */
  readonly unsealed?: number
}

/**
 * Since when nobody looked. The time the relay was last at work is a sealed note beside the trail. One that is later than
 * now, because the clock was set back, would make the gap end before it began, and late files look as if they were not.
 * Then the last record's time is the last thing known, as it is where the note is gone, or is somebody else's; if that has
 * not come yet either, nothing is. A difference that clocks are corrected by every day is none.
 */
export function gapBefore({ alive: found, lastRecord, stoppedAt, unsealed }: CheckedEnd, now: number): Gap {
  const known = stoppedAt ?? lastRecord
  const isKnown = known !== undefined && known <= now
  if (found === undefined) {
    const alive = isKnown ? { at: known, stopped: stoppedAt !== undefined } : undefined
    const isOther = unsealed !== undefined && unsealed > (alive?.at ?? now) + STEP_MILLISECONDS
    return { alive, ...(isOther ? { disbelieved: unsealed } : {}) }
  }
  if (found.at > now + STEP_MILLISECONDS)
    return { alive: isKnown ? { at: known, stopped: found.stopped } : undefined, disbelieved: found.at }
  const { stopped, oldest } = found
  const from = Math.min(found.at, stoppedAt ?? found.at, now)
  return { alive: { at: from, stopped, ...(oldest === undefined || oldest > from ? {} : { oldest }) } }
}
