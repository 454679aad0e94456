import type { ExportFilter, ToExport, TrailToExport } from '@compliance-relay/shared/bag'
import { utf8 } from '@compliance-relay/shared/trail'
import type { Reading } from '../commands/reading.ts'
import { readSettings } from '../recorded-settings.ts'
import { softwareName } from '../version.ts'

/** All that a bag of a data folder says: the same whoever makes it. */
export function toExport(
  read: Reading,
  said: {
    readonly filter: ExportFilter
    readonly reason: string
    readonly day: string
    readonly trails: readonly TrailToExport[]
    readonly leftOut: readonly string[]
  },
): ToExport {
  const taken = new Set(said.trails.map(({ trail }) => trail))
  const policy = read.trails
    .filter(({ origin }) => taken.has(origin))
    .map(({ vkey }) => `log ${vkey}\n`)
    .join('')
  return {
    ...said,
    software: softwareName,
    organization: readSettings(read.host, read.trail).org,
    policy: utf8(`${policy}quorum none\n`),
  }
}
