#!/usr/bin/env node
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
const { main } = await import('../src/cli.ts')
process.exitCode = await main(process.argv.slice(2))
