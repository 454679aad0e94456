import { join, sep } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { readable } from '../capture/raw-name.ts'
import { asTheyRead, liveUnitsIn } from '../capture/state-faults.ts'
import type { Settings } from '../settings.ts'
import { isIn } from '../watch-places.ts'

/** Files and data sets that the trail has below a folder. */
export interface RecordedBelow {
  readonly count: number
  /** Absolute paths of the first few. */
  readonly first: readonly string[]
}

const FIRST = 3

/** Looks through all records: only for a folder that no record is of. `folder` is absolute. */
export function recordedBelow(database: DatabaseSync, settings: Settings, folder: string): RecordedBelow {
  const watches = settings.watches.filter(({ path }) => isIn(path, folder) || isIn(folder, path))
  if (watches.length === 0) return { count: 0, first: [] }
  const roots = new Map(watches.map(({ id, path }) => [id, path]))
  const first: string[] = []
  let count = 0
  for (const { watch, path } of liveUnitsIn(database, asTheyRead).left()) {
    const root = roots.get(watch)
    if (root === undefined) continue
    const full = join(root, path.split('/').join(sep))
    if (full === folder || !isIn(full, folder)) continue
    if (count++ < FIRST) first.push(readable(full))
  }
  return { count, first }
}
