/** Mulberry32: small, the same on every machine, and a run of it is one number to repeat. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 to just below 1. */
  next(): number {
    return this.#word() / 4_294_967_296
  }

  /** An integer from `least` to `most`. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('there is nothing to pick from')
    return items[this.integer(0, items.length - 1)] as T
  }

  bytes(size: number): Buffer {
    const words = Buffer.alloc(Math.ceil(size / 4) * 4)
    for (let at = 0; at < words.length; at += 4) words.writeUInt32LE(this.#word(), at)
    return words.subarray(0, size)
  }

  /** Another stream, so that what two loops draw does not depend on which is faster. */
  fork(): Random {
    return new Random(this.#word())
  }

  #word(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    const state = this.#state
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
}
