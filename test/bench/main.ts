/**
 * npm run bench [-- PART …] [--entries 1000000] [--files 100000]
 *
 * Exports are of 100,000 records unless --entries is given.
 *
 * Prints figures beside what is asked of them, with the load of the machine when they were taken. Machines differ,
 * ratios within one run less so. Exit code 1 if a part did not come to its end; a figure not reached is no failure.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { burst, largeFile, latency } from './capture.ts'
import { exports } from './exports.ts'
import { manyFiles } from './many-files.ts'
import { measureMemory } from './memory.ts'
import { offlinePage } from './page.ts'
import { reading } from './reading.ts'
import { count, printHead, printRow, type Row, row } from './row.ts'
import { starts } from './starts.ts'
import { storm } from './storm.ts'
import { measureTrail } from './trail.ts'
import { reviewApp } from './web.ts'
import { whoIsThere } from './who-is-there.ts'

const BURST_FILES = 10_000
const wanted = { seal: 0.6, verify: 0.7 }

/** In the order they are run. */
const parts = [
  'trail',
  'memory',
  'latency',
  'burst',
  'large',
  'scan',
  'idle',
  'storm',
  'starts',
  'names',
  'reading',
  'exports',
  'page',
  'web',
] as const
type Part = (typeof parts)[number]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    entries: { type: 'string' },
    files: { type: 'string', default: '100000' },
  },
})
const entries = wholeNumber(values.entries ?? '1000000', 'entries')
/** A million takes longer than all the rest: it is exported if it is asked for by its number. */
const exported = values.entries === undefined ? entries / 10 : entries
const files = wholeNumber(values.files, 'files')
const asked = new Set(positionals.length === 0 ? parts : positionals.map(partOf))
const sizesUpTo = (most: number) => [most / 100, most / 10, most].map(Math.ceil)
const sizes = sizesUpTo(entries)

function wholeNumber(text: string, name: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`--${name} is a positive whole number`)
  return value
}

function partOf(text: string): Part {
  const part = parts.find((one) => one === text)
  if (part === undefined) throw new RangeError(`a part is one of ${parts.join(', ')}, not ${text}`)
  return part
}

function trailRows(): Row[] {
  return measureTrail(entries).map(({ name, entries: number, bytes, plain, ours }) =>
    row(
      `${name} ${count(number)} entries`,
      `${count(number / ours)} entries/s, ratio ${(plain / ours).toFixed(2)}`,
      `plain loop ${((plain / number) * 1e6).toFixed(2)} µs each, ours ${((ours / number) * 1e6).toFixed(2)} µs, of ${count(bytes / number)} bytes`,
      `ratio ≥ ${wanted[name]}`,
      plain / ours >= wanted[name],
    ),
  )
}

function memoryRows(): Row[] {
  const measured = measureMemory(sizes)
  return measured.map(({ entries: number, fileMiB, peakMiB, seconds }, i) =>
    row(
      `relay verify, ${count(number)} entries`,
      `${seconds.toFixed(1)} s, peak ${count(peakMiB)} MiB`,
      `file ${count(fileMiB)} MiB, ${count(fileMiB / seconds)} MiB/s`,
      'memory does not grow',
      i === 0 ? undefined : peakMiB < 1.3 * (measured[i - 1]?.peakMiB ?? 0),
    ),
  )
}

const runs: readonly [isAsked: boolean, name: string, run: () => Promise<Row[]>][] = [
  [asked.has('trail'), 'trail', async () => trailRows()],
  [asked.has('memory'), 'memory', async () => memoryRows()],
  [asked.has('latency'), 'latency', async () => [await latency()]],
  [asked.has('burst'), 'burst', async () => [await burst(BURST_FILES)]],
  [asked.has('large'), 'large', async () => [await largeFile()]],
  [
    asked.has('scan') || asked.has('idle'),
    'scan, idle',
    () => manyFiles({ files, scan: asked.has('scan'), idle: asked.has('idle') }),
  ],
  [asked.has('storm'), 'storm', async () => [await storm()]],
  [asked.has('starts'), 'starts', () => starts(sizes)],
  [asked.has('names'), 'names', async () => [await whoIsThere()]],
  [asked.has('exports'), 'exports', () => exports(sizesUpTo(exported))],
  [asked.has('page'), 'page', () => offlinePage(entries)],
  [asked.has('web'), 'web', () => reviewApp(entries)],
  [asked.has('reading'), 'reading', async () => [await reading(Math.ceil(entries / 10))]],
]

// Ended from outside, it still takes its relays and their files with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
process.stdout.write(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n\n`,
)
printHead()
for (const [isAsked, name, run] of runs) {
  if (!isAsked) continue
  try {
    for (const one of await run()) printRow(one)
  } catch (error) {
    process.exitCode = 1
    const { message } = error instanceof Error ? error : new Error(String(error))
    process.stdout.write(`${name}: did not come to its end: ${message.slice(0, 2_000)}\n`)
  }
}
