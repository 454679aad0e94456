import type { DatabaseSync } from 'node:sqlite'
import type { TrailToExport } from '@compliance-relay/shared/bag'
import { parseCheckpoint } from '@compliance-relay/shared/trail'
import type { Reading } from '../commands/reading.ts'
import { TimeStampStore } from '../sqlite/time-stamp-store.ts'
import type { StoredTrail } from '../sqlite/trail-store.ts'
import type { IsStampOf } from '../time-stamps/is-stamp-of.ts'

/** Of each trail the checkpoints whose time stamps go into a bag, by size. */
export type StampsToExport = readonly { readonly trail: string; readonly sizes: readonly number[] }[]

/** As things are now: one that comes while a bag is being made is in the next. */
export function stampsToExport(
  database: DatabaseSync,
  trails: readonly Pick<StoredTrail, 'id' | 'origin'>[],
): StampsToExport {
  const stamps = new TimeStampStore(database)
  return trails.map(({ id, origin }) => ({ trail: origin, sizes: spread(stamps.stamped(id)) }))
}

/**
 * A trail as far as its newest checkpoint: what is after that, nobody has signed yet. Or as far as another one, of `size`
 * records. Undefined without one.
 */
export function trailToExport(
  { store, database }: Reading,
  { id, origin }: StoredTrail,
  isStampOf: IsStampOf,
  { size: asked, stamps: settled }: { readonly size?: number; readonly stamps: StampsToExport },
): TrailToExport | undefined {
  const last = asked === undefined ? store.lastCheckpoint(id) : store.checkpoint(id, asked)
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
      const stamped = new Set(settled.find(({ trail }) => trail === origin)?.sizes)
      const sizes = new Set([...spread(store.checkpointSizes(id, size)), ...stamped])
      for (const one of [...sizes].sort((a, b) => a - b)) {
        const note = one <= size ? store.checkpoint(id, one)?.note : undefined
        if (note === undefined) continue
        const timeStamp = stamped.has(one) ? stamps.get(id, one)?.answer : undefined
        // What is of something else was put there by somebody: it is no evidence, and would make the bag wrong for ever.
        yield timeStamp !== undefined && isStampOf(timeStamp, note)
          ? { size: one, note, timeStamp }
          : { size: one, note }
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
