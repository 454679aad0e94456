#!/usr/bin/env node
import { fileURLToPath } from 'node:url'

// Plain JavaScript, so that a Node too old for the product can still say so.
const needed = 26
const found = Number(process.versions.node.split('.')[0])
if (found < needed) {
  process.stderr.write(
    `relay needs Node ${needed}, this is Node ${process.versions.node}. "npm ci" brings the right one: run "npx relay" inside the project.\n`,
  )
  process.exit(2)
}
// npx runs a command in the project's folder; paths are meant from where it was typed.
if (process.env.npm_command === 'exec' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD)
// What was compiled once is kept beside the packages, if that place can be written: a start then needs half the time
// and 30 MB less, in every thread. Node checks it against the source.
const { enableCompileCache } = await import('node:module')
const cache = new URL('../../node_modules/.cache/compliance-relay', import.meta.url)
const { directory } = enableCompileCache(fileURLToPath(cache))
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= fileURLToPath(cache)
const { main } = await import('../src/cli.ts')
process.exitCode = await main(process.argv.slice(2))
