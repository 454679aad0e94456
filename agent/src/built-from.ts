import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What was built of which sources: a list as `sha256sum` prints it, with names relative to `root`. The first of them that
 * is another now, or is not there; undefined if it was built from what lies here. Throws what the system says.
 */
export function changedSource(list: string, root: string): string | undefined {
  for (const line of readFileSync(list, 'utf8').trimEnd().split('\n')) {
    const [digest, name = ''] = line.split('  ')
    const source = join(root, name)
    if (!existsSync(source) || digestOf(readFileSync(source)) !== digest) return name
  }
  return undefined
}

/** SHA-256, hexadecimal. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
