import { Buffer } from 'node:buffer'
import { hex } from '@compliance-relay/shared/trail'

/*
 * A name on a Unix disk is bytes, and not always UTF-8. Inside the relay every name is a string: a byte that
 * has no place in UTF-8 stands as the lone surrogate U+DC00 + byte, as Python's "surrogateescape" has it. So
 * no name is refused, two names are never taken for one, and the bytes can be had back.
 */

const ESCAPE = 0xdc00

/** The string of a name's bytes. */
export function nameOfBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  if (!text.includes('\ufffd') || Buffer.compare(Buffer.from(text, 'utf8'), bytes) === 0) return text
  let name = ''
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceAt(bytes, at)
    if (size === 0) name += String.fromCharCode(ESCAPE + (bytes[at++] as number))
    else {
      name += Buffer.from(bytes.subarray(at, at + size)).toString('utf8')
      at += size
    }
  }
  return name
}

/** Length of the well-formed UTF-8 sequence at a place, 0 if there is none. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number
  const size = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
  if (size < 2) return size
  const piece = Buffer.from(bytes.subarray(at, at + size))
  return piece.length === size && Buffer.compare(Buffer.from(piece.toString('utf8'), 'utf8'), piece) === 0
    ? size
    : 0
}

/** True if the name holds bytes that are not UTF-8. */
export function isRaw(name: string): boolean {
  return !name.isWellFormed()
}

/** The bytes of a name. */
export function bytesOfName(name: string): Uint8Array {
  if (!isRaw(name)) return Buffer.from(name, 'utf8')
  const pieces: Uint8Array[] = []
  for (const character of name) {
    const code = character.charCodeAt(0)
    const escaped = character.length === 1 && code >= ESCAPE && code <= ESCAPE + 0xff
    pieces.push(escaped ? Uint8Array.of(code - ESCAPE) : Buffer.from(character, 'utf8'))
  }
  return Buffer.concat(pieces)
}

/** A name as node:fs takes it: bytes only where a string would not say it. */
export function fsPath(path: string): string | Buffer {
  return isRaw(path) ? Buffer.from(bytesOfName(path)) : path
}

/** How a record states a path: readable, and with its bytes in hexadecimal where they are not UTF-8. */
export function pathFields(path: string): { readonly path: string; readonly pathRaw?: string } {
  return isRaw(path) ? { path: readable(path), pathRaw: hex(bytesOfName(path)) } : { path }
}

/** A path for people: what is not UTF-8 is shown as U+FFFD. */
export function readable(path: string): string {
  return isRaw(path) ? path.toWellFormed() : path
}

/** A name as SQLite keeps it: text, or the bytes where they are not UTF-8. */
export function storedName(name: string): string | Uint8Array {
  return isRaw(name) ? bytesOfName(name) : name
}

/** A number is none that the relay wrote: it is the name of no file, and whoever scans goes on. */
export function nameOfStored(stored: string | Uint8Array | number | null): string {
  return stored instanceof Uint8Array ? nameOfBytes(stored) : String(stored)
}
