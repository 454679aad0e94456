import type { DatabaseSync } from 'node:sqlite'
import type { TimeStampRule } from '@compliance-relay/shared/api'
import { type Notary, NotaryUnreachable } from '@compliance-relay/shared/keeping'
import { messageOf } from '../error-message.ts'
import type { Note } from '../log.ts'
import type { SchemaGuard } from '../schema-guard.ts'
import { inTransaction } from '../sqlite/database.ts'
import { TimeStampStore } from '../sqlite/time-stamp-store.ts'
import { type StoredTrail, TrailStore } from '../sqlite/trail-store.ts'
import { timestamp } from '../time-text.ts'
import { within } from '../within.ts'
import { type AskingOptions, askForTimeStamp, latestOf } from './ask-for-time-stamp.ts'

export interface TimeStamperOptions extends AskingOptions {
  /** Whose time stamps the site has; null: nobody's. */
  readonly rule: () => TimeStampRule | null
  readonly trail: StoredTrail
  readonly database: DatabaseSync
  /** Asked within each transaction. */
  readonly guard: Pick<SchemaGuard, 'require'>
  readonly notary: Pick<Notary, 'putTimeStamp'>
  /** Monotonic, and wall clock, milliseconds. */
  readonly now: () => number
  readonly wall: () => number
  /** How long to wait after so many tries that failed. */
  readonly retryMilliseconds: (tries: number) => number
  readonly note: Note
}

/** How checkpoints are time-stamped, for `relay status`; null where the site has no authority for it. */
export interface TimeStampsStatus {
  readonly authority: string
  /** How often the newest checkpoint gets one. */
  readonly everyMinutes: number
  /** The newest checkpoint with a time stamp, and the time that is proved by it. */
  readonly last: { readonly size: number; readonly time: string } | null
  /** Checkpoints that were to have one and wait for it. */
  readonly owed: number
  readonly fault: { readonly since: string; readonly says: string; readonly tries: number } | null
}

/** Of an outage so many are stamped afterwards: six weeks of them, if one an hour is. */
const OWED_MAX = 1_000
/** How long an export waits for its stamp: then it goes without. */
const EXPORT_MILLISECONDS = 20_000

interface Fault {
  readonly since: number
  readonly says: string
  readonly tries: number
  readonly again: number
}

/**
 * Has the relay's checkpoints time-stamped: the newest once in a while, as the rule says, and when an export is
 * made. It waits for nobody and
 * nobody waits for it: what cannot be stamped now is stamped later, the newest first, and says the later time. A stamp is
 * stored here before the notary has it, and only once all of it was verified.
 */
export class TimeStamper {
  readonly #options: TimeStamperOptions
  readonly #store: TimeStampStore
  readonly #checkpoints: TrailStore
  readonly #ended = new AbortController()
  #rule: TimeStampRule | null = null
  #fault: Fault | undefined
  #working: Promise<void> | undefined
  #last: TimeStampsStatus['last'] = null
  #isLastKnown = false

  constructor(options: TimeStamperOptions) {
    this.#options = options
    this.#store = new TimeStampStore(options.database)
    this.#checkpoints = new TrailStore(options.database)
  }

