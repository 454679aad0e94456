import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs'

/** The bytes of a file, or why none were read. */
export type PlainFile =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  /** A link, a folder, a pipe, a device. */
  | { readonly kind: 'no-file' }
  | { readonly kind: 'too-large' }

/**
 * Reads a file of its own, whole, and never more than `bytesMax` bytes: in a folder that others can write to, a pipe
 * under its name would hold up whoever opens it, and a link can lead to what never ends. Throws what the system throws,
 * also if there is none.
 */
export function readPlainFile(path: string, bytesMax: number): PlainFile {
  // Before it is opened, for opening a device may do something; and after, for it may be another by then.
  if (!lstatSync(path).isFile()) return { kind: 'no-file' }
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    if (!fstatSync(file).isFile()) return { kind: 'no-file' }
    const bytes = Buffer.alloc(bytesMax + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(file, bytes, length, bytes.length - length, length)
    return length > bytesMax ? { kind: 'too-large' } : { kind: 'read', bytes: bytes.subarray(0, length) }
  } finally {
    closeSync(file)
  }
}
