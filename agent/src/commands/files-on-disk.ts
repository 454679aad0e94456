import { sep } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { PlacedUnit } from '../capture/live-units.ts'
import { type LineAuthority, liveUnitsIn } from '../capture/state-faults.ts'
import { messageOf } from '../error-message.ts'
import { activeWatches, type Settings } from '../settings.ts'
import { digestNow } from './digest-now.ts'
import { secondsSinceTouched, touchedAt } from './touched.ts'

/** A file or data set that is not on the disk as the trail has it. */
export interface FileFault extends PlacedUnit {
  readonly code: 'file-differs' | 'file-missing'
  readonly expected: string
  readonly found: string
  /** Of what has changed so lately that a relay at work need not have recorded it: how long ago, when it was looked at. */
  readonly restSeconds?: number
}

/**
 * A relay at work looks at everything once a minute at the latest, and a data set that lacks something is given a minute
 * more than its quiet time.
 */
const NOTICED_WITHIN_SECONDS = 60

/**
 * Reads every file and data set that the records say is there, and compares it with its last record: nothing that the
 * relay remembers of files, and no time of theirs, is believed. Watches that were ended are left out. `since`: as of
 * when the records are read, milliseconds, where a relay is at work; what it may not have recorded by then is told apart.
 */
export function* filesOnDisk(
  database: DatabaseSync,
  settings: Settings,
  authority: LineAuthority,
  since: number | undefined,
): Generator<FileFault> {
  const watches = new Map(activeWatches(settings).map((watch) => [watch.id, watch]))
  for (const placed of liveUnitsIn(database, authority).left()) {
    const { watch, path, unit } = placed
    const { path: root, quietSeconds = 0 } = watches.get(watch) ?? {}
    if (root === undefined || unit.digest === '' || unit.digest === null) continue
    const expected = unit.digest
    const full = [root, ...path.split('/')].join(sep)
    const now = tryDigest(full)
    if (now === null) yield { ...placed, code: 'file-missing', expected, found: 'nothing' }
    else if (now !== expected) {
      const withinSeconds = quietSeconds + NOTICED_WITHIN_SECONDS
      const restSeconds =
        since === undefined
          ? undefined
          : secondsSinceTouched(touchedAt(full), { since, now: Date.now(), withinSeconds })
      const rest = restSeconds === undefined ? {} : { restSeconds }
      yield { ...placed, code: 'file-differs', expected, found: now, ...rest }
    }
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
