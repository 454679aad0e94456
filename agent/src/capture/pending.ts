import type { Profile } from '../instruments/types.ts'
import type { StoredUnit } from '../sqlite/unit-store.ts'
import type { Folder } from './folder-tree.ts'
import { changedOfStamp } from './stamp.ts'
import type { SetWalk } from './walk-set.ts'

/** Found later than it was made, because nobody was looking: between `from` and `to`. */
export interface Late {
  /** Wall clock, milliseconds; null if nothing is known of the time before. */
  readonly from: number | null
  readonly to: number
  readonly why:
    | 'relay-not-running'
    | 'relay-ended'
    | 'folder-unavailable'
    | 'folder-taken-away'
    | 'before-watch'
    | 'not-watched'
    | 'new-trail'
  /** When the oldest unit was first seen that was still on its way at `from`. */
  readonly oldest?: number
}

/**
 * How late a unit is that the first scan finds, from when it was last changed (wall clock, milliseconds; the file
 * system's claim). Written since the relay began to look: not at all. Written before the time nobody looked: then
 * whoever looked had seen it, or could have, and it had not come to rest when the relay ended or the folder went.
 */
export function lateness(changed: number, late: Late | undefined): Late | undefined {
  if (late === undefined || changed > late.to) return undefined
  const { from, to, why, oldest } = late
  const before = from !== null && changed <= from ? BEFORE[why] : undefined
  if (from === null || before === undefined) return { from, to, why }
  return { from: Math.min(oldest ?? from, from), to, why: before }
}

/** What is said of a unit that was there before the time nobody looked. */
const BEFORE: { readonly [why in Late['why']]?: Late['why'] } = {
  'relay-not-running': 'relay-ended',
  'folder-unavailable': 'folder-taken-away',
}

/**
 * - `settling`: looked at from time to time until it has not changed for its quiet window.
 * - `reading`: given to a reader.
 * - `recording`: read, and waiting to be durable.
 * - `gone`: no longer there under this name; kept until it is clear whether it has another.
 */
export type Stage = 'settling' | 'reading' | 'recording' | 'gone'

/** A unit on its way to a record. It is in memory only: after a restart the scan finds it again. */
export interface Pending {
  readonly kind: 'file' | 'set'
  /** The folder a file lies in; a data set's own folder. */
  readonly folder: Folder
  readonly name: string
  readonly key: string
  profile: Profile
  readonly late: Late | undefined
  /** Wall clock, milliseconds: when the relay first saw it, or first saw it changed. */
  readonly firstSeen: number
  /** When its present state was first seen, by the monotonic and by the wall clock. */
  restSince: number
  restSeen: number
  /** The state itself: a file's stamp, a data set's signature. */
  sample: string
  samples: number
  /** When it was last seen in this state, monotonic. */
  sameUntil: number
  /** The longest it was seen to rest before it changed again, milliseconds. */
  longestRest: number
  stage: Stage
  size: number
  owner: number
  links: number
  walk: SetWalk | undefined
  /** Why its instrument says it is not complete; empty if that is not so. */
  missing: readonly string[]
  /** Somebody has it open for writing. */
  open: boolean
  /** It is at rest, and waits until others are read. */
  waits: boolean
  failures: number
  failureCode: string | undefined
  failureSaid: boolean
  /** It was in the trail under this name when it was found. */
  wasKnown: boolean
  /** What it may have been called before: the same file, gone from its old place. */
  formerly: StoredUnit | undefined
  /** The clock was stepped while it was written: times of that span prove nothing. */
  clockStepped: boolean
  /** Something happened to it while it was read or recorded: it is looked at again afterwards. */
  hinted: boolean
  /** The state in which its instrument did not call it complete. */
  incompleteSample: string | undefined
}

/** The folder a unit is listed in, and its name there. */
export function placeOf({ kind, folder, name }: Pick<Pending, 'kind' | 'folder' | 'name'>): {
  readonly folder: Folder
  readonly name: string
} {
  return { folder: kind === 'set' ? (folder.parent ?? folder) : folder, name }
}

export function keyOf(folder: Folder, name: string): string {
  return `${folder.id}/${name}`
}

/**
 * A unit as the scan has just found it. `stamps` are those of its files: what was changed last says how late it is.
 * Clocks: monotonic and wall, milliseconds.
 */
export function newPending(
  unit: Pick<Pending, 'kind' | 'folder' | 'name' | 'profile' | 'sample'>,
  stamps: readonly string[],
  late: Late | undefined,
  { now, wall }: { readonly now: () => number; readonly wall: () => number },
): Pending {
  const place = placeOf(unit)
  const changed = stamps.map(changedOfStamp).reduce((a, b) => Math.max(a, b), 0)
  return {
    ...unit,
    key: keyOf(place.folder, place.name),
    late: lateness(changed, late),
    firstSeen: wall(),
    restSince: now(),
    restSeen: wall(),
    samples: 1,
    sameUntil: now(),
    longestRest: 0,
    stage: 'settling',
    size: 0,
    owner: 0,
    links: 1,
    walk: undefined,
    missing: [],
    open: false,
    waits: false,
    failures: 0,
    failureCode: undefined,
    failureSaid: false,
    wasKnown: false,
    formerly: undefined,
    clockStepped: false,
    hinted: false,
    incompleteSample: undefined,
  }
}
