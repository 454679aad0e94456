import { LINE_BYTES_MAX } from './entry.ts'
import type { Report } from './report.ts'
import { TrailVerifier, type VerifyOptions } from './trail-verifier.ts'

/**
 * Verifies a trail given as lines that each end with one newline, in pieces of any size. Returns a report
 * of all findings, the first thousand of each code one by one and the rest counted; never throws for what
 * the bytes are, and never stops at the first fault.
 */
export function verifyTrail(pieces: Iterable<Uint8Array>, options: VerifyOptions = {}): Report {
  const splitter = new LineSplitter(new TrailVerifier(options))
  for (const piece of pieces) splitter.push(piece)
  return splitter.end()
}

/** As `verifyTrail`, for pieces that arrive over time. Throws only what the source throws. */
export async function verifyTrailStream(
  pieces: AsyncIterable<Uint8Array>,
  options: VerifyOptions = {},
): Promise<Report> {
  const splitter = new LineSplitter(new TrailVerifier(options))
  for await (const piece of pieces) splitter.push(piece)
  return splitter.end()
}

const NEWLINE = 0x0a

/** Cuts a stream of bytes into lines. Holds back at most one line, and of an endless line no more than the limit. */
class LineSplitter {
  readonly #verifier: TrailVerifier
  #rest = new Uint8Array(0)

  constructor(verifier: TrailVerifier) {
    this.#verifier = verifier
  }

  push(piece: Uint8Array): void {
    let from = 0
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      this.#verifier.push(this.#take(piece.subarray(from, end)))
      from = end + 1
    }
    this.#keep(piece.subarray(from))
  }

  end(): Report {
    if (this.#rest.length > 0) {
      this.#verifier.note(
        'no-final-newline',
        'a newline after the last entry',
        `${this.#rest.length} bytes without one`,
      )
      this.#verifier.push(this.#rest)
    }
    return this.#verifier.end()
  }

  #take(end: Uint8Array): Uint8Array {
    if (this.#rest.length === 0) return end.subarray(0, LINE_BYTES_MAX + 1)
    this.#keep(end)
    const line = this.#rest
    this.#rest = new Uint8Array(0)
    return line
  }

  #keep(bytes: Uint8Array): void {
    // Beyond the limit the content no longer matters: the line is refused for its length alone.
    const more = bytes.subarray(0, LINE_BYTES_MAX + 1 - this.#rest.length)
    if (more.length === 0) return
    const joined = new Uint8Array(this.#rest.length + more.length)
    joined.set(this.#rest)
    joined.set(more, this.#rest.length)
    this.#rest = joined
  }
}
