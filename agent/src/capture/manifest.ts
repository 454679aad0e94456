import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { bytesOfName } from './raw-name.ts'

/** A file of a data set as its manifest states it. */
export interface ManifestFile {
  /** Relative to the data set, '/'-separated. */
  readonly path: string
  readonly size: number
  /** SHA-256, 64 lower-case hexadecimal digits. */
  readonly sha256: string
}

/**
 * The manifest of a data set: a line for each file, `<sha256>  <size>  <path>`, in order of the paths' bytes.
 * Paths are the bytes on disk; a path with a newline, carriage return or backslash is escaped as sha256sum does
 * it, and its line then begins with a backslash. The digest of a data set is the SHA-256 of these bytes.
 */
export function manifestOf(files: readonly ManifestFile[]): Uint8Array {
  const lines = files
    .map(({ path, size, sha256 }) => ({ path: bytesOfName(path), size, sha256 }))
    .sort((a, b) => Buffer.compare(a.path, b.path))
    .map(({ path, size, sha256 }) => {
      const escaped = escapedPath(path)
      const mark = escaped.length === path.length ? '' : '\\'
      return Buffer.concat([Buffer.from(`${mark}${sha256}  ${size}  `), escaped, Buffer.from('\n')])
    })
  return Buffer.concat(lines)
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

const escapes = new Map([
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x5c, '\\\\'],
])

function escapedPath(path: Uint8Array): Uint8Array {
  if (!path.some((byte) => escapes.has(byte))) return path
  return Buffer.concat([...path].map((byte) => Buffer.from(escapes.get(byte) ?? [byte])))
}
