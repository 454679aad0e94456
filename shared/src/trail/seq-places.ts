/**
 * Which line holds the entry with a given seq. In a sound trail line and seq agree; after a gap or a
 * repetition they run apart, and what points back by seq must still find its entry. Keeps one step for
 * each break, not one for each entry.
 */
export class SeqPlaces {
  readonly #runs: { readonly seq: number; readonly place: number; length: number }[] = []

  /** The line at `place` holds the entry `seq`. Places are taken in ascending order. */
  take(seq: number, place: number): void {
    const run = this.#runs.at(-1)
    if (run !== undefined && run.seq + run.length === seq && run.place + run.length === place) run.length++
    else this.#runs.push({ seq, place, length: 1 })
  }

  /** The place of the entry `seq`: the latest where a trail repeats itself. */
  placeOf(seq: number): number | undefined {
    const run = this.#runs.findLast((one) => seq >= one.seq && seq < one.seq + one.length)
    return run === undefined ? undefined : run.place + (seq - run.seq)
  }
}
