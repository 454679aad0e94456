import { sha256 } from '../trail/index.ts'
import type { Anchors } from './certificates.ts'
import { TimeStampError } from './faults.ts'
import { readTimeStamp, requireImprint } from './read-time-stamp.ts'
import { verifyTimeStamp } from './verify-time-stamp.ts'

/** - `latest`: what it is of was there by then, milliseconds; only its word, where its signature was not verified. */
export type JudgedTimeStamp =
  | { readonly fault: TimeStampError }
  | { readonly isVerified: boolean; readonly latest: number }

/** A time stamp beside some bytes, for reports. Without anchors only its form is looked at, and what it is of. */
export async function judgeTimeStamp(
  response: Uint8Array,
  bytes: Uint8Array,
  anchors: Anchors | undefined,
): Promise<JudgedTimeStamp> {
  try {
    if (anchors !== undefined) {
      const { latest } = await verifyTimeStamp(response, bytes, anchors)
      return { isVerified: true, latest }
    }
    const stamp = readTimeStamp(response)
    requireImprint(stamp, sha256(bytes))
    return { isVerified: false, latest: stamp.latest }
  } catch (error) {
    if (error instanceof TimeStampError) return { fault: error }
    throw error
  }
}
