/** As it is stored: of each digest its first four bytes, and the place in the pack of the record that speaks of it. */
export interface StoredDigests {
  readonly beginnings: Uint32Array
  readonly places: Uint16Array
}

/**
 * The digests that the records of a pack speak of, six bytes each: a million records of files have 6 MB of them. Other
 * digests may begin alike, so whatever is found is read and looked at.
 */
export class DigestColumn {
  #beginnings: Uint32Array = new Uint32Array(256)
  #places: Uint16Array = new Uint16Array(256)
  #count = 0

  static of(stored: StoredDigests | undefined): DigestColumn {
    const column = new DigestColumn()
    if (stored === undefined) return column
    // Both are full: before anything is added they give way to larger ones.
    column.#beginnings = stored.beginnings
    column.#places = stored.places
    column.#count = stored.beginnings.length
    return column
  }

  /** `digest`: 64 hexadecimal digits; anything else is nobody's digest and left out. */
  add(digest: string, place: number): void {
    if (!isDigest(digest)) return
    if (this.#count === this.#beginnings.length) this.#grow()
    this.#beginnings[this.#count] = beginningOf(digest)
    this.#places[this.#count] = place
    this.#count++
  }

  /** Places, in order, each once. */
  find(wanted: WantedDigests): number[] {
    const beginnings = this.#beginnings
    const found: number[] = []
    for (let i = 0; i < this.#count; i++) {
      if (!wanted.has(beginnings[i] as number)) continue
      const place = this.#places[i] as number
      if (found.at(-1) !== place) found.push(place)
    }
    return found
  }

  stored(): StoredDigests {
    return {
      beginnings: this.#beginnings.slice(0, this.#count),
      places: this.#places.slice(0, this.#count),
    }
  }

  #grow(): void {
    const room = Math.max(256, 2 * this.#beginnings.length)
    const beginnings = new Uint32Array(room)
    beginnings.set(this.#beginnings)
    const places = new Uint16Array(room)
    places.set(this.#places)
    this.#beginnings = beginnings
    this.#places = places
  }
}

/** Beginnings of the digests that are looked for: most others are told apart by one bit. */
export class WantedDigests {
  readonly #bits = new Uint32Array(65_536 / 32)
  readonly #beginnings = new Set<number>()

  constructor(digests: readonly string[]) {
    for (const digest of digests.filter(isDigest)) {
      const beginning = beginningOf(digest)
      this.#beginnings.add(beginning)
      const high = beginning >>> 16
      this.#bits[high >>> 5] = (this.#bits[high >>> 5] as number) | (1 << (high & 31))
    }
  }

  has(beginning: number): boolean {
    const high = beginning >>> 16
    if (((this.#bits[high >>> 5] as number) & (1 << (high & 31))) === 0) return false
    return this.#beginnings.has(beginning)
  }
}

function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

function beginningOf(digest: string): number {
  return Number.parseInt(digest.slice(0, 8), 16)
}
