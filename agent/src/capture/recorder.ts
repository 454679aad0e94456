import {
  type Actor,
  type Body,
  canonical,
  type Draft,
  FormatError,
  LINE_BYTES_MAX,
  type Value,
} from '@compliance-relay/shared/trail'
import { cutText } from '../cut-text.ts'
import { messageOf } from '../error-message.ts'
import { BATCH_RECORDS_MAX, type TrailWriter } from '../trail-writer.ts'

/** One thing to be made durable: a record, what the database notes with it, and what follows when both are. */
export interface CommitItem {
  /** Made at the last moment, so that its time is that of the record. None: only `apply` is done. */
  readonly draft?: () => Draft
  /**
   * In the transaction of the record. `seq` is the record's; undefined without one. Also where the record says that it
   * could not be written as meant: what was captured is known then, and would be tried for ever otherwise.
   */
  readonly apply?: (seq: number | undefined) => void
  /** After the commit. */
  readonly done?: (seq: number | undefined) => void
  /** What the record would put in force is not to be without it: then neither `apply` nor `done` is called, but this. */
  readonly refused?: (error: FormatError) => void
  /** Somebody waits for it: while nothing can be recorded it is taken back, with nothing done, and this is called. */
  readonly held?: (held: Held) => void
}

/** What one commit is to write. */
interface Batch {
  readonly items: readonly CommitItem[]
  readonly seqs: readonly (number | undefined)[]
  readonly refused: ReadonlyMap<CommitItem, FormatError>
  readonly undo: () => void
}

/** Why nothing can be recorded at the moment. */
export interface Held {
  readonly since: number
  readonly reason: string
  readonly tries: number
}

/** Nothing can be recorded at the moment, and so nothing was. */
export class NotRecorded extends Error {
  override readonly name = 'NotRecorded'
}

export interface RecorderOptions {
  readonly relay: Actor
  readonly onUnwritable: (draft: Draft, error: FormatError) => void
  readonly writer: TrailWriter
  /** Done in every transaction, before the items: what the database must know first. */
  readonly prepare: () => { readonly undo: () => void }
  /** True while more items are known to be close: then a commit waits a moment for them. */
  readonly isMoreClose: () => boolean
  readonly onCommit: (records: number) => void
  readonly onHeld: (held: Held | undefined, error?: unknown) => void
  /** Wall clock, milliseconds. */
  readonly wall: () => number
}

