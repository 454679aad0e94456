import type { TimeStampFaultCode } from '../time-stamp/faults.ts'
import type { Anchors } from '../time-stamp/index.ts'

export interface TimeStampFinding {
  readonly code: TimeStampFaultCode
  /** Which time stamp. */
  readonly name: string
  readonly expected: string
  readonly found: string
}

/** A time stamp and the checkpoint it lies beside; undefined if there is none. */
export interface StampToVerify {
  readonly name: string
  readonly size: number
  readonly stamp: Uint8Array
  readonly note: Uint8Array | undefined
}

/** What a time stamp shows: so many records of a trail were there by then, ISO 8601. */
export interface ProvedTime {
  readonly size: number
  readonly time: string
}

export interface VerifiedStamps {
  readonly findings: readonly TimeStampFinding[]
  /** Of those that hold, ascending sizes. */
  readonly proved: readonly ProvedTime[]
  /** Whose signature was not checked, nobody's certificate being given. */
  readonly unchecked: number
}

/** Holds time stamps against their checkpoints and, if there are any, against certificates somebody trusts. */
export async function verifyStamps(
  all: AsyncIterable<StampToVerify> | Iterable<StampToVerify>,
  anchors: Anchors | undefined,
): Promise<VerifiedStamps> {
  const findings: TimeStampFinding[] = []
  const proved: ProvedTime[] = []
  let unchecked = 0
  for await (const { name, size, stamp, note } of all) {
    if (note === undefined) {
      findings.push({ code: 'time-stamp-alone', name, expected: 'its checkpoint', found: 'none' })
      continue
    }
    // It brings libraries with it, for whoever has such.
    const { judgeTimeStamp } = await import('../time-stamp/index.ts')
    const judged = await judgeTimeStamp(stamp, note, anchors)
    if ('fault' in judged) {
      const { code, expected, found } = judged.fault
      findings.push({ code, name, expected, found })
    } else if (judged.isVerified) proved.push({ size, time: new Date(judged.latest).toISOString() })
    else unchecked++
  }
  return { findings, proved: proved.toSorted((a, b) => a.size - b.size), unchecked }
}
