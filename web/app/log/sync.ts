import type { Client } from '@compliance-relay/shared/api'
import { Problem } from '@compliance-relay/shared/api'
import type { Log } from './log.ts'

/** How it stands between this device and its relay. Nothing here asks the browser whether it is online: it may say yes with the relay gone. */
export interface SyncStanding {
  /**
   * - `none`: nobody is signed in here, so nothing is asked; `follows`: another tab asks;
   * - `asks`: an answer is waited for; `current`: asked, and waiting for news; `waits`: for the next try.
   */
  readonly phase: 'none' | 'follows' | 'asks' | 'current' | 'waits'
  /** Last answer of the relay by this device's clock, in milliseconds; 0: none since the app was opened. */
  readonly contact: number
  /** Since when there has been no answer; null while there is. */
  readonly offlineSince: number | null
  /** Why the last try came to nothing: in words; null if it did not. */
  readonly fault: string | null
}

/** News is waited for so long, then it is asked all the same. */
const ASK_AT_LEAST_MILLISECONDS = 30_000
/** A stream that has said nothing for so long is a dead one: the relay says something every 15 seconds. */
const SILENCE_MILLISECONDS = 35_000
/** After a stream that spoke and broke off: the relay went away, or was started anew. */
const BROKEN_MILLISECONDS = 2_000
const BACKOFF_MILLISECONDS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]

export interface SyncOptions {
  readonly log: Log
  readonly now: () => number
  readonly onStanding: (standing: SyncStanding) => void
  readonly onRecords: () => void
  /** Gives what waits on this device. Rejects with what the client says; then records are asked for all the same. */
  readonly give: (client: Client) => Promise<void>
  /** The session is no more. */
  readonly onSignedOut: () => void
  /** Between 0 and 1. */
  readonly random: () => number
}

/** Asks again and again, as long as somebody is signed in: one at a time, in one tab of a device. */
export class Sync {
  readonly #options: SyncOptions
  #standing: SyncStanding = { phase: 'none', contact: 0, offlineSince: null, fault: null }
  #stop = new AbortController()
  #wake: () => void = () => undefined
  /** It was wanted while something else was asked: then there is no pause after that. */
  #isWanted = false

  constructor(options: SyncOptions) {
    this.#options = options
  }

  get standing(): SyncStanding {
    return this.#standing
  }

  /** Runs until `end`. */
  async run(client: Client): Promise<void> {
    this.#stop = new AbortController()
    const { signal } = this.#stop
    let failures = 0
    while (!signal.aborted) {
      try {
        this.#say({ phase: 'asks' })
        this.#isWanted = false
        // First, and whatever comes of it: a device with no room for records has to get rid of its signatures all the same.
        const given = await settled(this.#options.give(client))
        if (signal.aborted) break
        await this.#options.log.pull(client, this.#options.onRecords)
        if (signal.aborted) break
        if (given.status === 'rejected') throw given.reason
        failures = 0
        this.#say({ phase: 'current', contact: this.#options.now(), offlineSince: null, fault: null })
        await this.#news(client, signal)
      } catch (error) {
        if (signal.aborted) break
        if (
          error instanceof Problem &&
          (error.code === 'unauthenticated' || error.code === 'password-change-needed')
        ) {
          this.#options.onSignedOut()
          break
        }
        await this.#wait(error, failures++, signal)
      }
    }
    this.#say({ phase: 'none' })
  }

  follow(): void {
    this.#say({ phase: 'follows' })
  }

  /** How it stands with the tab that asks, which this one follows. */
  heard({ contact, offlineSince, fault }: SyncStanding): void {
    if (this.#standing.phase === 'follows') this.#say({ contact, offlineSince, fault })
  }

  /** Asks at once: somebody came back to the page, or pressed a button. */
  wake(): void {
    this.#isWanted = true
    this.#wake()
  }

  end(): void {
    this.#stop.abort()
    this.#wake()
  }

  async #wait(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
    const answered = error instanceof Problem
    const asked = answered ? error.details.retryAfterSeconds : undefined
    const now = this.#options.now()
    this.#say({
      phase: 'waits',
      fault: error instanceof Error ? error.message : String(error),
      ...(answered
        ? { contact: now, offlineSince: null }
        : { offlineSince: this.#standing.offlineSince ?? (this.#standing.contact || now) }),
    })
    const most = BACKOFF_MILLISECONDS[Math.min(failures, BACKOFF_MILLISECONDS.length - 1)] ?? 60_000
    // Full jitter: a hundred tablets that lost one server do not come back in step.
    await this.#pause(
      asked === undefined ? most * (0.2 + 0.8 * this.#options.random()) : asked * 1_000,
      signal,
    )
  }

  /** Until the relay says that a trail has grown, or has not been heard for too long. */
  async #news(client: Client, signal: AbortSignal): Promise<void> {
    const written = this.#options.log.standing().find(({ isWritten }) => isWritten)
    const timer = this.#pause(ASK_AT_LEAST_MILLISECONDS, signal)
    if (written === undefined) return timer
    const listening = new AbortController()
    const heard = this.#listen(client, written.id, written.size, listening)
    try {
      await Promise.race([timer, heard])
    } finally {
      listening.abort()
    }
  }

  /**
   * Resolves once a size above the one known is said, or a while after a stream has broken off. One that never spoke may have
   * something in between that keeps it back: then it is left to the timer.
   */
  async #listen(client: Client, trail: string, size: number, listening: AbortController): Promise<void> {
    let watchdog = 0
    let hasSpoken = false
    const restart = () => {
      clearTimeout(watchdog)
      watchdog = Number(setTimeout(() => listening.abort(), SILENCE_MILLISECONDS))
    }
    try {
      restart()
      const stream = await client.listen('listenToTrail', { trail }, listening.signal)
      let text = ''
      const decoder = new TextDecoder()
      for await (const piece of stream as unknown as AsyncIterable<Uint8Array>) {
        restart()
        hasSpoken = true
        text += decoder.decode(piece, { stream: true })
        const events = text.split('\n\n')
        text = events.pop() ?? ''
        if (events.some((event) => sizeIn(event) > size)) return
      }
    } catch (error) {
      if (error instanceof Problem && error.code === 'unauthenticated') throw error
    } finally {
      clearTimeout(watchdog)
    }
    await new Promise<void>((resolve) => {
      listening.signal.addEventListener('abort', () => resolve(), { once: true })
      if (hasSpoken) setTimeout(resolve, BROKEN_MILLISECONDS * (0.5 + this.#options.random()))
    })
  }

  #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#isWanted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #say(more: Partial<SyncStanding>): void {
    this.#standing = { ...this.#standing, ...more }
    this.#options.onStanding(this.#standing)
  }
}

function sizeIn(event: string): number {
  const data = /^data: ?(.*)$/m.exec(event)?.[1] ?? ''
  const size = Number(/\d+/.exec(data)?.[0])
  return Number.isSafeInteger(size) ? size : 0
}

async function settled(work: Promise<void>): Promise<PromiseSettledResult<void>> {
  const [result] = await Promise.allSettled([work])
  return result
}
