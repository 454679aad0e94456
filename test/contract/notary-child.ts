import { writeSync } from 'node:fs'
import { type Notary, openFileNotary } from '@compliance-relay/shared/relay'
import { noteOf, ORIGIN } from './note-of.ts'

/*
 * A process that puts notes, to be raced and killed:
 *   node notary-child.ts fill <first size> <kind> <place>           puts on and on; writes each size when it is put
 *   node notary-child.ts race <name> <count> <kind> <place>         waits for a byte on its input, then puts sizes
 *                                                                   1 to count and writes what it was told
 *   node notary-child.ts once <kind> <place>                        puts size 1 and writes what it was told
 */

async function openNotary(kind: string | undefined, place: string | undefined): Promise<Notary> {
  if (kind === 'folder' && place !== undefined) return openFileNotary(place)
  throw new Error(`there is no notary of the kind ${kind}`)
}

/** Straight to the descriptor: what a killed process has said, it has said. */
function say(text: string): void {
  writeSync(1, `${text}\n`)
}

const [mode, ...rest] = process.argv.slice(2)
if (mode === 'fill') {
  const [first, kind, place] = rest
  const notary = await openNotary(kind, place)
  for (let size = Number(first); ; size++) {
    const { state } = await notary.put(ORIGIN, size, noteOf(size))
    if (state === 'differs') throw new Error(`other bytes at size ${size}`)
    say(String(size))
  }
} else if (mode === 'race') {
  const [name, count, kind, place] = rest
  const notary = await openNotary(kind, place)
  say('ready')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  for (let size = 1; size <= Number(count); size++) {
    const { state } = await notary.put(ORIGIN, size, noteOf(size, name))
    say(state)
  }
  process.stdin.destroy()
} else {
  const [kind, place] = rest
  const notary = await openNotary(kind, place)
  try {
    say((await notary.put(ORIGIN, 1, noteOf(1))).state)
  } catch (error) {
    say(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  }
}
