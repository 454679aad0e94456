import { heldIn, readEntry, subjectsOf } from '../trail/index.ts'
import { type ExportFilter, takenBy } from './filter.ts'

/** Which records of a trail a bag takes: one bit each. */
export class Chosen {
  #bits = new Uint8Array(1_024)
  count = 0

  add(seq: number): void {
    const at = seq >> 3
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(at + 1, 2 * this.#bits.length))
      larger.set(this.#bits)
      this.#bits = larger
    }
    if (this.has(seq)) return
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (seq & 7))
    this.count++
  }

  has(seq: number): boolean {
    return (((this.#bits[seq >> 3] ?? 0) >> (seq & 7)) & 1) === 1
  }
}

/**
 * Chooses records, shown in the order of their trail: those the filter takes, those nothing can be judged without, and
 * what was signed, decided or claimed about those. `isIn`: what the filter asks and no record says by itself.
 */
export class Choosing {
  readonly chosen = new Chosen()
  /** How many the filter itself takes. */
  asked = 0
  readonly #filter: ExportFilter
  readonly #isIn: (seq: number) => boolean

  constructor(filter: ExportFilter, isIn: (seq: number) => boolean = () => true) {
    this.#filter = filter
    this.#isIn = isIn
  }

  /** Throws `FormatError` for a line that is no entry. */
  show(line: Uint8Array): void {
    const { record } = readEntry(line)
    const taken = takenBy(this.#filter, record)
    const { seq } = record
    if (taken === 'asked' && this.#isIn(seq)) this.asked++
    const isAbout = () => subjectsOf(record).some((one) => this.chosen.has(one))
    if (taken === 'always' || (taken === 'asked' && this.#isIn(seq)) || (taken === 'with' && isAbout()))
      this.chosen.add(seq)
    // What was decided can only be judged beside what was held.
    const held = heldIn(record)
    if (held !== undefined && this.chosen.has(seq)) this.chosen.add(held)
  }
}
