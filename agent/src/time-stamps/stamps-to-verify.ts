import {
  bagFaults,
  provedText,
  type StampToVerify,
  TIME_STAMPS_ONLY,
  uncheckedText,
  type VerifiedStamps,
} from '@compliance-relay/shared/bag'
import { NotaryUnreachable } from '@compliance-relay/shared/keeping'
import type { Notary } from '@compliance-relay/shared/relay'
import { printable } from '@compliance-relay/shared/trail'

/** So many of a trail are looked at, the newest: six weeks of them. */
const STAMPS_MAX = 1_000

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
      '',
    ]),
    ...(held === undefined ? [] : [`checked       ${held}`]),
    ...(open === undefined ? [] : [`not checked   ${open}`]),
    ...(findings.length === 0
      ? []
      : ['', `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} ${TIME_STAMPS_ONLY}`]),
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}
