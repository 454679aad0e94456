import type { Client, Fetch } from '@compliance-relay/shared/api'

/** An answer that has not begun by then is none: a relay answers in milliseconds, a dead connection never. */
const ANSWER_MILLISECONDS = 20_000

/**
 * The relay this app came from. There is no other address: one origin a deployment. What it takes to ask is loaded when
 * something is asked first: nothing that is on the device waits for it.
 */
export function relayClient(token: () => string | undefined, milliseconds = ANSWER_MILLISECONDS): Client {
  let made: Promise<Client> | undefined
  const client = () => {
    made ??= import('./create-client.ts').then(({ createClient }) =>
      createClient(location.origin, fetchWithin(milliseconds), token),
    )
    // One that could not be loaded is loaded again when something is asked again.
    made.catch(() => {
      made = undefined
    })
    return made
  }
  return {
    call: async (name, asked) => (await client()).call(name, asked),
    read: async (name, asked, etag) => (await client()).read(name, asked, etag),
    listen: async (name, asked, signal) => (await client()).listen(name, asked, signal),
  }
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
