import type { DatabaseSync } from 'node:sqlite'
import {
  type Deliveries,
  type DeliveryState,
  destinationText,
  readSubscriptionSecret,
  type SecretStore,
  type Subscription,
  type SubscriptionBook,
  type TestOutcome,
} from '@compliance-relay/shared/relay'
import type { Actor, MacKey } from '@compliance-relay/shared/trail'
import type { Recorder } from '../capture/recorder.ts'
import type { Note } from '../log.ts'
import { CursorStore } from '../sqlite/cursor-store.ts'
import { readRecordIn, type StoredTrail, type TrailStore } from '../sqlite/trail-store.ts'
import { timestamp } from '../time-text.ts'
import { within } from '../within.ts'
import { type Cursor, findCursor, sealed } from './cursor.ts'
import type { Carrier } from './message.ts'
import { Sender, type SenderState } from './sender.ts'
import { Syslog } from './syslog.ts'
import { Webhook } from './webhook.ts'

export interface OutgoingOptions {
  readonly book: SubscriptionBook
  readonly secrets: SecretStore
  readonly database: DatabaseSync
  /** Committed lines, each held against its seal as it is read: see `WrittenLines`. */
  readonly lines: TrailStore
  readonly trail: StoredTrail
  readonly key: MacKey
  readonly recorder: Pick<Recorder, 'add'>
  /** The relay itself as an actor. */
  readonly relay: Actor
  readonly version: string
  /** A receiver says that it is gone for good: that is to be recorded. */
  readonly onGone: (id: string) => Promise<void>
  /** Monotonic, and wall clock, milliseconds. */
  readonly now: () => number
  readonly wall: () => number
  /** How long to wait after so many tries that failed: see `retry`. */
  readonly retryMilliseconds: (tries: number, askedSeconds: number | undefined) => number
  /** True while much is captured. */
  readonly isBusy: () => boolean
  /** A random name. */
  readonly name: () => string
  readonly note: Note
}

/** How a subscription is served, for `relay status`. */
export interface OutgoingStatus extends SenderState {
  readonly subscription: string
  readonly what: Subscription['what']
  readonly to: string
}

/** Records that come one after the other are looked for once. */
const WAKE_MILLISECONDS = 100

/** Everything that leaves the relay by itself: a sender for each subscription of its trail. */
export class Outgoing implements Deliveries {
  readonly #options: OutgoingOptions
  readonly #lines: TrailStore
  readonly #cursors: CursorStore
  readonly #senders = new Map<string, { readonly said: number; readonly sender: Sender }>()
  /** The newest cursor of each that is not durable yet. */
  readonly #unsaved = new Map<string, () => void>()
  #waking: NodeJS.Timeout | undefined
  #state: 'not started' | 'at work' | 'closed' = 'not started'

  constructor(options: OutgoingOptions) {
    this.#options = options
    this.#lines = options.lines
    this.#cursors = new CursorStore(options.database)
  }

