import { fromUtf8, textOfBytes } from './bytes.ts'
import { actorOf, bodyOf, readEntryParts } from './entry.ts'
import type { Actor, TrailRecord } from './record.ts'
import type { TextOf } from './scan-entry.ts'

/** In front of each line of a bundle. */
const LENGTH_BYTES = 2

/**
 * The records in lines of a bundle, as `readEntry` gives them; `lines` are what `decodeBundle` makes of these bytes. A
 * call of a decoder costs more than the few hundred bytes it is for, and each line has four things to be decoded: so the
 * bundle becomes text in one go, and they are slices of that. Throws the `FormatError` of the first line that is no entry.
 */
export function recordsInBundle(bytes: Uint8Array, lines: readonly Uint8Array[]): TrailRecord[] {
  const plain = bytes.slice()
  // Lengths are any bytes: as text they would make all of it twice as wide.
  for (const { byteOffset } of lines) {
    const at = byteOffset - bytes.byteOffset
    plain.fill(0x0a, at - LENGTH_BYTES, at)
  }
  const text = textOfBytes(plain)
  // The same few in all of them.
  const actors = new Map<string, Actor>()
  return lines.map((line) => {
    const parts = readEntryParts(line, textIn(text, line, line.byteOffset - bytes.byteOffset))
    const { kid, kind, prev, seq, time, trail, actorText } = parts
    let actor = actors.get(actorText)
    if (actor === undefined) {
      actor = actorOf(parts)
      actors.set(actorText, actor)
    }
    return { actor, body: bodyOf(parts), kid, kind, prev, seq, time, trail, v: 1 }
  })
}

/** Slices of the text of a bundle where that has a character for each byte, which is wherever there is only ASCII. */
function textIn(text: string, line: Uint8Array, at: number): TextOf {
  return (from, to) =>
    isAscii(line, from, to) ? text.slice(at + from, at + to) : fromUtf8(line.subarray(from, to))
}

function isAscii(bytes: Uint8Array, from: number, to: number): boolean {
  let all = 0
  for (let i = from; i < to; i++) all |= bytes[i] as number
  return all < 0x80
}
