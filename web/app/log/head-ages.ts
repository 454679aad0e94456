import type { SinceHead } from '../outbox/clock-check.ts'

/** How long ago heads were read: by the clock of the device, and by one that cannot be set, as long as the app runs. */
export class HeadAges {
  readonly #wall: () => number
  readonly #steady: () => number
  readonly #seen = new Map<string, { readonly seen: number; readonly steady: number | null }>()

  /** Both in milliseconds. */
  constructor(wall: () => number, steady: () => number) {
    this.#wall = wall
    this.#steady = steady
  }

  /** A head was read at that time of the device. The first that is told of a trail may be from before the app was started. */
  saw(trail: string, seen: number): void {
    const known = this.#seen.get(trail)
    if (known?.seen === seen) return
    this.#seen.set(trail, { seen, steady: known === undefined ? null : this.#steady() })
  }

  since(trail: string, seen: number): SinceHead {
    const known = this.#seen.get(trail)
    const steady = known?.seen === seen ? known.steady : null
    return {
      wallMilliseconds: this.#wall() - seen,
      monotonicMilliseconds: steady === null ? null : this.#steady() - steady,
    }
  }
}
