/** Entries that stand on consecutive lines with consecutive seqs. */
interface Run {
  readonly seq: number
  readonly place: number
  length: number
}

/** How many runs back a line out of order is still given its place: enough for an accident, and a bound for malice. */
const RUNS_BACK_MAX = 64

/**
 * Which line holds the entry with a given seq. In a sound trail line and seq agree; after a gap they run
 * apart, and what points back by seq must still find its entry. Keeps one step for each gap, not one for
 * each entry. Of a seq that comes twice the first line counts: the second is a finding of its own.
 */
export class SeqPlaces {
  // In ascending order of seq, without overlap.
  readonly #runs: Run[] = []

  /** The line at `place` holds the entry `seq`. */
  take(seq: number, place: number): void {
    const runs = this.#runs
    let at = runs.length
    while (at > 0 && runs.length - at < RUNS_BACK_MAX && (runs[at - 1] as Run).seq > seq) at--
    const before = runs[at - 1]
    if (before !== undefined && (before.seq > seq || seq < before.seq + before.length)) return
    const follows =
      before !== undefined && before.seq + before.length === seq && before.place + before.length === place
    if (follows) before.length++
    else runs.splice(at, 0, { seq, place, length: 1 })
  }

  placeOf(seq: number): number | undefined {
    let low = 0
    let high = this.#runs.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#runs[middle] as Run).seq <= seq) low = middle + 1
      else high = middle
    }
    const run = this.#runs[low - 1]
    return run !== undefined && seq < run.seq + run.length ? run.place + (seq - run.seq) : undefined
  }
}
