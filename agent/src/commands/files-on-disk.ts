import { sep } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { PlacedUnit } from '../capture/live-units.ts'
import { liveUnitsIn } from '../capture/state-faults.ts'
import { messageOf } from '../error-message.ts'
import { activeWatches, type Settings } from '../settings.ts'
import { digestNow } from './digest-now.ts'

/** A file or data set that is not on the disk as the trail has it. */
export interface FileFault extends PlacedUnit {
  readonly code: 'file-differs' | 'file-missing'
  readonly expected: string
  readonly found: string
}

/**
 * Reads every file and data set that the records say is there, and compares it with its last record: nothing that the
 * relay remembers of files, and no time of theirs, is believed. Watches that were ended are left out.
 */
export function* filesOnDisk(database: DatabaseSync, settings: Settings): Generator<FileFault> {
  const paths = new Map(activeWatches(settings).map(({ id, path }) => [id, path]))
  for (const placed of liveUnitsIn(database).left()) {
    const { watch, path, unit } = placed
    const root = paths.get(watch)
    if (root === undefined || unit.digest === '' || unit.digest === null) continue
    const expected = unit.digest
    const now = tryDigest([root, ...path.split('/')].join(sep))
    if (now === null) yield { ...placed, code: 'file-missing', expected, found: 'nothing' }
    else if (now !== expected) yield { ...placed, code: 'file-differs', expected, found: now }
  }
}

/** What cannot be read now is no proof of anything: it is said as it is. */
function tryDigest(path: string): string | null {
  try {
    return digestNow(path)
  } catch (error) {
    return messageOf(error)
  }
}
