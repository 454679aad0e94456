import type { DatabaseSync } from 'node:sqlite'
import { type DataFolder, dataFolder, hasDatabase } from '../data-folder.ts'
import { whyNoRelay } from '../secrets.ts'
import { openForReading } from '../sqlite/database.ts'
import { HostStore } from '../sqlite/host-store.ts'
import { type StoredTrail, TrailStore } from '../sqlite/trail-store.ts'
import { UnusableInput } from '../unusable-input.ts'

/** A data folder opened beside the relay that writes it: as of its last commit. */
export interface Reading {
  readonly folder: DataFolder
  readonly database: DatabaseSync
  readonly store: TrailStore
  readonly host: HostStore
  /** Oldest first; the last is the one written to. */
  readonly trails: readonly StoredTrail[]
  readonly trail: StoredTrail
}

/** Opens a data folder for reading, and closes it afterwards. Throws `UnusableInput`. */
export async function reading<Result>(
  path: string,
  work: (data: Reading) => Promise<Result> | Result,
): Promise<Result> {
  const folder = dataFolder(path)
  if (!hasDatabase(folder)) throw new UnusableInput(whyNoRelay(folder))
  const database = openForReading(folder.database)
  try {
    const store = new TrailStore(database)
    const trails = store.trails()
    const trail = trails.at(-1)
    if (trail === undefined) throw new UnusableInput('there is no trail in this folder')
    return await work({ folder, database, store, host: new HostStore(database), trails, trail })
  } finally {
    database.close()
  }
}

/** The trail of a given number, the newest without one. */
export function trailNumbered({ trails, trail }: Reading, number: number | undefined): StoredTrail {
  if (number === undefined) return trail
  const found = trails[number - 1]
  if (found === undefined)
    throw new UnusableInput(`there is no trail ${number}; this folder has ${trails.length}`)
  return found
}
