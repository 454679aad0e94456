import type { TimeStampRule } from '@compliance-relay/shared/api'
import { fromBase64, hex, sha256 } from '@compliance-relay/shared/trail'

export interface AskingOptions {
  /** Sends a query and gives the answer's bytes. Rejects with an Error whose message is one plain sentence. */
  readonly post: (
    url: string,
    query: Uint8Array,
    options: { readonly signal: AbortSignal },
  ) => Promise<Uint8Array>
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array
}

/**
 * Asks the site's authority for a time stamp over some bytes, and takes what comes only if all of it is right: it is of
 * these bytes, answers this very question, keeps to the policy asked for, and is signed by whom the site trusts. `latest`:
 * milliseconds. Rejects with an Error whose message is one plain sentence.
 */
export async function askForTimeStamp(
  { url, anchors, policy }: Omit<TimeStampRule, 'everyMinutes'>,
  bytes: Uint8Array,
  { post, random }: AskingOptions,
  signal: AbortSignal,
): Promise<{ readonly answer: Uint8Array; readonly latest: number }> {
  // Libraries of a third of a megabyte, which a relay without time stamps has no need of.
  const { NONCE_BYTES, positive, readCertificates, timeStampRequest, verifyTimeStamp } = await import(
    '@compliance-relay/shared/time-stamp'
  )
  const nonce = random(NONCE_BYTES)
  const answer = await post(url, timeStampRequest(sha256(bytes), nonce, policy), { signal })
  const trusted = anchors.flatMap((one) => readCertificates(fromBase64(one)))
  const stamp = await verifyTimeStamp(answer, bytes, trusted)
  if (stamp.nonce === undefined || hex(stamp.nonce) !== hex(new Uint8Array(positive(nonce))))
    throw new Error('it answers another question than the one it was asked')
  if (policy !== undefined && stamp.policy !== policy)
    throw new Error('it stamps by another policy than the one it was asked for')
  return { answer, latest: stamp.latest }
}

/** What time a stored time stamp says; undefined for one that cannot be read. */
export async function latestOf(answer: Uint8Array): Promise<number | undefined> {
  const { readTimeStamp, TimeStampError } = await import('@compliance-relay/shared/time-stamp')
  try {
    return readTimeStamp(answer).latest
  } catch (error) {
    if (error instanceof TimeStampError) return undefined
    throw error
  }
}
