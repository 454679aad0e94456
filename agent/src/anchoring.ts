import { NotaryUnreachable } from '@compliance-relay/shared/keeping'
import { messageOf } from './error-message.ts'
import type { NotaryQueue } from './notary-queue.ts'
import { type Publisher, TrailForked } from './publisher.ts'
import type { RelayStatus } from './status.ts'
import { timestamp } from './time-text.ts'
import { LATE, within } from './within.ts'

/**
 * With what signing takes, the notary has every record a second after it is durable. Sooner, a burst of ten thousand
 * files would be read back while it is being recorded.
 */
const PUBLISH_MILLISECONDS = 800
/** A notary that has not answered for so long is said to be unreachable; its answer is still waited for. */
const SILENT_MILLISECONDS = 20_000
/** How long a stop waits for the notary: it is given what it lacks after the next start. */
const AT_STOP_MILLISECONDS = 10_000
const FOREIGN_GIVEN = 100

export interface AnchoringOptions {
  readonly publisher: Publisher
  readonly notary: NotaryQueue
  readonly wall: () => number
  readonly note: (event: string, details: { readonly [key: string]: unknown }) => void
  /** The notary holds what this trail does not. */
  readonly onForked: (error: TrailForked) => void
}

/**
 * When what is durable is signed and given to the notary, and what is known of the notary meanwhile. Nothing here throws:
 * a notary that is away hinders no record, and what hinders it is state.
 */
export class Anchoring {
  readonly #options: AnchoringOptions
  #publishing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #fault: { readonly since: number; readonly reason: string } | undefined
  /** True once the notary could be asked since the start. */
  #hasAnswered = false
  #unanchoredSince: number | undefined
  #isLooking = false
  #isEnding = false
  #isClosed = false

  constructor(options: AnchoringOptions) {
    this.#options = options
  }

  get isBehind(): boolean {
    return this.#options.publisher.isBehind
  }

  get hasAnswered(): boolean {
    return this.#hasAnswered
  }

  /** Something became durable: it is signed soon, with what comes until then. */
  committed(): void {
    this.#unanchoredSince ??= this.#options.wall()
    if (this.#timer !== undefined || this.#isEnding) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#fault === undefined) void this.publish()
    }, PUBLISH_MILLISECONDS)
  }

  /** Signs and gives to the notary what is to be given. */
  publish(): Promise<void> {
    this.#publishing ??= this.#publishOnce().finally(() => {
      this.#publishing = undefined
    })
    return this.#publishing
  }

  /** What the notary lacks is given again. A call that hangs throws nothing: that it has no answer is said all the same. */
  again(): void {
    if (this.isBehind) void this.publish()
    const { notary } = this.#options
    if (notary.silentMilliseconds > SILENT_MILLISECONDS)
      this.#isAway(`${notary.place} does not answer and is still waited for`, 'notary-unreachable')
  }

  /** Also while there is nothing to give it: that it is gone must not be found out by the next record only. */
  async look(): Promise<void> {
    if (this.#publishing !== undefined || this.isBehind || this.#isLooking) return
    this.#isLooking = true
    await this.#asking(async () => {
      await this.#options.notary.originHashes()
      this.#options.publisher.requireOwn()
    })
    this.#isLooking = false
  }

  /** From now on nothing is signed by itself: a stop comes, and asks for the last one. */
  end(): void {
    this.#isEnding = true
    clearTimeout(this.#timer)
  }

  /** Not longer than a stop may take: what a notary is given late, or after the next start, is not lost. */
  async publishAtStop(): Promise<void> {
    const { notary, note } = this.#options
    if ((await within(this.publish(), AT_STOP_MILLISECONDS)) === LATE)
      note('notary-unreachable', { reason: `${notary.place} does not answer and is not waited for` })
  }

  /** The database is closed: what comes of an answer that nobody waited for any more is for the next start. */
  close(): void {
    this.end()
    this.#isClosed = true
  }

  status(): RelayStatus['notary'] {
    const { notary, publisher } = this.#options
    return {
      place: notary.place,
      ...(this.#fault === undefined
        ? { state: 'reachable' as const }
        : { state: 'unreachable' as const, ...this.#fault }),
      behind: publisher.isBehind,
      foreign: [...publisher.foreign].slice(0, FOREIGN_GIVEN),
      unanchoredSince: this.#unanchoredSince === undefined ? null : timestamp(this.#unanchoredSince),
    }
  }

  #publishOnce(): Promise<void> {
    const { publisher } = this.#options
    return this.#asking(async () => {
      await publisher.publish()
      if (!publisher.isBehind) this.#unanchoredSince = undefined
    })
  }

  async #asking(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      if (this.#fault !== undefined) this.#options.note('notary-back', {})
      this.#fault = undefined
      this.#hasAnswered = true
    } catch (error) {
      if (this.#isClosed) return
      if (error instanceof TrailForked) return this.#options.onForked(error)
      this.#isAway(messageOf(error), error instanceof NotaryUnreachable ? 'notary-unreachable' : 'not-signed')
    }
  }

  #isAway(reason: string, event: 'notary-unreachable' | 'not-signed'): void {
    if (this.#fault?.reason !== reason) this.#options.note(event, { reason })
    this.#fault = { since: this.#fault?.since ?? this.#options.wall(), reason }
  }
}
