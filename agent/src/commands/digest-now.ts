import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { sep } from 'node:path'
import { digestOf, type ManifestFile, manifestOf } from '../capture/manifest.ts'
import { fsPath, readable } from '../capture/raw-name.ts'
import { walkSet } from '../capture/walk-set.ts'
import { messageOf } from '../error-message.ts'
import { UnusableInput } from '../unusable-input.ts'

/** SHA-256 of a file as it is now, or of the manifest of a folder; null if there is nothing. Throws `UnusableInput`. */
export function digestNow(path: string): string | null {
  const stat = statSync(fsPath(path), { throwIfNoEntry: false })
  if (stat === undefined) return null
  if (stat.isFile()) return digestOfFile(path)
  if (!stat.isDirectory()) throw new UnusableInput(`${readable(path)} is no file and no folder`)
  const files = walkSet(path, sep).files.map(
    ({ member, path: at, size }): ManifestFile => ({ path: member, size, sha256: digestOfFile(at) }),
  )
  return digestOf(manifestOf(files))
}

function digestOfFile(path: string): string {
  let descriptor: number
  try {
    descriptor = openSync(fsPath(path), 'r')
  } catch (error) {
    throw new UnusableInput(`${readable(path)} cannot be read: ${messageOf(error)}`)
  }
  try {
    const hashing = createHash('sha256')
    const block = new Uint8Array(1 << 20)
    for (;;) {
      const read = readSync(descriptor, block)
      if (read === 0) return hashing.digest('hex')
      hashing.update(block.subarray(0, read))
    }
  } finally {
    closeSync(descriptor)
  }
}
