import { STEP_MILLISECONDS } from './clock-watch.ts'
import type { Alive } from './sqlite/host-store.ts'

/** The time before a start in which nobody looked. Wall clock, milliseconds. */
export interface Gap {
  /** Since when, as far as it is known; `alive` is what later starts go on from if this one does not get that far. */
  readonly alive: Alive | undefined
  /** A time when the relay was said to have been at work, and that has not come yet. */
  readonly disbelieved?: number
}

/**
 * Since when nobody looked. The time the relay was last at work is a note beside the trail, and no evidence: one that
 * is later than now, because the clock was set back or somebody wrote it there, would make the gap end before it began,
 * and late files look as if they were not. Then the last record's time, under its checksum, is the last thing known, as
 * it is where the note is gone; if that has not come yet either, nothing is. A difference that clocks are corrected by
 * every day is none.
 *
 * `lastRecord`: undefined in a trail in which the relay was never at work.
 * `stoppedAt`: when the trail says that the relay stopped, if that is its last word: nobody looked after that, whatever the
 * note says.
 */
export function gapBefore(
  found: Alive | undefined,
  lastRecord: number | undefined,
  now: number,
  stoppedAt?: number,
): Gap {
  const known = stoppedAt ?? lastRecord
  const isKnown = known !== undefined && known <= now
  if (found === undefined)
    return { alive: isKnown ? { at: known, stopped: stoppedAt !== undefined } : undefined }
  if (found.at > now + STEP_MILLISECONDS)
    return { alive: isKnown ? { at: known, stopped: found.stopped } : undefined, disbelieved: found.at }
  const { stopped, oldest } = found
  const from = Math.min(found.at, stoppedAt ?? found.at, now)
  return { alive: { at: from, stopped, ...(oldest === undefined || oldest > from ? {} : { oldest }) } }
}
