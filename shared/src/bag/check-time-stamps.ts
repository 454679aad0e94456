import { TIME_STAMP_BYTES_MAX } from '../time-stamp/bounds.ts'
import type { Anchors } from '../time-stamp/index.ts'
import { type BagSource, wholeOf } from './bag-source.ts'
import { CHECKPOINT_BYTES_MAX, readable } from './check-files.ts'
import type { BagFindings } from './findings.ts'
import { checkpointFile, payloadName } from './layout.ts'
import { type StampToVerify, type VerifiedStamps, verifyStamps } from './verify-stamps.ts'

interface OfTrail {
  readonly hash: string
  readonly trail: string
  /** Sizes of checkpoints that hold: a stamp on another shows nothing. */
  readonly good: ReadonlySet<number>
}

export type CheckedTimeStamps = Pick<VerifiedStamps, 'proved' | 'unchecked'>

/** The time stamps of one trail in a bag. Each has to be of the checkpoint beside it, and by the certificates given. */
export async function checkTimeStamps(
  source: BagSource,
  { hash, trail, good }: OfTrail,
  anchors: Anchors | undefined,
  findings: BagFindings,
): Promise<CheckedTimeStamps> {
  const verified = await verifyStamps(stampsIn(source, hash, findings), anchors)
  for (const { name: file, ...finding } of verified.findings) findings.add({ ...finding, file, trail })
  return { proved: verified.proved.filter(({ size }) => good.has(size)), unchecked: verified.unchecked }
}

/** What cannot be read is a finding, and not among them. */
async function* stampsIn(
  source: BagSource,
  hash: string,
  findings: BagFindings,
): AsyncGenerator<StampToVerify> {
  const there = new Set(source.files.map(({ name }) => name))
  for (const name of there) {
    const payload = payloadName(name)
    if (payload?.kind !== 'time-stamp' || payload.trail !== hash) continue
    const { size } = payload
    const beside = checkpointFile(hash, size)
    const isThere = there.has(beside)
    const stamp = await readable(name, findings, () => wholeOf(source, name, TIME_STAMP_BYTES_MAX))
    const note = isThere
      ? await readable(beside, findings, () => wholeOf(source, beside, CHECKPOINT_BYTES_MAX))
      : undefined
    if (stamp !== undefined && (note !== undefined || !isThere)) yield { name, size, stamp, note }
  }
}
