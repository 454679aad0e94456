/**
 * So many at once, and after that so many in a while: for what is asked by whoever reaches the port, before it is known
 * who that is. Clock: monotonic milliseconds.
 */
export class Room {
  readonly #max: number
  readonly #everyMilliseconds: number
  readonly #now: () => number
  #room: number
  #filled: number

  constructor({
    max,
    everyMilliseconds,
    now,
  }: { max: number; everyMilliseconds: number; now: () => number }) {
    this.#max = max
    this.#everyMilliseconds = everyMilliseconds
    this.#now = now
    this.#room = max
    this.#filled = now()
  }

  /** 0 if it may be done now, else the seconds after which it may. */
  take(): number {
    const now = this.#now()
    this.#room = Math.min(this.#max, this.#room + (now - this.#filled) / this.#everyMilliseconds)
    this.#filled = now
    if (this.#room < 1) return Math.ceil(((1 - this.#room) * this.#everyMilliseconds) / 1_000)
    this.#room--
    return 0
  }
}