  start(): void {
    if (this.#state !== 'not started') return
    this.#state = 'at work'
    for (const subscription of this.#options.book.active()) this.#begin(subscription)
  }

  /** Something was recorded. */
  committed(): void {
    if (this.#senders.size === 0 || this.#waking !== undefined || this.#state !== 'at work') return
    this.#waking = setTimeout(() => {
      this.#waking = undefined
      for (const { sender } of this.#senders.values()) sender.wake()
    }, WAKE_MILLISECONDS)
  }

  changed(): void {
    if (this.#state !== 'at work') return
    for (const subscription of this.#options.book.all()) {
      const { id, said, ended } = subscription
      const known = this.#senders.get(id)
      if (ended !== undefined) {
        if (ended.isGone) this.#drop(id)
        else known?.sender.endAt(ended.seq)
      } else if (known?.said !== said) {
        this.#drop(id)
        this.#begin(subscription)
      }
    }
  }

  state(id: string): DeliveryState | undefined {
    const state = this.#senders.get(id)?.sender.state()
    if (state === undefined) return undefined
    const { isOverdue, ...delivery } = state
    return delivery
  }

  async test({ id }: Subscription): Promise<TestOutcome> {
    const known = this.#senders.get(id)
    return known === undefined
      ? { delivered: false, says: 'the relay does not send at the moment' }
      : known.sender.test(id)
  }

  status(): readonly OutgoingStatus[] {
    return this.#options.book.active().flatMap(({ id, what, to }) => {
      const state = this.#senders.get(id)?.sender.state()
      return state === undefined ? [] : [{ subscription: id, what, to: destinationText(to), ...state }]
    })
  }

  /** The last records are sent, as far as somebody takes them within so long; then nothing is read or sent any more. */
  async stop(milliseconds: number): Promise<void> {
    const senders = [...this.#senders.values()].map(({ sender }) => sender)
    const finished = senders.map((sender) => {
      sender.wake()
      return sender.finish()
    })
    await within(Promise.all(finished), milliseconds)
    this.close()
  }

  close(): void {
    if (this.#state === 'closed') return
    clearTimeout(this.#waking)
    for (const id of [...this.#senders.keys()]) this.#drop(id)
    this.#state = 'closed'
  }

  #drop(id: string): void {
    this.#senders.get(id)?.sender.close()
    this.#senders.delete(id)
  }

  #begin(subscription: Subscription): void {
    const { trail, retryMilliseconds, isBusy, now, wall, name, note, onGone } = this.#options
    const { id, said } = subscription
    const isThis = () => this.#senders.get(id)?.sender === sender
    const sender: Sender = new Sender({
      subscription,
      cursor: this.#cursorOf(subscription),
      lines: (from, until) => this.#lines.lines(trail.id, from, until),
      size: () => this.#lines.size(trail.id),
      recordAt: (seq) => readRecordIn(this.#lines, trail.id, seq),
      open: () => this.#open(subscription),
      save: (cursor) => this.#save(subscription, cursor),
      onGone: async (says) => {
        note('receiver-gone', { subscription: id, says })
        await onGone(id).catch((error: unknown) => note('receiver-gone', { subscription: id, error }))
      },
      onFault: (says) => {
        if (isThis()) note('not-delivered', { subscription: id, says })
      },
      retryMilliseconds,
      isBusy,
      now,
      wall,
      name,
    })
    this.#senders.set(id, { said, sender })
  }

  async #open({ id, to, secretId }: Subscription): Promise<Carrier> {
    const { secrets, relay, version, wall } = this.#options
    if ('syslog' in to) return new Syslog({ to: to.syslog, host: relay.id })
    const secret = await readSubscriptionSecret(secrets, {
      id,
      ...(secretId === undefined ? {} : { secretId }),
    })
    if (secret === undefined) throw new Error(`the record of ${id} names no key`)
    return new Webhook({ url: to.webhook, subscription: id, secret, version, wall })
  }

  /** One that this relay did not write is not gone by, and that is a record: somebody has been at the database. */
  #cursorOf(subscription: Subscription): Cursor {
    const { trail, key, recorder, relay, wall, note } = this.#options
    const { id, from } = subscription
    const size = this.#lines.size(trail.id)
    const stored = this.#cursors.get(id)
    const found = findCursor(stored, subscription, { key, trail: trail.origin, size })
    if (found.kind === 'found') return found.cursor
    const isUnreadable = stored === undefined && this.#cursors.has(id)
    if (found.kind === 'disbelieved' || isUnreadable) {
      note('cursor-disbelieved', { subscription: id, from })
      const body = { subscription: id, from }
      recorder.add({
        draft: () => ({ kind: 'subscription.mended', actor: relay, time: timestamp(wall()), body }),
      })
      // Set right at once, or the next start would say it again.
      this.#save(subscription, { next: from, delivered: '' })
    }
    return { next: from, delivered: '' }
  }

  /** With the next commit; of several only the last. While the disk takes nothing, none of them piles up. */
  #save({ id, said }: Subscription, cursor: Cursor): void {
    const { key, trail, recorder } = this.#options
    const isWaiting = this.#unsaved.has(id)
    this.#unsaved.set(id, () => this.#cursors.set(sealed(key, trail.origin, { id, said }, cursor)))
    if (isWaiting) return
    recorder.add({
      apply: () => this.#unsaved.get(id)?.(),
      done: () => this.#unsaved.delete(id),
    })
  }
}
