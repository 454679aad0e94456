/**
 * npm run bench [-- ENTRIES]
 *
 * Prints figures, judges none: machines differ, ratios within one run less so.
 */
import { cpus } from 'node:os'
import { burst, largeFile, latency, manyFiles, type Row, starts } from './capture.ts'
import { measureMemory } from './memory.ts'
import { measureTrail } from './trail.ts'

const entries = Number(process.argv[2] ?? 1_000_000)
if (!Number.isSafeInteger(entries) || entries < 1)
  throw new RangeError('npm run bench -- ENTRIES, a positive integer')

const wanted = { seal: 0.6, verify: 0.7 }

function print(cells: readonly (string | number)[]): void {
  process.stdout.write(
    `${cells.map((cell, i) => (i === 0 ? String(cell).padEnd(10) : String(cell).padStart(14))).join('')}\n`,
  )
}

const count = (n: number): string => Math.round(n).toLocaleString('en')

print([`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`])
print([])
print(['trail', 'entries', 'bytes each', 'entries/s', 'µs each', 'plain loop µs', 'ratio', 'wanted'])
for (const row of measureTrail(entries)) {
  const each = (seconds: number): string => ((seconds / row.entries) * 1e6).toFixed(2)
  print([
    row.name,
    count(row.entries),
    count(row.bytes / row.entries),
    count(row.entries / row.ours),
    each(row.ours),
    each(row.plain),
    (row.plain / row.ours).toFixed(2),
    wanted[row.name],
  ])
}
print([])
print(['memory', 'entries', 'file MiB', 'peak MiB', 'seconds', 'MiB/s'])
for (const row of measureMemory([entries / 100, entries / 10, entries].map(Math.ceil))) {
  print([
    'verify',
    count(row.entries),
    count(row.fileMiB),
    count(row.peakMiB),
    row.seconds.toFixed(1),
    count(row.fileMiB / row.seconds),
  ])
}
print([])
process.stdout.write('capture, each by a relay of its own\n')
const row = (cells: Row): void => {
  const [what, figure, beside, wantedFigure] = cells
  process.stdout.write(`${what.padEnd(34)} ${figure.padEnd(46)} ${beside.padEnd(44)} ${wantedFigure}\n`)
}
row(await latency())
row(await burst())
row(largeFile())
for (const one of await manyFiles()) row(one)
for (const one of await starts([entries / 100, entries / 10, entries].map(Math.ceil))) row(one)
