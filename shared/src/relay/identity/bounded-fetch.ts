import { isSafeAddress } from '../../api/index.ts'

/** Far more than any document of a provider has. */
const BYTES_MAX = 262_144

export type FetchLike = (url: string, init: RequestInit) => Promise<Response>

/**
 * As `fetch`, for what a provider is asked: by TLS unless the provider is on this machine, never led elsewhere, and no
 * more is read than a provider has to say. How long it may take, its signal says. Rejects with an Error.
 */
export function boundedFetch(fetch: FetchLike, onLoopback: boolean): FetchLike {
  return async (url, init) => {
    if (!URL.canParse(url) || !isSafeAddress(new URL(url), onLoopback))
      throw new Error('an address of the provider is not one to be asked')
    const answer = await fetch(url, { ...init, redirect: 'manual' })
    // Whoever leads elsewhere has answered: with something that is no document and no token.
    const body = await bytesOf(answer)
    const { status, headers } = answer
    return new Response(NO_BODY.has(status) || status < 200 ? null : body, {
      status: Math.max(status, 200),
      headers,
    })
  }
}

const NO_BODY = new Set([204, 205, 304])

async function bytesOf(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of answer.body ?? []) {
    size += part.length
    if (size > BYTES_MAX) throw new Error('the provider says more than it has to say')
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts, size))
}
