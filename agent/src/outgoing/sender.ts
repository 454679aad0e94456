import type { DeliveryState, Subscription, TestOutcome } from '@compliance-relay/shared/relay'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import { messageOf } from '../error-message.ts'
import { timestamp } from '../time-text.ts'
import type { Cursor } from './cursor.ts'
import { type Carrier, messageOfLine, type Outcome, type RecordMessage } from './message.ts'
import { Waiting } from './waiting.ts'

export interface SenderOptions {
  readonly subscription: Subscription
  readonly cursor: Cursor
  /** Committed lines of the trail, and how many there are. */
  readonly lines: (
    from: number,
    until: number,
  ) => Iterable<{ readonly seq: number; readonly line: Uint8Array }>
  readonly size: () => number
  /** A committed record of it; undefined if it is not there, or none. */
  readonly recordAt: (seq: number) => TrailRecord | undefined
  /** What brings messages there. Throws an Error whose message is one plain sentence while it cannot be made. */
  readonly open: () => Promise<Carrier>
  /** Has a cursor made durable, soon. */
  readonly save: (cursor: Cursor) => void
  /** The receiver is gone for good. Resolves when that is recorded, or cannot be. */
  readonly onGone: (says: string) => Promise<void>
  readonly onFault: (says: string) => void
  readonly retryMilliseconds: (tries: number, askedSeconds: number | undefined) => number
  /** True while much is captured: that goes before. */
  readonly isBusy: () => boolean
  /** Monotonic, and wall clock, milliseconds. */
  readonly now: () => number
  readonly wall: () => number
  /** A random name for a test. */
  readonly name: () => string
}

export interface SenderState extends DeliveryState {
  /** Nothing has arrived for so long, or nothing can without somebody seeing to it. */
  readonly isOverdue: boolean
}

interface Fault {
  readonly since: number
  readonly sinceNow: number
  readonly says: string
  readonly tries: number
  /** Waiting alone does not help. */
  readonly isLasting: boolean
}

/** Lines looked at before others have their turn. */
const LINES_AT_ONCE = 50
/** So many looked up for one of them, and the others have theirs at once. */
const LOOKED_UP_AT_ONCE = 200
const BUSY_MILLISECONDS = 25
/** While much is sent, the cursor is not made durable each time: what a kill costs is sent again. */
const SAVE_MILLISECONDS = 1_000
const PASSED_OVER_MAX = 1_000
const OVERDUE_MILLISECONDS = 10 * 60_000
/** How often it is tried to make a carrier that could not be made. */
const REOPEN_MILLISECONDS = 60_000
/** What is over is tried for so long, for the record of its end. */
const LAST_WORD_MILLISECONDS = 60_000

/**
 * Sends one subscription what it asks for: in the order of the trail, one at a time, each until it has arrived. It
 * reads what is committed; while there is nothing new, or a receiver is waited for, it does nothing at all.
 */
export class Sender {
  readonly #options: SenderOptions
  readonly #ended = new AbortController()
  #carrier: Carrier | undefined
  #next: number
  #delivered: string
  #savedNext: number
  #savedAt = Number.NEGATIVE_INFINITY
  /** Lines read next: one where the last was asked for, many where they are passed over. */
  #step = 1
  /** Something was delivered since. */
  #isNews = false
  #fault: Fault | undefined
  /** Undefined while it is at work. */
  #wake: ((why: 'records' | 'again') => void) | undefined
  #resting: (() => void)[] = []
  #turn: Promise<unknown> = Promise.resolve()
  /** Records from this one on are not sent: the subscription is over. */
  #until: number | undefined
  readonly #waiting: Waiting
  readonly #work: Promise<void>

  constructor(options: SenderOptions) {
    this.#options = options
    this.#next = options.cursor.next
    this.#savedNext = options.cursor.next
    this.#delivered = options.cursor.delivered
    this.#waiting = new Waiting(options)
    this.#work = this.#run()
  }

