import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { Workstation, type WorkstationOptions } from '../support/workstation.ts'

/** A relay's place that is gone when the benchmark is, however it ends. `BENCH_BASE` says on which disk. */
export function newStation(options: WorkstationOptions = {}): Workstation {
  const base = process.env['BENCH_BASE']
  const station = new Workstation({ ...options, ...(base === undefined ? {} : { base }) })
  process.once('exit', () => {
    // Nothing can be waited for here: what is running is ended first, or it would write on.
    station.kill()
    rmSync(station.base, { recursive: true, force: true })
  })
  return station
}

export async function startedStation(): Promise<Workstation> {
  const station = newStation()
  station.init()
  await station.start()
  return station
}

/**
 * Waits until so many records more than `before` are in the trail. Looks into the database: to ask the relay for
 * its status has it go through all that waits, and that is what is being measured.
 */
export async function untilRecorded(
  station: Workstation,
  before: number,
  records: number,
  seconds: number,
): Promise<void> {
  const until = Date.now() + seconds * 1_000
  for (;;) {
    const there = trailSize(station) - before
    if (there >= records) return
    if (Date.now() > until) throw new Error(`${there} of ${records} records within ${seconds} s`)
    await wait(100)
  }
}

export function trailSize({ data }: Workstation): number {
  return reading(
    data,
    (database) => Number(database.prepare('SELECT MAX(seq) AS last FROM entry').get()?.['last'] ?? -1) + 1,
  )
}

/** The files recorded as new, with the time of their record in milliseconds. */
export function captured({ data }: Workstation): { readonly path: string; readonly time: number }[] {
  const rows = reading(
    data,
    (database) =>
      database.prepare("SELECT path, time FROM entry_columns WHERE kind = 'file.created'").all() as {
        path: string
        time: string
      }[],
  )
  return rows.map(({ path, time }) => ({ path, time: Date.parse(time) }))
}

export function seconds(work: () => void): number {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1_000
}

function reading<Result>(data: string, read: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(join(data, 'relay.db'), { readOnly: true, timeout: 5_000 })
  try {
    return read(database)
  } finally {
    database.close()
  }
}
