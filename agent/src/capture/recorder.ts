import {
  type Actor,
  canonical,
  type Draft,
  FormatError,
  LINE_BYTES_MAX,
  type Value,
} from '@compliance-relay/shared/trail'
import { BATCH_RECORDS_MAX, type TrailWriter } from '../trail-writer.ts'

/** One thing to be made durable: a record, what the database notes with it, and what follows when both are. */
export interface CommitItem {
  /** Made at the last moment, so that its time is that of the record. None: only `apply` is done. */
  readonly draft?: () => Draft
  /** In the transaction of the record. `seq` is the record's; undefined without one. */
  readonly apply?: (seq: number | undefined) => void
  /** After the commit. */
  readonly done?: (seq: number | undefined) => void
}

/** Why nothing can be recorded at the moment. */
export interface Held {
  readonly since: number
  readonly reason: string
  readonly tries: number
}

export interface RecorderOptions {
  readonly relay: Actor
  readonly onUnwritable: (draft: Draft, error: FormatError) => void
  readonly writer: TrailWriter
  /** Done in every transaction, before the items: what the database must know first. */
  readonly prepare: () => { readonly undo: () => void }
  readonly onCommit: (records: number) => void
  readonly onHeld: (held: Held | undefined, error?: unknown) => void
  /** Wall clock, milliseconds. */
  readonly wall: () => number
}

/** How long items may wait for more of them before they are committed together. */
const GATHER_MILLISECONDS = 15
const RETRY_MILLISECONDS_MAX = 15_000
/** What a draft may have, so that the entry made of it has room for what the chain adds. */
const DRAFT_BYTES_MAX = LINE_BYTES_MAX - 1_024

/**
 * Takes what is to be recorded, in order, and commits it in groups. While the disk refuses, everything stays
 * in the queue and the relay goes on noticing; it tries again by itself, first after a second.
 */
export class Recorder {
  readonly #options: RecorderOptions
  #queue: CommitItem[] = []
  #timer: NodeJS.Timeout | undefined
  #held: Held | undefined
  #closed = false

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  get waiting(): number {
    return this.#queue.length
  }

  get held(): Held | undefined {
    return this.#held
  }

  add(item: CommitItem): void {
    this.#queue.push(item)
    this.#arm(GATHER_MILLISECONDS)
  }

  /** A record by itself: resolved when it is durable. */
  record(draft: () => Draft, apply?: (seq: number) => void): Promise<number> {
    return new Promise((resolve) => {
      this.add({
        draft,
        ...(apply === undefined ? {} : { apply: (seq) => apply(seq as number) }),
        done: (seq) => resolve(seq as number),
      })
    })
  }

  /** Commits what waits, now. Returns false if the disk refused. */
  flush(): boolean {
    while (this.#queue.length > 0) if (!this.#commit()) return false
    return true
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #arm(milliseconds: number): void {
    if (this.#timer !== undefined || this.#closed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (!this.#commit()) return
      if (this.#queue.length > 0) this.#arm(this.#queue.length >= BATCH_RECORDS_MAX ? 0 : GATHER_MILLISECONDS)
    }, milliseconds)
  }

  #commit(unwritable = false): boolean {
    if (this.#queue.length === 0) return true
    const items = this.#queue.slice(0, BATCH_RECORDS_MAX)
    const { writer } = this.#options
    const seqs: (number | undefined)[] = []
    let undo = (): void => {}
    try {
      writer.recover()
      const drafts: Draft[] = []
      for (const { draft } of items) {
        seqs.push(draft === undefined ? undefined : writer.head.size + drafts.length)
        if (draft !== undefined) drafts.push(unwritable ? this.#writable(draft()) : draft())
      }
      writer.append(drafts, () => {
        undo = this.#options.prepare().undo
        for (const [i, { apply }] of items.entries()) apply?.(seqs[i])
      })
    } catch (error) {
      if (error instanceof FormatError && !unwritable) return this.#commit(true)
      // A commit can have happened although it reported a fault: then it is done, as if it had said so.
      if (!this.#happened()) {
        undo()
        return this.#hold(error)
      }
    }
    this.#queue.splice(0, items.length)
    this.#release()
    for (const [i, { done }] of items.entries()) done?.(seqs[i])
    const records = seqs.filter((seq) => seq !== undefined).length
    if (records > 0) this.#options.onCommit(records)
    return true
  }

  /**
   * A draft that has no place in a trail is a fault of ours. It must not hold up what comes after it, nor be passed
   * over in silence: the record says that there was one, and why it could not be written.
   */
  #writable(draft: Draft): Draft {
    try {
      const size = Buffer.byteLength(canonical(draft as unknown as Value))
      if (size <= DRAFT_BYTES_MAX) return draft
      throw new FormatError('line-too-long', `at most ${DRAFT_BYTES_MAX} bytes`, String(size))
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#options.onUnwritable(draft, error)
      const { path, watch } = draft.body
      const body = {
        what: draft.kind,
        reason: error.message,
        ...(typeof path === 'string' ? { path: path.slice(0, 4096).toWellFormed() } : {}),
        ...(typeof watch === 'string' ? { watch } : {}),
      }
      return { kind: 'record.failed', actor: this.#options.relay, time: draft.time, body }
    }
  }

  #happened(): boolean {
    try {
      return this.#options.writer.recover()
    } catch {
      return false
    }
  }

  #hold(error: unknown): false {
    const tries = (this.#held?.tries ?? 0) + 1
    const reason = error instanceof Error ? error.message : String(error)
    this.#held = { since: this.#held?.since ?? this.#options.wall(), reason, tries }
    this.#options.onHeld(this.#held, error)
    this.#arm(Math.min(1_000 * 2 ** Math.min(tries - 1, 4), RETRY_MILLISECONDS_MAX))
    return false
  }

  #release(): void {
    if (this.#held === undefined) return
    this.#held = undefined
    this.#options.onHeld(undefined)
  }
}
