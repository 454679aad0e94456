import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { inTime, networkFault, trustedContext } from '../outgoing/network.ts'

/** How long an authority may take, from the first name looked up to the last byte. */
const AUTHORITY_MILLISECONDS = 15_000
/** As much as a notary keeps; an answer with its certificates has a tenth of it. */
export const ANSWER_BYTES_MAX = 65_535

export interface PostOptions {
  readonly signal: AbortSignal
  readonly milliseconds?: number
}

/**
 * Asks a time-stamping authority by HTTP (RFC 3161, 3.4): one request, one answer of that type, never led elsewhere, over
 * TLS only to whom its certificate names, and no more read than an answer has. Rejects with an Error whose message is one
 * plain sentence, none of it written by whoever answers.
 */
export async function postQuery(
  url: string,
  query: Uint8Array,
  { signal, milliseconds = AUTHORITY_MILLISECONDS }: PostOptions,
): Promise<Uint8Array> {
  return inTime(signal, milliseconds, async (ended) => {
    try {
      return await bodyOf(await post(new URL(url), query, ended))
    } catch (error) {
      if (error instanceof Refused) throw error
      throw new Refused(networkFault(ended.aborted ? ended.reason : error))
    }
  })
}

class Refused extends Error {
  override readonly name = 'Refused'
}

function post(url: URL, query: Uint8Array, signal: AbortSignal): Promise<IncomingMessage> {
  const isSecure = url.protocol === 'https:'
  const headers = {
    'content-type': 'application/timestamp-query',
    accept: 'application/timestamp-reply',
    'content-length': String(query.length),
  }
  // One request an hour: no connection is kept.
  const agent = isSecure
    ? new HttpsAgent({ secureContext: trustedContext(), rejectUnauthorized: true })
    : new HttpAgent()
  return new Promise((resolve, reject) => {
    const request = (isSecure ? httpsRequest : httpRequest)(url, { method: 'POST', agent, headers, signal })
    request.on('response', resolve)
    request.on('error', reject)
    request.end(query)
  })
}

async function bodyOf(answer: IncomingMessage): Promise<Uint8Array> {
  try {
    const { statusCode = 0, headers } = answer
    if (statusCode !== 200) throw new Refused(`it answers with status ${statusCode}`)
    if (!/^application\/timestamp-reply(?:$|;)/i.test(headers['content-type'] ?? ''))
      throw new Refused('it answers with something that is not said to be a time stamp')
    const parts: Buffer[] = []
    let size = 0
    for await (const part of answer as AsyncIterable<Buffer>) {
      size += part.length
      if (size > ANSWER_BYTES_MAX) throw new Refused('it answers with more than a time stamp has')
      parts.push(part)
    }
    return new Uint8Array(Buffer.concat(parts, size))
  } finally {
    answer.destroy()
  }
}
