import type { TrailToExport } from '@compliance-relay/shared/bag'
import { parseCheckpoint } from '@compliance-relay/shared/trail'
import type { Reading } from '../commands/reading.ts'
import type { StoredTrail } from '../sqlite/trail-store.ts'

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
    checkpoints: function* () {
      for (const one of spread(store.checkpointSizes(id, size))) {
        const found = store.checkpoint(id, one)
        if (found !== undefined) yield { size: one, note: found.note }
      }
    },
  }
}

/** So many checkpoints of a trail go into a bag: a relay signs one a second, and one would do. */
const CHECKPOINTS_MAX = 24

/**
 * The first and the last, and of those between as many as there is room for, spread evenly: each says that all before it
 * was as it is now. No more than twice as many are held, however many there are.
 */
export function spread(all: Iterable<number>): readonly number[] {
  let kept: number[] = []
  let step = 1
  let i = 0
  let last: number | undefined
  for (const one of all) {
    last = one
    if (i++ % step === 0) kept.push(one)
    if (kept.length < CHECKPOINTS_MAX) continue
    // Every second of them is enough from here on.
    kept = kept.filter((_, at) => at % 2 === 0)
    step *= 2
  }
  return last === undefined || kept.at(-1) === last ? kept : [...kept, last]
}
