const GIBIBYTE = 2 ** 30

/** Sizes of large units, bytes: each has places of its own. */
const SIZES_UP_TO = [GIBIBYTE, 64 * GIBIBYTE, Number.POSITIVE_INFINITY]
/** Each unit that is under way keeps its paths and the state of its digests in memory. */
export const PLACES_EACH = 256

/**
 * How many large units may be under way: so many of each size, so that whoever writes thousands of files that take days
 * to be read takes no place from runs of an hour.
 */
export class LargePlaces {
  readonly #taken = SIZES_UP_TO.map(() => 0)

  /** False, and nothing is taken, if all of this size are. */
  take(bytes: number): boolean {
    const size = sizeOf(bytes)
    const taken = this.#taken[size] ?? 0
    if (taken >= PLACES_EACH) return false
    this.#taken[size] = taken + 1
    return true
  }

  free(bytes: number): void {
    const size = sizeOf(bytes)
    this.#taken[size] = (this.#taken[size] ?? 0) - 1
  }
}

function sizeOf(bytes: number): number {
  return SIZES_UP_TO.findIndex((most) => bytes <= most)
}
