import { cpSync, mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/**
 * A copy of the relay in which the process that makes exports is another, and the true one stands beside it. Gives the
 * script that begins it.
 */
export function relayWithExportsBy(other: string, folder: string): string {
  mkdirSync(folder)
  cpSync(join(root, 'agent'), join(folder, 'agent'), {
    recursive: true,
    filter: (path) => !path.includes('node_modules') && !path.endsWith('.test.ts'),
  })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const exports = join(folder, 'agent/src/export')
  renameSync(join(exports, 'export-process.ts'), join(exports, 'honest-export-process.ts'))
  cpSync(other, join(exports, 'export-process.ts'))
  return join(folder, 'agent/bin/relay.mjs')
}
