import { type Client, createClient, type Fetch } from '@compliance-relay/shared/api'

/** An answer that has not begun by then is none: a relay answers in milliseconds, a dead connection never. */
const ANSWER_MILLISECONDS = 20_000

/** The relay this app came from. There is no other address: one origin a deployment. */
export function relayClient(token: () => string | undefined, milliseconds = ANSWER_MILLISECONDS): Client {
  return createClient(location.origin, fetchWithin(milliseconds), token)
}

const fetchWithin =
  (milliseconds: number): Fetch =>
  async (url, init) => {
    const waiting = new AbortController()
    const timer = setTimeout(() => waiting.abort(new Error('the relay does not answer')), milliseconds)
    const signal = init.signal === undefined ? waiting.signal : AbortSignal.any([waiting.signal, init.signal])
    try {
      return await fetch(url, { ...init, signal })
    } finally {
      clearTimeout(timer)
    }
  }
