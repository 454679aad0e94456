import type { BagFinding } from './faults.ts'

/** A bag wherever it lies: in a zip, in a folder, in a browser's hands. Names are without the bag's own folder. */
export interface BagSource {
  /** Every file, as often as it is there, in any order. Folders are none. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[]
  /** What is wrong with what they lie in. */
  readonly faults?: readonly BagFinding[]
  /** The bytes of the first file of a name, in pieces. Rejects with what the medium says. May be called again. */
  read(name: string): AsyncIterable<Uint8Array>
}

/** Pieces of a file as lines, newline not included; of an endless line no more than `most` bytes are held. */
export async function* linesIn(
  pieces: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<readonly Uint8Array[]> {
  let rest = new Uint8Array(0)
  for await (const piece of pieces) {
    const lines: Uint8Array[] = []
    let from = 0
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      lines.push(joined(rest, piece.subarray(from, end), most))
      rest = new Uint8Array(0)
      from = end + 1
    }
    rest = joined(rest, piece.subarray(from), most)
    yield lines
  }
  // A last line without its newline is one line more: whoever counts on the newline finds it.
  if (rest.length > 0) yield [rest]
}

const NEWLINE = 0x0a

function joined(rest: Uint8Array<ArrayBuffer>, more: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const kept = more.subarray(0, Math.max(0, most - rest.length))
  // What is full is not copied for every piece that is not kept.
  if (kept.length === 0) return rest
  const all = new Uint8Array(rest.length + kept.length)
  all.set(rest)
  all.set(kept, rest.length)
  return all
}

/** A small file whole. Throws a RangeError for one that is larger than any such file. */
export async function wholeOf(source: BagSource, name: string, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of source.read(name)) {
    size += piece.length
    if (size > most) throw new RangeError(`${name} is larger than ${most} bytes`)
    pieces.push(piece)
  }
  const all = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
