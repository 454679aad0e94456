import { fromUtf8, utf8 } from './bytes.ts'
import { DEPTH_MAX } from './canonical.ts'

/*
 * Recognises canonical JSON in UTF-8 bytes without building it. Every function takes where a thing
 * begins and returns where it ends, or -1 if it is not there or might not be canonical. Taking -1 as a
 * place gives -1, so that steps can follow one another.
 */

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

export const literal = utf8

// What a byte is inside a string. A look-up costs the same for every byte; comparing ranges mispredicts
// on random digits, and half of a trail is random digits.
const PLAIN = 0
const HEX = 1
const OTHER = 2
const classes = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x20 || byte > 0x7e || byte === QUOTE || byte === BACKSLASH) return OTHER
  return /[0-9a-f]/.test(String.fromCharCode(byte)) ? HEX : PLAIN
})

/** Lower-case hexadecimal up to `end`. */
export function skipHex(bytes: Uint8Array, at: number, end: number): number {
  if (at < 0 || end > bytes.length) return -1
  for (let i = at; i < end; i++) if (classes[bytes[i] as number] !== HEX) return -1
  return end
}

export function skipLiteral(bytes: Uint8Array, at: number, expected: Uint8Array): number {
  if (at < 0) return -1
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return -1
  return at + expected.length
}

const words = [literal('true'), literal('false'), literal('null')]

function skipValue(bytes: Uint8Array, at: number, depth: number): number {
  const first = bytes[at]
  if (first === QUOTE) return skipString(bytes, at)
  if (first === OPEN_BRACE) return skipObject(bytes, at, depth)
  if (first === OPEN_BRACKET) return skipArray(bytes, at, depth)
  const word = words.find((one) => one[0] === first)
  return word === undefined ? skipInteger(bytes, at) : skipLiteral(bytes, at, word)
}

/** `depth` is how many values enclose the object. */
export function skipObject(bytes: Uint8Array, at: number, depth: number): number {
  if (bytes[at] !== OPEN_BRACE || depth >= DEPTH_MAX) return -1
  if (bytes[at + 1] === CLOSE_BRACE) return at + 2
  let keyAt = -1
  let keyEnd = -1
  for (let i = at + 1; ; i++) {
    const end = skipString(bytes, i)
    if (end < 0 || bytes[end] !== COLON) return -1
    if (keyAt >= 0 && !isBefore(bytes, keyAt, keyEnd, i, end)) return -1
    keyAt = i
    keyEnd = end
    i = skipValue(bytes, end + 1, depth + 1)
    if (i < 0) return -1
    if (bytes[i] === CLOSE_BRACE) return i + 1
    if (bytes[i] !== COMMA) return -1
  }
}

function skipArray(bytes: Uint8Array, at: number, depth: number): number {
  if (depth >= DEPTH_MAX) return -1
  if (bytes[at + 1] === CLOSE_BRACKET) return at + 2
  for (let i = at + 1; ; i++) {
    i = skipValue(bytes, i, depth + 1)
    if (i < 0) return -1
    if (bytes[i] === CLOSE_BRACKET) return i + 1
    if (bytes[i] !== COMMA) return -1
  }
}

/** Whether one key stands before another in JCS order: by UTF-16 units, which for ASCII is by bytes. */
function isBefore(bytes: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): boolean {
  for (let i = 1; ; i++) {
    const left = bytes[a + i] as number
    const right = bytes[b + i] as number
    const unusual = left > 0x7e || right > 0x7e || left === BACKSLASH || right === BACKSLASH
    if (unusual) return keyOf(bytes, a, aEnd) < keyOf(bytes, b, bEnd)
    if (a + i === aEnd - 1) return b + i < bEnd - 1
    if (b + i === bEnd - 1) return false
    if (left !== right) return left < right
  }
}

function keyOf(bytes: Uint8Array, at: number, end: number): string {
  return JSON.parse(fromUtf8(bytes.subarray(at, end))) as string
}

/** Up to the next quote, if all before it is printable ASCII that needs no escape. */
export function skipPlain(bytes: Uint8Array, at: number): number {
  if (at < 0) return -1
  const length = bytes.length
  let i = at
  while (i < length && classes[bytes[i] as number] !== OTHER) i++
  return bytes[i] === QUOTE ? i : -1
}

/** A string that is not empty. */
export function skipFullString(bytes: Uint8Array, at: number): number {
  const end = skipString(bytes, at)
  return end - at > 2 ? end : -1
}

function skipString(bytes: Uint8Array, at: number): number {
  if (at < 0 || bytes[at] !== QUOTE) return -1
  const length = bytes.length
  for (let i = at + 1; i >= 0; ) {
    while (i < length && classes[bytes[i] as number] !== OTHER) i++
    const byte = bytes[i] ?? 0
    if (byte === QUOTE) return i + 1
    if (byte < 0x20) return -1
    i = byte === BACKSLASH ? skipEscape(bytes, i) : byte === 0x7f ? i + 1 : skipWideCharacter(bytes, i)
  }
  return -1
}

const shortEscapes = literal('"\\bfnrt')
const unicodeEscape = literal('\\u00')

/** The one escape JCS has for a character: short where there is one, `\u00xx` for other control characters (RFC 8785, 3.2.2.2). */
function skipEscape(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1]
  if (letter !== undefined && shortEscapes.includes(letter)) return at + 2
  const digits = skipLiteral(bytes, at, unicodeEscape)
  if (digits < 0 || digits + 2 > bytes.length) return -1
  return controlCode.test(String.fromCharCode(bytes[digits] ?? 0, bytes[digits + 1] ?? 0)) ? digits + 2 : -1
}

// Below U+0020, without 08, 09, 0a, 0c and 0d, which have short escapes.
const controlCode = /^(?:0[0-7bef]|1[0-9a-f])$/

/** One character beyond ASCII, well-formed: shortest form, no surrogate, at most U+10FFFF (Unicode 16, table 3-7). */
function skipWideCharacter(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number
  const second = bytes[at + 1] ?? 0
  if (first < 0xc2 || first > 0xf4) return -1
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < least || second > most) return -1
  if (first < 0xe0) return at + 2
  if (!isContinuation(bytes[at + 2])) return -1
  if (first < 0xf0) return at + 3
  return isContinuation(bytes[at + 3]) ? at + 4 : -1
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte <= 0xbf
}

/** A safe integer in its one spelling. */
export function skipInteger(bytes: Uint8Array, at: number): number {
  if (at < 0) return -1
  const first = bytes[at] === MINUS ? at + 1 : at
  let end = first
  while (isDigit(bytes[end])) end++
  const digits = end - first
  if (digits === 0 || digits > 16) return -1
  if (bytes[first] === ZERO && (digits > 1 || first > at)) return -1
  if (digits === 16 && !Number.isSafeInteger(Number(fromUtf8(bytes.subarray(at, end))))) return -1
  return end
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE
}
