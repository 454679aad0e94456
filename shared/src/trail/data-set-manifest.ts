import { utf8 } from './bytes.ts'

/** A file of a data set as its manifest states it. */
export interface DataSetFile {
  /** The bytes of its path on disk, relative to the data set, '/'-separated. */
  readonly path: Uint8Array
  readonly size: number
  /** SHA-256, 64 lower-case hexadecimal digits. */
  readonly sha256: string
}

/**
 * The manifest of a data set: a line for each file, `<sha256>  <size>  <path>`, in order of the paths' bytes.
 * Paths are the bytes on disk; a path with a newline, carriage return or backslash is escaped as sha256sum does
 * it, and its line then begins with a backslash. The SHA-256 of these bytes is what a record says of a data set.
 */
export function dataSetManifest(files: readonly DataSetFile[]): Uint8Array {
  const lines = [...files]
    .sort((a, b) => compareBytes(a.path, b.path))
    .flatMap(({ path, size, sha256 }) => {
      const escaped = escapedPath(path)
      const mark = escaped === path ? '' : '\\'
      return [utf8(`${mark}${sha256}  ${size}  `), escaped, NEWLINE]
    })
  const all = new Uint8Array(lines.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of lines) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

const NEWLINE = Uint8Array.of(0x0a)

const escapes: ReadonlyMap<number, readonly number[]> = new Map([
  [0x0a, [...utf8('\\n')]],
  [0x0d, [...utf8('\\r')]],
  [0x5c, [...utf8('\\\\')]],
])

function escapedPath(path: Uint8Array): Uint8Array {
  if (!path.some((byte) => escapes.has(byte))) return path
  return Uint8Array.from([...path].flatMap((byte) => escapes.get(byte) ?? [byte]))
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const both = Math.min(a.length, b.length)
  for (let i = 0; i < both; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
