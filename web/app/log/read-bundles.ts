import { BUNDLES_READ_MAX, type Client } from '@compliance-relay/shared/api'
import { TILE_WIDTH, tilePath } from '@compliance-relay/shared/trail'
import type { StoredBundle } from './log-database.ts'

/** Answers asked for ahead, of some megabytes each: while one is taken in, the next ones are on their way. */
const ASKED_AT_ONCE = 3

export type GivenBundle = Pick<StoredBundle, 'index' | 'width' | 'bytes'>

interface Asked {
  readonly from: number
  readonly count: number
  readonly answer: Promise<Uint8Array>
}

/**
 * The bundles of a trail of `size` entries from number `from` on, in order, the last of them perhaps not full: as a relay
 * gives them, with nothing checked but that there is something. Rejects with what the client says.
 */
export async function* bundlesFrom(
  client: Client,
  trail: string,
  from: number,
  size: number,
): AsyncGenerator<GivenBundle> {
  const full = Math.floor(size / TILE_WIDTH)
  const asked: Asked[] = []
  let next = from
  const ask = (at: number, count: number): Asked => {
    const query = { from: String(at), limit: String(count) }
    const answer = given(client.read('readBundles', { trail, query }))
    // One that fails is met when its turn comes; until then it is nobody's.
    answer.catch(() => undefined)
    return { from: at, count, answer }
  }
  const askAhead = () => {
    while (next < full && asked.length < ASKED_AT_ONCE) {
      const count = Math.min(BUNDLES_READ_MAX, full - next)
      asked.push(ask(next, count))
      next += count
    }
  }
  for (askAhead(); asked.length > 0; askAhead()) {
    const { from: first, count, answer } = asked.shift() as Asked
    const bytes = await answer
    askAhead()
    let [index, start] = [first, 0]
    for (const end of endsOfBundles(bytes, count)) {
      // Bytes of its own: of a part of a buffer a database keeps the whole.
      yield { index: index++, width: TILE_WIDTH, bytes: bytes.slice(start, end) }
      start = end
    }
    // An answer is no longer than some megabytes: what is left of it is asked for before all else.
    if (index < first + count) asked.unshift(ask(index, first + count - index))
  }
  const width = size - full * TILE_WIDTH
  if (width === 0 || from > full) return
  const tile = tilePath({ level: 'entries', index: full, width }).slice('tile/entries/'.length)
  yield { index: full, width, bytes: await given(client.read('readEntries', { trail, tile })) }
}

/** Where each bundle ends; of the last, if that is cut short or there are more than `count`, all that is there is its own. */
function endsOfBundles(bytes: Uint8Array, count: number): number[] {
  const ends: number[] = []
  let at = 0
  for (let entries = 1; at < bytes.length && ends.length < count; entries++) {
    at += 2 + (((bytes[at] as number) << 8) | (bytes[at + 1] ?? 0))
    if (entries % TILE_WIDTH === 0 || at >= bytes.length) ends.push(at)
  }
  if (at < bytes.length) ends[ends.length - 1] = bytes.length
  return ends
}

async function given(reading: ReturnType<Client['read']>): Promise<Uint8Array> {
  const { bytes } = await reading
  if (bytes === undefined || bytes.length === 0) throw new Error('an empty answer')
  return bytes
}
