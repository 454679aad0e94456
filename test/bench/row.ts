import { loadavg } from 'node:os'

/** A figure beside what is asked of it. */
export interface Row {
  readonly what: string
  readonly got: string
  /** What was measured with it in the same run, and makes it comparable. */
  readonly beside: string
  readonly wanted: string
  /** Undefined where nothing is asked for, or where it was not measured as it is asked for. */
  readonly reached: boolean | undefined
  /** Load of the machine over the last minute, when the figure was taken. */
  readonly load: number
}

export function row(
  what: string,
  got: string,
  beside: string,
  wanted: string,
  reached: boolean | undefined,
): Row {
  return { what, got, beside, wanted, reached, load: loadavg()[0] ?? Number.NaN }
}

export function printRow({ what, got, beside, wanted, reached, load }: Row): void {
  const mark = reached === undefined ? '' : reached ? 'yes' : 'NO'
  print([
    what.padEnd(38),
    got.padEnd(46),
    wanted.padEnd(24),
    mark.padEnd(8),
    load.toFixed(1).padEnd(5),
    beside,
  ])
}

export function printHead(): void {
  print([
    'what'.padEnd(38),
    'got'.padEnd(46),
    'wanted'.padEnd(24),
    'reached'.padEnd(8),
    'load'.padEnd(5),
    'beside',
  ])
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b)
  const at = sorted.length / 2
  return ((sorted[Math.ceil(at) - 1] ?? Number.NaN) + (sorted[Math.floor(at)] ?? Number.NaN)) / 2
}

export const count = (n: number): string => Math.round(n).toLocaleString('en')

function print(cells: readonly string[]): void {
  process.stdout.write(`${cells.join(' ').trimEnd()}\n`)
}
