import {
  type Anchors,
  bagFaults,
  type ProvedTime,
  provedText,
  uncheckedText,
} from '@compliance-relay/shared/bag'
import type { Notary } from '@compliance-relay/shared/relay'
import { NotaryUnreachable } from '@compliance-relay/shared/relay'
import { printable } from '@compliance-relay/shared/trail'

export type TimeStampFaultCode = Extract<keyof typeof bagFaults, `time-stamp-${string}`>

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

export interface VerifiedStamps {
  readonly findings: readonly TimeStampFinding[]
  /** The first `size` records were there by `time`, ISO 8601; ascending sizes. */
  readonly proved: readonly ProvedTime[]
  /** Whose signature was not checked, no certificate being given. */
  readonly unchecked: number
}

/** So many of a trail are looked at, the newest: six weeks of them. */
const STAMPS_MAX = 1_000

/** Holds time stamps against their checkpoints and, if there are any, against certificates somebody trusts. */
export async function verifyStamps(
  all: AsyncIterable<StampToVerify> | Iterable<StampToVerify>,
  anchors: Anchors | undefined,
): Promise<VerifiedStamps> {
  const findings: TimeStampFinding[] = []
  const proved: { size: number; time: string }[] = []
  let unchecked = 0
  for await (const { name, size, stamp, note } of all) {
    if (note === undefined) {
      findings.push({ code: 'time-stamp-alone', name, expected: 'its checkpoint', found: 'none' })
      continue
    }
    const { judgeTimeStamp } = await import('@compliance-relay/shared/time-stamp')
    const judged = await judgeTimeStamp(stamp, note, anchors)
    if ('fault' in judged) {
      const { code, expected, found } = judged.fault
      findings.push({ code, name, expected, found })
    } else if (judged.isVerified) proved.push({ size, time: new Date(judged.latest).toISOString() })
    else unchecked++
  }
  return { findings, proved: proved.toSorted((a, b) => a.size - b.size), unchecked }
}

/**
 * What a notary holds of a trail's time stamps, the newest first. One that cannot be asked any more gives no more of them:
 * that it is away is said elsewhere.
 */
export async function* stampsInNotary(
  notary: Notary,
  origin: string,
  noteOf: (size: number) => Uint8Array | undefined,
): AsyncGenerator<StampToVerify> {
  try {
    const sizes: number[] = []
    for await (const size of notary.listTimeStamps(origin)) sizes.push(size)
    for (const size of sizes.toReversed().slice(0, STAMPS_MAX)) {
      const stamp = await notary.getTimeStamp(origin, size)
      if (stamp !== undefined) yield { name: `notary's ${size}.tsr`, size, stamp, note: noteOf(size) }
    }
  } catch (error) {
    if (!(error instanceof NotaryUnreachable)) throw error
  }
}

export function stampsText({ findings, proved, unchecked }: VerifiedStamps): string {
  const [held, open] = [provedText(proved), uncheckedText(unchecked)]
  const lines = [
    ...findings.flatMap(({ code, name, expected, found }) => [
      `FINDING       ${code}, ${name}`,
      `              ${bagFaults[code]}`,
      `              expected  ${expected}`,
      `              found     ${found}`,
    ]),
    ...(held === undefined ? [] : [`checked       ${held}`]),
    ...(open === undefined ? [] : [`not checked   ${open}`]),
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}
