import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { UnusableInput } from './unusable-input.ts'

/**
 * Makes a folder and those above it that are missing. Throws `UnusableInput`. Level by level: where a system takes no
 * folder and says that none is there, as /proc does, `mkdir` with `recursive` never ends.
 */
export function makeFolder(folder: string, mode = 0o700): void {
  const missing: string[] = []
  let path = resolve(folder)
  for (; statSync(path, { throwIfNoEntry: false }) === undefined; path = dirname(path)) missing.unshift(path)
  if (!statSync(path).isDirectory()) throw new UnusableInput(`${path} is a file: no folder can be made there`)
  for (const one of missing) {
    try {
      mkdirSync(one, { mode })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') continue
      if (code === 'ENOENT') throw new UnusableInput(`the folder ${one} cannot be made: its place takes none`)
      throw error
    }
  }
}
