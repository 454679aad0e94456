import { varian } from '../../agent/src/instruments/made/nmr.ts'
import { brukerRun } from '../support/instrument.ts'
import type { Random } from '../support/random.ts'
import { keyOfText, type PathKey } from './path-key.ts'

/** A run as its instrument leaves it: the names its folder may have, and its files in the order they are written. */
export interface DataSet {
  readonly folderName: (random: Random) => PathKey
  readonly files: readonly (readonly [path: PathKey, bytes: Buffer])[]
}

/** Complete by its instrument's own rule, so that nothing waits a minute for the rest of it. */
export function dataSet(random: Random): DataSet {
  return random.pick([bruker, bruker, varianRun, chemStation])(random)
}

function bruker(random: Random): DataSet {
  return {
    folderName: (one) => keyOfText(String(one.integer(10, 14))),
    files: brukerRun(random.integer(16, 2_048)).files.map(([path, content]) => [
      keyOfText(path),
      Buffer.from(content),
    ]),
  }
}

function varianRun(random: Random): DataSet {
  const files = [...Object.entries(varian())].map(
    ([path, content]) => [keyOfText(path), Buffer.from(content)] as const,
  )
  // The numbers of the run: behind the header, which says how many there are.
  for (const [path, bytes] of files) if (path === 'fid') random.bytes(16).copy(bytes, bytes.length - 16)
  return { folderName: (one) => keyOfText(`s2pul_${one.integer(1, 4)}.fid`), files }
}

function chemStation(random: Random): DataSet {
  const log = ['Method started', 'Instrument run completed', 'Method completed'].join('\n')
  return {
    folderName: (one) => keyOfText(`SIG${one.integer(1, 4)}.D`),
    files: [
      ['sample.xml', Buffer.from('<Sample><Name>made for a test</Name></Sample>')],
      ['DAD1A.ch', random.bytes(random.integer(100, 20_000))],
      ['RUN.LOG', Buffer.from(`${log} ${random.integer(0, 1_000_000)}\n`)],
    ],
  }
}

/** What processing adds to a run: never its raw data. */
export function processed(random: Random): readonly (readonly [path: PathKey, bytes: Buffer])[] {
  const folder = random.integer(1, 3)
  return [
    [keyOfText(`pdata/${folder}/procs`), Buffer.from(`##TITLE= ${random.integer(0, 1_000_000)}\n##END=\n`)],
    [keyOfText(`pdata/${folder}/1r`), random.bytes(random.integer(10, 4_096))],
  ]
}
