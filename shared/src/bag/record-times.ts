import type { TrailRecord } from '../trail/index.ts'

/** When the records of one trail that are in a bag were made, as they say: to look back at. 16 bytes for each. */
export class RecordTimes {
  #seqs = new Float64Array(256)
  #times = new Float64Array(256)
  #count = 0

  /** One that is not after all before it has a finding of its own, and is left out. */
  take({ seq, time }: Pick<TrailRecord, 'seq' | 'time'>): void {
    if (this.#count > 0 && seq <= (this.#seqs[this.#count - 1] as number)) return
    if (this.#count === this.#seqs.length) {
      this.#seqs = twiceAsLong(this.#seqs)
      this.#times = twiceAsLong(this.#times)
    }
    this.#seqs[this.#count] = seq
    this.#times[this.#count] = Date.parse(time)
    this.#count++
  }

  /** Of the record at this place; undefined if it is not in the bag. */
  at(seq: number): string | undefined {
    const place = this.#placeBelow(seq + 1)
    return this.#seqs[place] === seq ? this.#timeAt(place) : undefined
  }

  /** Of the last record in the bag below this size; undefined if there is none. */
  below(size: number): string | undefined {
    return this.#timeAt(this.#placeBelow(size))
  }

  #timeAt(place: number): string | undefined {
    return place < 0 ? undefined : new Date(this.#times[place] as number).toISOString()
  }

  #placeBelow(seq: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#seqs[middle] as number) < seq) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}

/** The same of all trails of a bag. */
export class TimesOfTrails {
  readonly #of = new Map<string, RecordTimes>()

  of(trail: string): RecordTimes {
    const known = this.#of.get(trail)
    if (known !== undefined) return known
    const made = new RecordTimes()
    this.#of.set(trail, made)
    return made
  }
}

function twiceAsLong(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(2 * numbers.length)
  longer.set(numbers)
  return longer
}
