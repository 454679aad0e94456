#!/usr/bin/env node
// Plain JavaScript, so that a Node too old for the product can still say so.
const needed = 26
const found = Number(process.versions.node.split('.')[0])
if (found < needed) {
  process.stderr.write(
    `relay needs Node ${needed}, this is Node ${process.versions.node}. "npm install" brings the right one: run "npx relay" inside the project.\n`,
  )
  process.exit(2)
}
const { main } = await import('../src/cli.ts')
process.exitCode = await main(process.argv.slice(2))
