import { Problem, type TrailView } from '../../api/index.ts'
import type { TrailReader } from '../reading/trail-reader.ts'
import { FeedPage } from './feed-page.ts'
import type { FeedScope } from './feed-scope.ts'

export const FEED_RECORDS_MAX = 1_000
export const FEED_BYTES_MAX = 1_048_576
export const FEED_WAIT_SECONDS_MAX = 30
/** Looked at for one answer, whatever of it is given. */
const LOOKED_AT_MAX = 10_000
const ROWS_AT_ONCE = 500
/** Waiting at a time, of one session or token and in all: a quarter of the connections a relay has. */
export const WAITING_PER_HOLDER_MAX = 2
export const WAITING_MAX = 16

export interface FeedOptions {
  readonly trails: TrailReader
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Does something once after so long, unless it is told not to. */
  readonly later: (milliseconds: number, work: () => void) => () => void
}

export interface FeedAsked {
  /** A cursor that was given before; undefined: from the first record of the oldest trail. */
  readonly after: string | undefined
  readonly limit: number
  readonly waitSeconds: number
}

/** Who reads: what they may have, and whether they still may. */
export interface FeedHolder {
  /** Of their session or token. */
  readonly id: string
  readonly scope: FeedScope
  readonly stillMay: () => boolean
}

/** How far a reader has come: so many entries of that trail. */
export interface Position {
  readonly trail: string
  readonly next: number
}

/**
 * The records of all trails of a relay in one line, from the oldest to the one written to, no further than the newest
 * checkpoint of each. Where a trail ends and another was begun, the feed goes over and says so; what is missing or cannot
 * be read, it says, too. What is not in a reader's scope moves their cursor all the same.
 */
export class Feed {
  readonly #options: FeedOptions
  readonly #waiting = new Map<() => void, string>()
  #isClosed = false

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** Lines of JSON; none if there is nothing new. Throws `Problem`. */
  async read(
    { after, limit, waitSeconds }: FeedAsked,
    holder: FeedHolder,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { now } = this.#options
    const until = now() + waitSeconds * 1_000
    const page = new FeedPage(holder.scope, {
      records: limit,
      bytes: FEED_BYTES_MAX,
      lookedAt: LOOKED_AT_MAX,
    })
    let at = this.#positionOf(after)
    for (;;) {
      at = await this.#fill(page, at)
      const left = until - now()
      if (page.hasSomething || page.isFull || left <= 0 || this.#isClosed || signal.aborted) break
      await this.#news(left, holder, signal)
      if (!holder.stillMay()) throw new Problem('unauthenticated')
    }
    return page.bytesUpTo(at)
  }

  /** A checkpoint was signed. */
  grown(): void {
    for (const wake of this.#waiting.keys()) wake()
  }

  /** Answers all who wait: the relay stops. */
  close(): void {
    this.#isClosed = true
    this.grown()
  }

  #positionOf(cursor: string | undefined): Position {
    const trails = this.#options.trails.list()
    if (cursor === undefined) return { trail: trails[0]?.id ?? '', next: 0 }
    const [, trail = '', next = ''] = /^([0-9a-f]{16})\.(0|[1-9][0-9]{0,14})$/.exec(cursor) ?? []
    const known = trails.find(({ id }) => id === trail)
    // Beyond the end is nowhere either: an older copy was put back, and waiting there would pass over what comes now.
    if (known === undefined || Number(next) > known.size) throw new Problem('cursor-unknown')
    return { trail, next: Number(next) }
  }

  async #fill(page: FeedPage, from: Position): Promise<Position> {
    const trails = this.#options.trails.list()
    let at = from
    for (;;) {
      const index = trails.findIndex(({ id }) => id === at.trail)
      const trail = trails[index]
      if (trail === undefined) return at
      at = await this.#fillFrom(page, trail, at)
      const following = trails[index + 1]
      if (page.isFull || following === undefined) return at
      const over = { trail: following.id, next: 0 }
      if (!page.addChange(over, trail, following)) return at
      at = over
    }
  }

  async #fillFrom(page: FeedPage, trail: TrailView, from: Position): Promise<Position> {
    let at = from
    const lineAt = (seq: number) => this.#options.trails.rows(trail, seq, seq + 1)[0]?.line
    while (at.next < trail.size && !page.isFull) {
      const until = Math.min(trail.size, at.next + ROWS_AT_ONCE)
      for (const { seq, line } of this.#options.trails.rows(trail, at.next, until)) {
        if (seq > at.next && !page.addMissing(trail, at.next, seq)) return at
        if (!page.look(trail, seq, line, lineAt)) return { trail: trail.id, next: seq }
        at = { trail: trail.id, next: seq + 1 }
      }
      if (at.next < until) {
        if (page.isFull || !page.addMissing(trail, at.next, until)) return at
        at = { trail: trail.id, next: until }
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    return at
  }

  /** Until something was signed, the time is over, or whoever waits is gone. Throws `Problem` `streams-full`. */
  #news(milliseconds: number, { id }: FeedHolder, signal: AbortSignal): Promise<void> {
    const own = [...this.#waiting.values()].filter((one) => one === id)
    if (own.length >= WAITING_PER_HOLDER_MAX || this.#waiting.size >= WAITING_MAX)
      throw new Problem('streams-full')
    return new Promise((resolve) => {
      const wake = () => {
        cancel()
        signal.removeEventListener('abort', wake)
        this.#waiting.delete(wake)
        resolve()
      }
      const cancel = this.#options.later(milliseconds, wake)
      signal.addEventListener('abort', wake)
      this.#waiting.set(wake, id)
    })
  }
}
