import type { TrailToExport } from '@compliance-relay/shared/bag'
import { parseCheckpoint } from '@compliance-relay/shared/trail'
import type { Reading } from '../commands/reading.ts'
import { TimeStampStore } from '../sqlite/time-stamp-store.ts'
import type { StoredCheckpoint, StoredTrail } from '../sqlite/trail-store.ts'
import type { IsStampOf } from '../time-stamps/is-stamp-of.ts'

/** A trail as far as its newest checkpoint: what is after that, nobody has signed yet. */
export function trailToExport(
  { store, database }: Reading,
  { id, origin }: StoredTrail,
  isStampOf: IsStampOf,
): TrailToExport | undefined {
  const last = store.lastCheckpoint(id)
  if (last === undefined) return undefined
  const { size } = parseCheckpoint(last.note)
  return {
    trail: origin,
    size,
    lines: function* () {
      for (const { line } of store.lines(id, 0, size)) yield line
    },
    checkpoints: function* () {
      const stamps = new TimeStampStore(database)
      const stamped = new Set(spread(stamps.stamped(id)))
      for (const { size, note } of chosenCheckpoints(store.checkpoints(id), stamped)) {
        const timeStamp = stamped.has(size) ? stamps.get(id, size)?.answer : undefined
        // What is of something else was put there by somebody: it is no evidence, and would make the bag wrong for ever.
        yield timeStamp !== undefined && isStampOf(timeStamp, note)
          ? { size, note, timeStamp }
          : { size, note }
      }
    },
  }
}

/** The last and as many of the others as there is room for, evenly. */
function spread(sizes: readonly number[]): readonly number[] {
  const step = Math.max(1, Math.ceil(sizes.length / CHECKPOINTS_MAX))
  return sizes.filter((_, i) => (sizes.length - 1 - i) % step === 0)
}

/** So many checkpoints of a trail go into a bag: a relay signs one a second, and one would do. */
const CHECKPOINTS_MAX = 24

/**
 * The first and the last, and of those between as many as there is room for, spread evenly: each says that all before it
 * was as it is now. Those that are time-stamped are there beside them.
 */
function* chosenCheckpoints(
  all: Iterable<StoredCheckpoint>,
  stamped: ReadonlySet<number>,
): Generator<{ size: number; note: Uint8Array }> {
  const sizes = [...all]
  const step = Math.max(1, Math.ceil(sizes.length / CHECKPOINTS_MAX))
  for (const [i, { size, note }] of sizes.entries())
    if (i === sizes.length - 1 || i % step === 0 || stamped.has(size)) yield { size, note }
}
