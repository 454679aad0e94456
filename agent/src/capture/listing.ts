import { type BigIntStats, type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { fsPath, isRaw, nameOfBytes } from './raw-name.ts'

/** What stands in a folder. A link is never followed; where it points is told. */
export type EntryKind = 'file' | 'folder' | 'link' | 'other'

export interface Listed {
  readonly name: string
  readonly kind: EntryKind
}

/** The names in a folder, none of them lost to its encoding. Throws what the file system throws. */
export function list(path: string): Listed[] {
  const entries = readdirSync(fsPath(path), { withFileTypes: true })
  // A name that is not UTF-8 came out with U+FFFD: the folder is read again as bytes.
  if (!entries.some(({ name }) => name.includes('\ufffd')))
    return entries.map((entry) => listed(entry, entry.name))
  return readdirSync(fsPath(path), { withFileTypes: true, encoding: 'buffer' }).map((entry) =>
    listed(entry as unknown as Dirent, nameOfBytes(entry.name)),
  )
}

function listed(entry: Dirent, name: string): Listed {
  if (entry.isFile()) return { name, kind: 'file' }
  if (entry.isDirectory()) return { name, kind: 'folder' }
  if (entry.isSymbolicLink()) return { name, kind: 'link' }
  return { name, kind: 'other' }
}

/**
 * The state of a path itself, undefined if there is nothing there: also if a file stands now where one of its folders
 * was. Throws what else the file system throws.
 */
export function look(path: string): BigIntStats | undefined {
  try {
    return lstatSync(fsPath(path), { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

/** Where a link points, as it says. */
export function targetOf(path: string): string {
  return nameOfBytes(readlinkSync(fsPath(path), { encoding: 'buffer' }))
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
}

/** A pattern of names with `*`, as a test. Case does not matter: instruments run on systems where it does not. */
export function nameTest(patterns: readonly string[]): (name: string) => boolean {
  const tests = patterns.map((pattern) => {
    const [first = '', ...rest] = pattern.toLowerCase().split('*')
    return (name: string): boolean => {
      if (rest.length === 0) return name === first
      if (!name.startsWith(first)) return false
      let at = first.length
      for (const [i, piece] of rest.entries()) {
        if (i === rest.length - 1) return name.length - piece.length >= at && name.endsWith(piece)
        const found = name.indexOf(piece, at)
        if (found < 0) return false
        at = found + piece.length
      }
      return true
    }
  })
  return (name) => {
    const lower = name.toLowerCase()
    return tests.some((test) => test(lower))
  }
}

export { isRaw }
