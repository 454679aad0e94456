import type { TrailToExport } from '@compliance-relay/shared/bag'
import { parseCheckpoint } from '@compliance-relay/shared/trail'
import type { Reading } from '../commands/reading.ts'
import type { StoredCheckpoint, StoredTrail } from '../sqlite/trail-store.ts'

/** A trail as far as its newest checkpoint: what is after that, nobody has signed yet. */
export function trailToExport({ store }: Reading, { id, origin }: StoredTrail): TrailToExport | undefined {
  const last = store.lastCheckpoint(id)
  if (last === undefined) return undefined
  const { size } = parseCheckpoint(last.note)
  return {
    trail: origin,
    size,
    lines: function* () {
      for (const { line } of store.lines(id, 0, size)) yield line
    },
    checkpoints: () => chosenCheckpoints(store.checkpoints(id)),
  }
}

/** So many checkpoints of a trail go into a bag: a relay signs one a second, and one would do. */
const CHECKPOINTS_MAX = 24

/**
 * The first and the last, and of those between as many as there is room for, spread evenly: each says that all before it
 * was as it is now.
 */
function* chosenCheckpoints(all: Iterable<StoredCheckpoint>): Generator<{ size: number; note: Uint8Array }> {
  const sizes = [...all]
  const step = Math.max(1, Math.ceil(sizes.length / CHECKPOINTS_MAX))
  for (const [i, { size, note }] of sizes.entries())
    if (i === sizes.length - 1 || i % step === 0) yield { size, note }
}
