/** Text out of foreign files: which encoding, and what of it may be recorded. */

export const VALUE_LENGTH_MAX = 200

export type TextCode = 'utf-16le' | 'utf-16be' | 'utf-8'

/** UTF-16 by its mark or, without one, by zero bytes in every second place; else eight bits a character. */
export function textCode(head: Uint8Array): TextCode {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const { odd, even, looked } = zerosAt(head)
  if (odd > looked / 4 && even < looked / 16) return 'utf-16le'
  if (even > looked / 4 && odd < looked / 16) return 'utf-16be'
  return 'utf-8'
}

/** Text of bytes in that code. What is not UTF-8 is Windows-1252, in which everything is text. */
export function decodeText(bytes: Uint8Array, code: TextCode = textCode(bytes)): string {
  if (code !== 'utf-8') return new TextDecoder(code).decode(bytes)
  const text = new TextDecoder('utf-8').decode(withoutCutCharacter(bytes))
  return text.includes('\ufffd') ? latin(bytes) : text
}

/** Windows-1252: each byte is one character, so that places in the text are places in the file. */
export function latin(bytes: Uint8Array): string {
  return new TextDecoder('windows-1252').decode(bytes)
}

/** How many of the first 256 bytes at odd and at even places are zero. */
function zerosAt(bytes: Uint8Array): { odd: number; even: number; looked: number } {
  const looked = Math.min(256, bytes.length)
  const zeros = { odd: 0, even: 0, looked }
  for (let i = 0; i < looked; i++)
    if (bytes[i] === 0) {
      if (i % 2 === 0) zeros.even++
      else zeros.odd++
    }
  return zeros
}

/** A bounded read can end inside a character of UTF-8, and one that is cut is no reason to take it for another code. */
function withoutCutCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return back < needed ? bytes.subarray(0, bytes.length - back) : bytes
    }
    if (byte < 0x80) return bytes
  }
  return bytes
}

/** One line that may be recorded: no control characters, no marks that turn the writing round, at most 200 characters. */
export function cleanValue(text: string): string {
  // Enough to fill it even if most of it is blanks; the rest is not looked at.
  const start = text.slice(0, 16 * VALUE_LENGTH_MAX).toWellFormed()
  let out = ''
  let length = 0
  let blank = false
  for (const char of start) {
    if (isUnwanted(char)) {
      blank = out !== ''
      continue
    }
    if (length + (blank ? 2 : 1) > VALUE_LENGTH_MAX) break
    out += blank ? ` ${char}` : char
    length += blank ? 2 : 1
    blank = false
  }
  return out
}

/** Blanks, controls (Cc), formats such as direction marks (Cf), private and unassigned, line and paragraph separators. */
function isUnwanted(char: string): boolean {
  return char <= ' ' || /^[\p{C}\p{Z}]$/u.test(char)
}
