/** A place in the first table for so many digests; it grows with them. */
const FIRST_ROOM = 1_024
const DIGEST_BYTES = 32

/**
 * Which lines of records.json speak of a digest: about 60 bytes for each, so that a bag of a million records can be asked
 * without keeping its records. One digest may stand in many lines.
 */
export class DigestIndex {
  #size = 0
  #digests = new Uint8Array(FIRST_ROOM * DIGEST_BYTES)
  #lines = new Uint32Array(FIRST_ROOM)
  /** The entry before it in the same bucket, by its number from 1; 0 for none. */
  #before = new Uint32Array(FIRST_ROOM)
  #buckets = new Uint32Array(2 * FIRST_ROOM)

  /** `digest`: 64 hexadecimal digits; anything else is nobody's digest and left out. */
  add(digest: unknown, line: number): void {
    const bytes = bytesOf(digest)
    if (bytes === undefined) return
    if (this.#size === this.#lines.length) this.#grow()
    const at = this.#size++
    this.#digests.set(bytes, at * DIGEST_BYTES)
    this.#lines[at] = line
    this.#link(at)
  }

  /** Lines, in the order they came in, each once. */
  linesOf(digest: string): readonly number[] {
    const bytes = bytesOf(digest)
    const found: number[] = []
    if (bytes === undefined) return []
    const bucket = bucketOf(bytes, 0, this.#buckets.length)
    for (let next = this.#buckets[bucket] ?? 0; next !== 0; next = this.#before[next - 1] ?? 0)
      if (this.#isAt(next - 1, bytes)) found.push(this.#lines[next - 1] ?? 0)
    return [...new Set(found.reverse())]
  }

  #isAt(at: number, digest: Uint8Array): boolean {
    return digest.every((byte, i) => this.#digests[at * DIGEST_BYTES + i] === byte)
  }

  #link(at: number): void {
    const bucket = bucketOf(this.#digests, at * DIGEST_BYTES, this.#buckets.length)
    this.#before[at] = this.#buckets[bucket] ?? 0
    this.#buckets[bucket] = at + 1
  }

  #grow(): void {
    const room = 2 * this.#lines.length
    const digests = new Uint8Array(room * DIGEST_BYTES)
    digests.set(this.#digests)
    const lines = new Uint32Array(room)
    lines.set(this.#lines)
    this.#digests = digests
    this.#lines = lines
    this.#before = new Uint32Array(room)
    this.#buckets = new Uint32Array(2 * room)
    for (let at = 0; at < this.#size; at++) this.#link(at)
  }
}

/** A digest is as good as random: its first bytes are its bucket. `buckets` is a power of two. */
function bucketOf(digests: Uint8Array, at: number, buckets: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = digests.subarray(at, at + 4)
  return ((a << 24) | (b << 16) | (c << 8) | d) & (buckets - 1)
}

function bytesOf(digest: unknown): Uint8Array | undefined {
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) return undefined
  return Uint8Array.from({ length: DIGEST_BYTES }, (_, i) =>
    Number.parseInt(digest.slice(2 * i, 2 * i + 2), 16),
  )
}
