export interface TurnBounds {
  readonly bytes: number
  readonly milliseconds: number
}

/** How long one unit is read before another may go on. Time is a bound of its own: a share may be slow. */
export const TURN: TurnBounds = { bytes: 256 << 20, milliseconds: 2_000 }

/** What was read in the turn that runs. */
export class Turn {
  readonly #bounds: TurnBounds
  readonly #now: () => number
  #bytes = 0
  #since = 0

  constructor(bounds: TurnBounds, now: () => number) {
    this.#bounds = bounds
    this.#now = now
  }

  begin(): void {
    this.#bytes = 0
    this.#since = this.#now()
  }

  took(bytes: number): void {
    this.#bytes += bytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get isOver(): boolean {
    return this.#bytes >= this.#bounds.bytes || this.#now() - this.#since >= this.#bounds.milliseconds
  }
}