/** How long items wait for more of them before they are committed together, and at most if more are close. */
const GATHER_MILLISECONDS = 15
const GATHER_MILLISECONDS_MAX = 250
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
  /** Written or not: the disk reported a fault, and then did not say where the trail ends. */
  #unsure: Batch | undefined
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
    if (this.#held !== undefined && item.held !== undefined) return item.held(this.#held)
    this.#queue.push(item)
    this.#arm(GATHER_MILLISECONDS)
  }

  /**
   * A record by itself, and what it puts in force: resolved when both are durable. Rejected with a `FormatError`, and
   * with nothing in force, if it has no place in a trail.
   */
  record(draft: () => Draft, apply?: (seq: number) => void): Promise<number> {
    return new Promise((resolve, refused) => this.add({ ...itemOf(draft, apply, resolve), refused }))
  }

  /**
   * As `record`, for somebody who waits: rejected with `NotRecorded` while nothing can be recorded, and then nothing
   * is in force nor ever will be. Where a fault of the disk leaves open whether it was written, it waits until that
   * is known.
   */
  recordNow(draft: () => Draft, apply?: (seq: number) => void): Promise<number> {
    return new Promise((resolve, refused) => {
      const held = ({ reason }: Held) => refused(new NotRecorded(reason))
      this.add({ ...itemOf(draft, apply, resolve), refused, held })
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

  /** Each commit waits for the disk and writes whole pages: a burst in few of them is done in half the time. */
  #waitsForMore(waited: number): boolean {
    const room = this.#queue.length < BATCH_RECORDS_MAX && waited < GATHER_MILLISECONDS_MAX
    return room && this.#held === undefined && this.#options.isMoreClose()
  }

  #arm(milliseconds: number, waited = milliseconds): void {
    if (this.#timer !== undefined || this.#closed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#waitsForMore(waited)) return this.#arm(GATHER_MILLISECONDS, waited + GATHER_MILLISECONDS)
      if (!this.#commit()) return
      if (this.#queue.length > 0) this.#arm(this.#queue.length >= BATCH_RECORDS_MAX ? 0 : GATHER_MILLISECONDS)
    }, milliseconds)
  }

  #commit(unwritable = false): boolean {
    if (this.#unsure !== undefined) return this.#makeSure(this.#unsure)
    if (this.#queue.length === 0) return true
    const items = this.#queue.slice(0, BATCH_RECORDS_MAX)
    const { writer } = this.#options
    const seqs: (number | undefined)[] = []
    const refused = new Map<CommitItem, FormatError>()
    let undo = (): void => {}
    try {
      const drafts: Draft[] = []
      for (const item of items) {
        const { draft } = item
        seqs.push(draft === undefined ? undefined : writer.head.size + drafts.length)
        if (draft === undefined) continue
        const meant = draft()
        const fault = unwritable ? faultOf(meant) : undefined
        if (fault !== undefined) {
          this.#options.onUnwritable(meant, fault)
          if (item.refused !== undefined) refused.set(item, fault)
        }
        drafts.push(fault === undefined ? meant : this.#instead(meant, fault))
      }
      writer.append(drafts, () => {
        undo = this.#options.prepare().undo
        for (const [i, item] of items.entries()) if (!refused.has(item)) item.apply?.(seqs[i])
      })
    } catch (error) {
      if (error instanceof FormatError && !unwritable) return this.#commit(true)
      // A commit can have happened although it reported a fault.
      return this.#makeSure({ items, seqs, refused, undo }, error)
    }
    return this.#finish({ items, seqs, refused, undo })
  }

  /**
   * After a fault: reads where the trail ends. What was written after all is done, as if the commit had said so; what
   * was not is tried again later. While the disk does not say which, neither: written twice would be two records.
   */
  #makeSure(batch: Batch, fault?: unknown): boolean {
    try {
      this.#unsure = batch
      const happened = this.#options.writer.recover()
      this.#unsure = undefined
      if (happened) return this.#finish(batch)
    } catch (error) {
      return this.#hold(fault ?? error)
    }
    batch.undo()
    if (fault === undefined) return this.#commit()
    this.#hold(fault)
    this.#takeBack()
    return false
  }

  #finish({ items, seqs, refused }: Batch): true {
    this.#queue.splice(0, items.length)
    this.#release()
    for (const [i, item] of items.entries()) {
      const fault = refused.get(item)
      if (fault === undefined) item.done?.(seqs[i])
      else item.refused?.(fault)
    }
    const records = seqs.filter((seq) => seq !== undefined).length
    if (records > 0) this.#options.onCommit(records)
    return true
  }

  /** What somebody waits for does not wait for the disk. To be called when it is known what was written. */
  #takeBack(): void {
    const held = this.#held
    if (held === undefined) return
    const taken = this.#queue.filter((item) => item.held !== undefined)
    this.#queue = this.#queue.filter((item) => item.held === undefined)
    for (const item of taken) item.held?.(held)
  }

  /**
   * A draft that has no place in a trail is a fault of ours. It must not hold up what comes after it, nor be passed
   * over in silence: the record says that there was one, and why it could not be written.
   */
  #instead({ kind, time, body: { path, watch, from } }: Draft, { message }: FormatError): Draft {
    const readable = (text: Value | undefined) =>
      typeof text === 'string' ? { path: cutText(text, 4096) } : {}
    const body = {
      what: kind,
      reason: message,
      ...readable(path),
      ...(typeof watch === 'string' ? { watch } : {}),
      ...(typeof from === 'object' && from !== null ? { from: readable((from as Body)['path']) } : {}),
    }
    return { kind: 'record.failed', actor: this.#options.relay, time, body }
  }

  #hold(error: unknown): false {
    const tries = (this.#held?.tries ?? 0) + 1
    const reason = messageOf(error)
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

function itemOf(
  draft: () => Draft,
  apply: ((seq: number) => void) | undefined,
  resolve: (seq: number) => void,
): CommitItem {
  return {
    draft,
    ...(apply === undefined ? {} : { apply: (seq) => apply(seq as number) }),
    done: (seq) => resolve(seq as number),
  }
}

/** Why a draft has no place in a trail; undefined if it has one. */
function faultOf(draft: Draft): FormatError | undefined {
  try {
    const size = Buffer.byteLength(canonical(draft as unknown as Value))
    if (size <= DRAFT_BYTES_MAX) return undefined
    return new FormatError('line-too-long', `at most ${DRAFT_BYTES_MAX} bytes`, String(size))
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
}
