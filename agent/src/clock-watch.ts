/** What a look at both clocks shows. Milliseconds. */
export type ClockEvent =
  /** The wall clock was set, or the machine slept: it moved otherwise than time did. */
  | { readonly kind: 'clock.stepped'; readonly before: number; readonly after: number; readonly by: number }
  /** The relay itself stood still. */
  | { readonly kind: 'relay.paused'; readonly from: number; readonly to: number }

export const STEP_MILLISECONDS = 2_000
export const PAUSE_MILLISECONDS = 10_000

/** Compares the wall clock with one that nobody sets. To be asked about once a second. */
export class ClockWatch {
  readonly #now: () => number
  readonly #wall: () => number
  #lastNow: number
  #lastWall: number
  #drift = 0

  constructor(now: () => number, wall: () => number) {
    this.#now = now
    this.#wall = wall
    this.#lastNow = now()
    this.#lastWall = wall()
  }

  look(): ClockEvent[] {
    const now = this.#now()
    const wall = this.#wall()
    const passed = now - this.#lastNow
    const expected = this.#lastWall + passed
    // Small differences add up to a step as well: a clock that is slewed for a while has moved in the end.
    this.#drift += wall - expected
    const events: ClockEvent[] = []
    // Until now by the clock that records are dated by; where that was set meanwhile, by the time that passed.
    const to = Math.abs(wall - expected) > STEP_MILLISECONDS ? Math.round(expected) : wall
    if (passed > PAUSE_MILLISECONDS) events.push({ kind: 'relay.paused', from: this.#lastWall, to })
    if (Math.abs(this.#drift) > STEP_MILLISECONDS) {
      events.push({
        kind: 'clock.stepped',
        before: Math.round(wall - this.#drift),
        after: wall,
        by: Math.round(this.#drift),
      })
      this.#drift = 0
    }
    this.#lastNow = now
    this.#lastWall = wall
    return events
  }
}
