import type { Anchors } from '../time-stamp/index.ts'
import { type BagSource, wholeOf } from './bag-source.ts'
import { CHECKPOINT_BYTES_MAX, readable } from './check-files.ts'
import type { BagFindings } from './findings.ts'
import { checkpointFile, payloadName } from './layout.ts'

export const TIME_STAMP_BYTES_MAX = 65_536

/** What a time stamp shows: so many records of a trail were there by then, ISO 8601. */
export interface ProvedTime {
  readonly size: number
  readonly time: string
}

export interface CheckedTimeStamps {
  /** Of those that hold, ascending sizes. */
  readonly proved: readonly ProvedTime[]
  /** Whose signature was not checked, nobody's certificate being given. */
  readonly unchecked: number
}

/**
 * The time stamps of one trail in a bag. Each has to be of the checkpoint beside it; its signature is checked against the
 * certificates given. `good`: sizes of checkpoints that hold: a stamp on another shows nothing.
 */
export async function checkTimeStamps(
  source: BagSource,
  {
    hash,
    trail,
    good,
  }: { readonly hash: string; readonly trail: string; readonly good: ReadonlySet<number> },
  anchors: Anchors | undefined,
  findings: BagFindings,
): Promise<CheckedTimeStamps> {
  const proved: ProvedTime[] = []
  let unchecked = 0
  const there = new Set(source.files.map(({ name }) => name))
  for (const file of there) {
    const payload = payloadName(file)
    if (payload?.kind !== 'time-stamp' || payload.trail !== hash) continue
    const { size } = payload
    const beside = checkpointFile(hash, size)
    if (!there.has(beside)) {
      findings.add({ code: 'time-stamp-alone', file, trail, expected: beside, found: 'no such file' })
      continue
    }
    const stamp = await readable(file, findings, () => wholeOf(source, file, TIME_STAMP_BYTES_MAX))
    const note = await readable(beside, findings, () => wholeOf(source, beside, CHECKPOINT_BYTES_MAX))
    if (stamp === undefined || note === undefined) continue
    const { judgeTimeStamp } = await import('../time-stamp/index.ts')
    const judged = await judgeTimeStamp(stamp, note, anchors)
    if ('fault' in judged) {
      const { code, expected, found } = judged.fault
      findings.add({ code, file, trail, expected, found })
    } else if (!judged.isVerified) unchecked++
    else if (good.has(size)) proved.push({ size, time: new Date(judged.latest).toISOString() })
  }
  return { proved: proved.toSorted((a, b) => a.size - b.size), unchecked }
}
