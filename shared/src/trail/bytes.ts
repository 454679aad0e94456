import { FormatError, shown } from './format-error.ts'

/*
 * Text and bytes, one strict way each. TextEncoder and TextDecoder exist in Node, browsers and workers
 * alike; they are declared here so that this ring compiles with neither Node's nor the DOM's types.
 */
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array<ArrayBuffer>
  encodeInto(text: string, out: Uint8Array): { read: number; written: number }
}
declare const TextDecoder: {
  new (label: 'utf-8', options: { fatal: true; ignoreBOM: true }): { decode(bytes: Uint8Array): string }
  new (label: 'latin1'): { decode(bytes: Uint8Array): string }
}

const encoder = new TextEncoder()
// ignoreBOM keeps EF BB BF as U+FEFF. Without it a decoder drops the mark, and two files share one reading.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The UTF-8 bytes of well-formed text. A lone surrogate would silently become U+FFFD, so it is refused. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  if (!text.isWellFormed()) throw new FormatError('lone-surrogate', 'well-formed text', shown(text))
  return encoder.encode(text)
}

/** Writes well-formed text as UTF-8 to `out`; returns the bytes written, or -1 if not all of it fits. */
export function utf8Into(text: string, out: Uint8Array): number {
  const { read, written } = encoder.encodeInto(text, out)
  return read === text.length ? written : -1
}

/** The text of UTF-8 bytes, a byte order mark kept. Throws `not-utf8`. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new FormatError('not-utf8', 'UTF-8', `${bytes.length} bytes that are not`)
  }
}

const byteDecoder = new TextDecoder('latin1')

/** A character for each byte. Only those of bytes below 0x80 are what UTF-8 has there. */
export function textOfBytes(bytes: Uint8Array): string {
  return byteDecoder.decode(bytes)
}

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  const digits = new Uint8Array(2 * bytes.length)
  hexInto(digits, 0, bytes)
  return decoder.decode(digits)
}

// For each byte the ASCII of its two digits.
const highDigits = Uint8Array.from({ length: 256 }, (_, byte) => '0123456789abcdef'.charCodeAt(byte >> 4))
const lowDigits = Uint8Array.from({ length: 256 }, (_, byte) => '0123456789abcdef'.charCodeAt(byte & 15))

/** Writes the lower-case hexadecimal of bytes to `out`, as ASCII, from `at` on. */
export function hexInto(out: Uint8Array, at: number, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    out[at + 2 * i] = highDigits[byte] as number
    out[at + 2 * i + 1] = lowDigits[byte] as number
  }
}

/** The bytes of exactly `size` bytes' worth of lower-case hexadecimal. Throws `hex-not-canonical`. */
export function fromHex(text: string, size: number): Uint8Array<ArrayBuffer> {
  if (text.length !== size * 2 || !/^[0-9a-f]*$/.test(text)) {
    throw new FormatError('hex-not-canonical', `${size * 2} lower-case hexadecimal digits`, shown(text, 80))
  }
  return Uint8Array.from({ length: size }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64Values = new Map([...base64Digits].map((digit, value) => [digit, value]))

/** Standard base64 with padding (RFC 4648, section 4). */
export function base64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += base64Digits.charAt(word >> 18) + base64Digits.charAt((word >> 12) & 63)
    text += left > 1 ? base64Digits.charAt((word >> 6) & 63) : '='
    text += left > 2 ? base64Digits.charAt(word & 63) : '='
  }
  return text
}

/**
 * The bytes of standard, padded base64 that encodes back to itself. Decoders at large take missing
 * padding, stray characters and loose tail bits; each of those would be a second spelling of a
 * signature. Throws `base64-not-canonical`.
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array(Math.max(0, Math.floor(text.length / 4) * 3 - padding))
  let at = 0
  let word = 0
  for (let i = 0; i < text.length; i++) {
    word = ((word << 6) | (base64Values.get(text.charAt(i)) ?? 0)) & 0xffffff
    if (i % 4 === 3) {
      for (const shift of [16, 8, 0]) if (at < bytes.length) bytes[at++] = (word >> shift) & 255
    }
  }
  if (base64(bytes) !== text) {
    throw new FormatError('base64-not-canonical', 'padded standard base64', shown(text, 100))
  }
  return bytes
}

/** Whether text has a character below U+0020 other than the one allowed. */
export function hasControl(text: string, allowed: '\n' | '\t'): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x20 && text.charAt(i) !== allowed) return true
  }
  return false
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Equality in a time that does not depend on where two byte strings of one length differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}

/** An unsigned 64-bit big-endian integer, as C2SP cosignatures carry their time. */
export function uint64(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

const decimal = /^(0|[1-9][0-9]*)$/

/** A non-negative decimal without leading zeros, at most 2^53−1; undefined where the text is not one. */
export function fromDecimal(text: string): number | undefined {
  if (!decimal.test(text) || text.length > 16) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
