import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Workstation } from '../support/workstation.ts'
import { cpuSeconds, memoryOf } from './process-figures.ts'
import { count, type Row, row } from './row.ts'
import { captured, seconds, startedStation, trailSize, untilRecorded } from './stations.ts'

/** Two looks through the folders, which come each minute, and time for threads without work to be let go. */
const IDLE_SECONDS = 130
/** So long after the last work, what it took is given back. */
const REST_SECONDS = 45
const RESCAN_SECONDS = 600
const FILES_IN_FOLDER = 100

export interface ManyFilesOptions {
  readonly files: number
  readonly scan: boolean
  readonly idle: boolean
}

/** Many known files: a full scan, a start, and what the relay costs while nothing happens. */
export async function manyFiles({ files, scan, idle }: ManyFilesOptions): Promise<Row[]> {
  const station = await startedStation()
  try {
    const rows: Row[] = []
    const took = await recordAll(station, files)
    const asAsked = files >= 100_000
    if (idle) {
      const { peakMiB } = memoryOf(station.pid)
      const quiet = await idleFigures(station, IDLE_SECONDS)
      rows.push(
        row(
          `idle after recording ${count(files)} files`,
          `CPU ${quiet.cpu.toFixed(2)} %, RSS ${count(quiet.rssMiB)} MiB`,
          `peak ${count(peakMiB)} MiB while they were recorded, in ${took.toFixed(1)} s`,
          'CPU < 1 %, RSS < 150 MiB',
          asAsked ? quiet.cpu < 1 && quiet.rssMiB < 150 : undefined,
        ),
      )
    }
    await station.stop()
    const began = performance.now()
    await station.start()
    const ready = (performance.now() - began) / 1_000
    await station.settled()
    const { times, cpu } = await scans(station)
    const best = Math.min(...times)
    if (scan) {
      const plain = plainWalk(station)
      rows.push(
        row(
          `scan of ${count(files)} known files`,
          `${best.toFixed(2)} s (${times.map((one) => one.toFixed(2)).join(', ')})`,
          `find -printf of all stats ${plain.toFixed(2)} s, ratio ${(best / plain).toFixed(1)}`,
          '≤ 3 s',
          asAsked ? best <= 3 : undefined,
        ),
        row(
          `start with ${count(files)} known files`,
          `${ready.toFixed(2)} s until all were looked at`,
          `with as many records to verify`,
          '',
          undefined,
        ),
      )
    }
    if (idle) {
      const { peakMiB } = memoryOf(station.pid)
      const quiet = await idleFigures(station, IDLE_SECONDS)
      // The full scan comes each ten minutes: its share is added, whether one fell into the time or not.
      const all = quiet.cpu + (100 * cpu) / RESCAN_SECONDS
      rows.push(
        row(
          `idle with ${count(files)} files watched`,
          `CPU ${all.toFixed(2)} %, RSS ${count(quiet.rssMiB)} MiB`,
          `${quiet.cpu.toFixed(2)} % over ${IDLE_SECONDS} s and ${cpu.toFixed(1)} s each ${RESCAN_SECONDS} s; peak ${count(peakMiB)} MiB since its start`,
          'CPU < 1 %, RSS < 150 MiB',
          asAsked ? all < 1 && quiet.rssMiB < 150 : undefined,
        ),
      )
    }
    return rows
  } finally {
    await station.remove()
  }
}

/** Moves so many files in and waits for their records. Returns how long that took, in seconds. */
async function recordAll(station: Workstation, files: number): Promise<number> {
  const outside = join(station.base, 'outside')
  for (let i = 0; i < files; i++) {
    const folder = join(outside, `d${Math.floor(i / 5_000)}`, `e${Math.floor(i / FILES_IN_FOLDER)}`)
    if (i % FILES_IN_FOLDER === 0) mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `f${i}.dat`), `file ${i}`)
  }
  await station.settled()
  const before = trailSize(station)
  const began = performance.now()
  renameSync(outside, join(station.folder, 'in'))
  await untilRecorded(station, before, files, 900)
  const took = (performance.now() - began) / 1_000
  await station.settled(300)
  const recorded = captured(station).length
  if (recorded !== files) throw new Error(`${recorded} records of ${files} files`)
  return took
}

/** Three full scans asked for by a command; how long each took, and the CPU time of one. */
async function scans(
  station: Workstation,
): Promise<{ readonly times: readonly number[]; readonly cpu: number }> {
  const times: number[] = []
  const before = cpuSeconds(station.pid)
  for (let i = 0; i < 3; i++) {
    const began = performance.now()
    await station.scan()
    times.push((performance.now() - began) / 1_000)
  }
  return { times, cpu: (cpuSeconds(station.pid) - before) / times.length }
}

/** What another program takes to ask for all that a stamp holds. */
function plainWalk({ folder }: Workstation): number {
  return seconds(() =>
    execFileSync('bash', ['-c', "find . -type f -printf '%D:%i:%s:%T@:%C@\\n' > /dev/null"], { cwd: folder }),
  )
}

async function idleFigures(
  station: Workstation,
  over: number,
): Promise<{ readonly cpu: number; readonly rssMiB: number }> {
  await wait(REST_SECONDS * 1_000)
  const before = cpuSeconds(station.pid)
  const began = performance.now()
  await wait(over * 1_000)
  const passed = (performance.now() - began) / 1_000
  return {
    cpu: (100 * (cpuSeconds(station.pid) - before)) / passed,
    rssMiB: memoryOf(station.pid).rssMiB,
  }
}
