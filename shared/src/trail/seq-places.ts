/** Entries that stand on consecutive lines with consecutive seqs. */
interface Run {
  readonly seq: number
  readonly place: number
  length: number
}

/**
 * Which line holds the entry with a given seq. In a sound trail line and seq agree; after a gap they run
 * apart, and what points back by seq must still find its entry. Keeps one step for each gap, not one for
 * each entry. A line whose seq has been before is a finding of its own and takes no place here.
 */
export class SeqPlaces {
  // In ascending order of seq and of place, without overlap.
  readonly #runs: Run[] = []

  /** The line at `place` holds the entry `seq`. Places are taken in ascending order. */
  take(seq: number, place: number): void {
    const run = this.#runs.at(-1)
    if (run !== undefined && seq < run.seq + run.length) return
    const follows = run !== undefined && run.seq + run.length === seq && run.place + run.length === place
    if (follows) run.length++
    else this.#runs.push({ seq, place, length: 1 })
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
