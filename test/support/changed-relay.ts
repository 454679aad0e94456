import { cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/**
 * A copy of the relay in which the process that makes exports is another, and the true one stands beside it. Gives the
 * script that begins it.
 */
export function relayWithExportsBy(other: string, folder: string): string {
  const script = copiedRelay(folder)
  const exports = join(folder, 'agent/src/export')
  renameSync(join(exports, 'export-process.ts'), join(exports, 'honest-export-process.ts'))
  cpSync(other, join(exports, 'export-process.ts'))
  return script
}

/** A copy of the relay with a newer version of the app: its page says so by `data-version`. Gives the script that begins it. */
export function relayWithNewerApp(folder: string): string {
  const script = copiedRelay(folder)
  const app = join(folder, 'web/dist/app')
  cpSync(join(root, 'web/dist'), join(folder, 'web/dist'), { recursive: true })
  change(join(app, 'index.html'), '<html ', '<html data-version="newer" ')
  change(join(app, 'sw.js'), /"revision":"[0-9a-f]{32}"(?=,"url":"index\.html")/, '"revision":"newer"')
  return script
}

function change(path: string, from: string | RegExp, to: string): void {
  const before = readFileSync(path, 'utf8')
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${path} has no ${from}`)
  writeFileSync(path, after)
}

function copiedRelay(folder: string): string {
  mkdirSync(folder)
  cpSync(join(root, 'agent'), join(folder, 'agent'), {
    recursive: true,
    filter: (path) => !path.includes('node_modules') && !path.endsWith('.test.ts'),
  })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return join(folder, 'agent/bin/relay.mjs')
}