  /** There may be new records. */
  wake(): void {
    this.#wake?.('records')
  }

  /** The subscription has ended, by that record: it is the last. */
  endAt(seq: number): void {
    if (this.#until !== undefined) return
    this.#until = seq + 1
    const timer = setTimeout(() => this.close(), LAST_WORD_MILLISECONDS)
    this.#ended.signal.addEventListener('abort', () => clearTimeout(timer))
    this.#wake?.('again')
  }

  /** One message that is no record, at once. If it arrives, what waits is tried again. */
  async test(subscription: string): Promise<TestOutcome> {
    const { name, wall } = this.#options
    const message = { test: name(), subscription, time: timestamp(wall()) }
    const { state, says } = await this.#send(message)
    if (state === 'delivered') this.#wake?.('again')
    return { delivered: state === 'delivered', says }
  }

  state(): SenderState {
    const fault = this.#fault
    return {
      next: this.#next,
      behind: this.#waiting.count(this.#next, this.#options.size()),
      lastDelivery: this.#delivered === '' ? null : this.#delivered,
      fault:
        fault === undefined ? null : { since: timestamp(fault.since), says: fault.says, tries: fault.tries },
      isOverdue:
        fault !== undefined &&
        (fault.isLasting || this.#options.now() - fault.sinceNow >= OVERDUE_MILLISECONDS),
    }
  }

  /** Resolves when all that is there was sent, or a receiver that does not take it would have to be waited for. */
  finish(): Promise<void> {
    if (this.#wake !== undefined || this.#ended.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => this.#resting.push(resolve))
  }

  /** Ends it at once, also a request on its way. */
  close(): void {
    if (this.#ended.signal.aborted) return
    this.#saveNow()
    this.#ended.abort()
    this.#wake?.('again')
    this.#rest()
    this.#carrier?.close()
  }

  /** For whoever has to know that nothing is read any more. */
  get ended(): Promise<void> {
    return this.#work
  }

  async #run(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const found = this.#find()
      if (found === 'more') await this.#giveWay()
      else if (found === 'none') {
        if (this.#until !== undefined && this.#next >= this.#until) return this.close()
        if (this.#isWorthSaving) this.#saveNow()
        await this.#sleep(undefined)
      } else if (found instanceof Error) await this.#failed({ state: 'failed', says: found.message })
      else await this.#deliver(found)
    }
  }

  async #deliver(message: RecordMessage): Promise<void> {
    const outcome = await this.#send(message)
    if (this.#ended.signal.aborted) return
    if (outcome.state === 'failed') return this.#failed(outcome, message)
    if (outcome.state === 'gone') {
      await this.#options.onGone(outcome.says)
      // Recorded, it is over by now. If not, it is asked again, for that record is still to be made.
      return this.#failed({ state: 'failed', says: outcome.says }, message)
    }
    this.#fault = undefined
    this.#step = 1
    this.#next = message.record.seq + 1
    this.#delivered = timestamp(this.#options.wall())
    this.#isNews = true
    if (this.#options.now() - this.#savedAt >= SAVE_MILLISECONDS) this.#saveNow()
    await this.#giveWay()
  }

  /** Others have their turn; while much is captured, for longer. */
  #giveWay(): Promise<void> {
    if (this.#options.isBusy()) return new Promise((resolve) => setTimeout(resolve, BUSY_MILLISECONDS))
    return new Promise((resolve) => setImmediate(resolve))
  }

  /** What is next, past what is not asked for. */
  #find(): RecordMessage | 'more' | 'none' | Error {
    const { subscription, lines, size, recordAt } = this.#options
    const end = Math.min(size(), this.#until ?? Number.MAX_SAFE_INTEGER)
    const until = Math.min(this.#next + this.#step, end)
    try {
      for (const { seq, line } of lines(this.#next, until)) {
        // A line that is missing was taken out while the relay runs: what follows is not sent as if nothing were.
        if (seq !== this.#next) return new Error(`record ${this.#next} cannot be read`)
        const { message, lookedAt } = messageOfLine(line, subscription, recordAt)
        if (message !== undefined) return message
        this.#next = seq + 1
        if (lookedAt >= LOOKED_UP_AT_ONCE) return 'more'
      }
    } catch (error) {
      return new Error(`record ${this.#next} cannot be read: ${messageOf(error)}`)
    }
    if (this.#next < until) return new Error(`record ${this.#next} cannot be read`)
    this.#step = LINES_AT_ONCE
    return this.#next < end ? 'more' : 'none'
  }

  /** One at a time, a test like a record. */
  #send(message: Parameters<Carrier['send']>[0]): Promise<Outcome & { readonly isLasting?: boolean }> {
    const work = this.#turn.then(() => this.#sendNow(message))
    this.#turn = work
    return work
  }

  async #sendNow(
    message: Parameters<Carrier['send']>[0],
  ): Promise<Outcome & { readonly isLasting?: boolean }> {
    if (this.#ended.signal.aborted) return { state: 'failed', says: 'it is over' }
    try {
      this.#carrier ??= await this.#options.open()
    } catch (error) {
      return {
        state: 'failed',
        says: messageOf(error),
        retryAfterSeconds: REOPEN_MILLISECONDS / 1_000,
        isLasting: true,
      }
    }
    return this.#carrier.send(message, this.#ended.signal)
  }

  async #failed(
    outcome: Extract<Outcome, { state: 'failed' }> & { readonly isLasting?: boolean },
    message?: RecordMessage,
  ): Promise<void> {
    const { now, wall, onFault, retryMilliseconds } = this.#options
    const before = this.#fault
    const { says, isLasting = false, retryAfterSeconds } = outcome
    if (before?.says !== says) onFault(says)
    const tries = (before?.tries ?? 0) + 1
    const since = message === undefined ? wall() : this.#waitsSince(message)
    this.#fault = {
      since: before?.since ?? since,
      sinceNow: before?.sinceNow ?? now() - (wall() - since),
      says,
      tries,
      isLasting,
    }
    if (this.#isWorthSaving) this.#saveNow()
    await this.#sleep(retryMilliseconds(tries, retryAfterSeconds))
  }

  /**
   * Since when nothing has arrived that was to: also before this start, for nobody's waiting begins anew with a relay. By
   * the record it is about, what was delivered last, and the record that says where to begin.
   */
  #waitsSince({ record }: RecordMessage): number {
    const { subscription, wall } = this.#options
    const times = [record.time, this.#delivered, this.#timeOf(subscription.said)]
    return Math.min(wall(), Math.max(...times.map((time) => Date.parse(time) || 0)))
  }

  /** Empty of a record that cannot be read: that is said where it is to be sent. */
  #timeOf(seq: number): string {
    try {
      return this.#options.recordAt(seq)?.time ?? ''
    } catch {
      return ''
    }
  }

  /** Until there is something new; or, with a time, until that is over or there is reason to try before. */
  #sleep(milliseconds: number | undefined): Promise<void> {
    this.#rest()
    return new Promise((resolve) => {
      const timer =
        milliseconds === undefined ? undefined : setTimeout(() => this.#wake?.('again'), milliseconds)
      this.#wake = (why) => {
        if (why === 'records' && milliseconds !== undefined) return
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
      if (this.#ended.signal.aborted) this.#wake('again')
    })
  }

  #rest(): void {
    for (const resolve of this.#resting.splice(0)) resolve()
  }

  /** What was only passed over is passed over again after a kill: no commit is made for that, until it is much. */
  get #isWorthSaving(): boolean {
    return this.#isNews || this.#next - this.#savedNext >= PASSED_OVER_MAX
  }

  #saveNow(): void {
    if (this.#next === this.#savedNext) return
    this.#isNews = false
    this.#savedNext = this.#next
    this.#savedAt = this.#options.now()
    this.#options.save({ next: this.#next, delivered: this.#delivered })
  }
}
