import { type BagSink, makeBag, type Seal } from '@compliance-relay/shared/bag'
import { reading } from '../commands/reading.ts'
import { removedTrails } from '../known-trails.ts'
import { stampReader } from '../time-stamps/is-stamp-of.ts'
import type { ExportTask } from './export-messages.ts'
import { toExport } from './to-export.ts'
import { trailToExport } from './trails-to-export.ts'
import { verifyTrails } from './verify-trails.ts'

/**
 * What is to be sealed of a data folder, come to from its records alone: made as another process made it, with no file
 * written. Which trails are left out is believed of none that verifies. Rejects with `UnusableInput` or `NothingAskedFor`.
 */
export async function sealAgain({
  data,
  trails: sizes,
  leftOut,
  stamps,
  ...said
}: Omit<Extract<ExportTask, { make: 'seal' }>, 'make'>): Promise<Seal> {
  const { unsound, leaves } = await verifyTrails(data, { only: new Set(leftOut) })
  leaves?.close()
  return reading(data, async (read) => {
    const isStampOf = await stampReader(read.database)
    const trails = read.trails.flatMap((stored) => {
      const size = sizes.find(({ trail }) => trail === stored.origin)?.size
      return size === undefined ? [] : (trailToExport(read, stored, isStampOf, { size, stamps }) ?? [])
    })
    const left = read.trails.filter(
      (trail) =>
        unsound.includes(trail.origin) || trailToExport(read, trail, isStampOf, { stamps }) === undefined,
    )
    return makeBag(
      toExport(read, {
        ...said,
        trails,
        leftOut: [...left.map(({ origin }) => origin), ...removedTrails(read.store)],
      }),
      nowhere,
      unsealed,
    )
  })
}

const nowhere: BagSink = {
  async write(_, pieces) {
    for await (const _ of pieces);
  },
}

/** What stands after the seal is not sealed by it. */
const unsealed = async () => ({ line: new Uint8Array(0), proof: new Uint8Array(0), leaves: [] })
