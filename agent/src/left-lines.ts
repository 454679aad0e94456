import { createHash, type Hash } from 'node:crypto'
import { leafHash } from '@compliance-relay/shared/trail'

const CLAIM = '"kind":"capture.claimed"'
/** Places of records that have one sum. */
const PAGE_PLACES = 200

/**
 * What is known in memory of the lines of a trail that was left, as they stood when the whole of it was found to be what it
 * was then: a SHA-256 for each two hundred places. A trail may have been left because it was damaged; so what cannot be
 * believed in it, or is not there, either was so when it was left, or was altered since. By these sums it is told which.
 */
export class LeftLines {
  readonly #sums = new Map<number, Hash>()
  readonly #claims: { readonly seq: number; readonly line: Uint8Array }[] = []
  #size = 0

  /** Number of lines. */
  get size(): number {
    return this.#size
  }

  /** Those that may be claims. Kept whole: who answers for a capture is not looked up again by columns. */
  get claims(): readonly { readonly seq: number; readonly line: Uint8Array }[] {
    return this.#claims
  }

  /** In order of their places, each as it is stored. */
  take(seq: number, leaf: Uint8Array): void {
    this.#size++
    const page = pageOf(seq)
    const sum = this.#sums.get(page) ?? createHash('sha256')
    sum.update(`${seq} `).update(leaf)
    this.#sums.set(page, sum)
  }

  /** The same with its bytes. */
  takeLine(seq: number, leaf: Uint8Array, line: Uint8Array): void {
    this.take(seq, leaf)
    if (Buffer.from(line.buffer, line.byteOffset, line.length).includes(CLAIM))
      this.#claims.push({ seq, line })
  }

  /** Places that have a sum with this one: from the first of these on, and before the second. */
  rangeOf(seq: number): readonly [from: number, until: number] {
    const from = pageOf(seq) * PAGE_PLACES
    return [from, from + PAGE_PLACES]
  }

  /** Whether lines, all that are there in the range of a place, are those that stood there. */
  areOf(seq: number, lines: Iterable<{ readonly seq: number; readonly line: Uint8Array }>): boolean {
    const now = new LeftLines()
    for (const { seq: at, line } of lines) now.take(at, leafHash(line))
    return now.#sumOf(seq) === this.#sumOf(seq)
  }

  #sumOf(seq: number): string | undefined {
    return this.#sums.get(pageOf(seq))?.copy().digest('hex')
  }
}

function pageOf(seq: number): number {
  return Math.floor(seq / PAGE_PLACES)
}