  /** Begins whatever is to be done now. Never throws; what hinders it is state. */
  look(): void {
    if (this.#working !== undefined || this.#ended.signal.aborted) return
    this.#working = this.#work(false).finally(() => {
      this.#working = undefined
    })
  }

  /** The newest checkpoint, now, for an export. Says what came of it, for people; undefined where none are asked for. */
  async stampNow(): Promise<string | undefined> {
    await within(this.#working ?? Promise.resolve(), EXPORT_MILLISECONDS)
    if (this.#options.rule() === null || this.#ended.signal.aborted) return undefined
    if (this.#working !== undefined) return 'the last request for one has not been answered yet'
    this.#working = this.#work(true).finally(() => {
      this.#working = undefined
    })
    await within(this.#working, EXPORT_MILLISECONDS)
    return this.#fault?.says ?? 'stamped'
  }

  status(): TimeStampsStatus | null {
    const rule = this.#options.rule()
    if (rule === null) return null
    const { since, says, tries } = this.#fault ?? { since: 0, says: '', tries: 0 }
    return {
      authority: rule.url,
      everyMinutes: rule.everyMinutes,
      last: this.#last,
      owed: this.#store.owed(this.#options.trail.id, OWED_MAX).length,
      fault: this.#fault === undefined ? null : { since: timestamp(since), says, tries },
    }
  }

  close(): void {
    this.#ended.abort()
  }

  async #work(isForExport: boolean): Promise<void> {
    try {
      const rule = this.#options.rule()
      // Another authority is asked at once.
      if (JSON.stringify(rule) !== JSON.stringify(this.#rule)) this.#fault = undefined
      this.#rule = rule
      if (rule !== null) await this.#stampAll(rule, isForExport)
      await this.#give()
    } catch (error) {
      // A notary that is away is said elsewhere; what the disk does not take now, it takes later.
      if (!(error instanceof NotaryUnreachable || this.#ended.signal.aborted)) this.#failed(messageOf(error))
    }
  }

  async #stampAll(rule: TimeStampRule, isForExport: boolean): Promise<void> {
    const { trail, now } = this.#options
    await this.#lookUpLast()
    this.#becomeDue(rule, isForExport)
    if (!isForExport && this.#fault !== undefined && now() < this.#fault.again) return
    for (;;) {
      const [size] = this.#store.owed(trail.id, 1)
      if (size === undefined || this.#ended.signal.aborted) return
      const note = this.#checkpoints.checkpoint(trail.id, size)?.note
      if (note === undefined) throw new Error(`the checkpoint of ${size} records is not there`)
      try {
        const { answer, latest } = await askForTimeStamp(rule, note, this.#options, this.#ended.signal)
        if (this.#ended.signal.aborted) return
        this.#commit(() => this.#store.setAnswer(trail.id, size, answer))
        if (this.#last === null || this.#last.size < size) this.#last = { size, time: timestamp(latest) }
        this.#fault = undefined
      } catch (error) {
        if (!this.#ended.signal.aborted) this.#failed(messageOf(error))
        return
      }
    }
  }

  /** The newest that the notary holds: a stamp lies beside its checkpoint, and what is in it contains all that was before. */
  #becomeDue({ everyMinutes }: TimeStampRule, isForExport: boolean): void {
    const { trail, wall } = this.#options
    const newest = this.#checkpoints.lastNotarised(trail.id)?.size
    if (newest === undefined) return
    const last = this.#store.last(trail.id)
    const isDue = last === undefined || Math.abs(wall() - Date.parse(last.due)) >= everyMinutes * 60_000
    if (!(isDue || isForExport) || (last !== undefined && last.size >= newest)) return
    this.#commit(() => {
      this.#store.addDue(trail.id, newest, timestamp(wall()))
      this.#store.keepOwed(trail.id, OWED_MAX)
    })
  }

  async #give(): Promise<void> {
    const { trail, notary, wall, note } = this.#options
    for (const { size, answer } of this.#store.notGiven(trail.id, OWED_MAX)) {
      const { state } = await notary.putTimeStamp(trail.origin, size, answer)
      if (this.#ended.signal.aborted) return
      // Whoever reads it finds what it is worth, and ours is in every export.
      if (state === 'differs') note('time-stamp-differs', { size })
      this.#commit(() => this.#store.setGiven(trail.id, size, timestamp(wall())))
    }
  }

  /** What is known from before this start. */
  async #lookUpLast(): Promise<void> {
    if (this.#isLastKnown) return
    this.#isLastKnown = true
    const stored = this.#store.lastStamped(this.#options.trail.id)
    const latest = stored && (await latestOf(stored.answer))
    if (stored !== undefined && latest !== undefined)
      this.#last = { size: stored.size, time: timestamp(latest) }
  }

  #failed(says: string): void {
    const { now, wall, retryMilliseconds, note } = this.#options
    const before = this.#fault
    if (before?.says !== says) note('not-time-stamped', { says })
    const tries = (before?.tries ?? 0) + 1
    const again = now() + retryMilliseconds(tries)
    this.#fault = { since: before?.since ?? wall(), says, tries, again }
  }

  #commit(work: () => void): void {
    const { database, guard } = this.#options
    inTransaction(database, () => {
      guard.require()
      work()
    })
  }
}
