import type { DatabaseSync } from 'node:sqlite'
import {
  type Draft,
  equalBytes,
  Frontier,
  type FrontierState,
  type Head,
  headAfter,
  LeafHasher,
  Linker,
  type MacKey,
  readEntryParts,
} from '@compliance-relay/shared/trail'
import { columnsOf } from './sqlite/columns.ts'
import { ContentSums, contentRowOf } from './sqlite/content-sums.ts'
import { inTransaction } from './sqlite/database.ts'
import type { NewEntry, RecordPlace, TrailStore } from './sqlite/trail-store.ts'

/** Records one commit may hold: the time a commit takes is the time a kill can cost, and nothing is lost by it. */
export const BATCH_RECORDS_MAX = 2_048

/** What is looked at within each commit before anything is written: see `SchemaGuard`. */
export interface WriterGuard {
  begin(): readonly Draft[]
  end(found: readonly Draft[]): () => void
}

export interface WriterState {
  readonly trail: number
  readonly head: Head
  /** The tree over all entries up to the head. */
  readonly frontier: FrontierState
}

/**
 * The only way into the relay's own trail. One of these exists while the writer's lock is held; it goes on from
 * a head that start-up has verified.
 *
 * A commit either happened or it did not, but an error from the disk does not always say which. So after any
 * error the writer does not trust its memory: `recover` reads the last entry again, and only then may it go on.
 */
export class TrailWriter {
  readonly #database: DatabaseSync
  readonly #store: TrailStore
  readonly #linker: Linker
  readonly #trail: number
  readonly #guard: WriterGuard | undefined
  readonly #hasher = new LeafHasher()
  #head: Head
  #frontier: Frontier
  #sure = true
  /** Written, or perhaps not: the disk did not say. */
  #unsure: readonly NewEntry[] = []
  /** Where this writer began, and what it has captured from there on. */
  readonly writtenFrom: RecordPlace
  readonly contents = new ContentSums()

  constructor(
    database: DatabaseSync,
    store: TrailStore,
    key: MacKey,
    state: WriterState,
    guard?: WriterGuard,
  ) {
    this.#database = database
    this.#guard = guard
    this.#store = store
    this.#linker = new Linker(key)
    this.#trail = state.trail
    this.writtenFrom = { trail: state.trail, seq: state.head.size }
    this.#head = state.head
    this.#frontier = new Frontier(state.frontier)
    if (state.frontier.size !== state.head.size)
      throw new Error(`a tree of ${state.frontier.size} entries under a head of ${state.head.size}`)
  }

  get head(): Head {
    return this.#head
  }

  /**
   * How many records the trail has, those included that are being written: what it is with this commit, also for what is
   * done alongside. Known by itself, whatever the database says meanwhile.
   */
  get sizeWithin(): number {
    return this.#head.size + this.#unsure.length
  }

  root(): Uint8Array {
    return this.#frontier.root()
  }

  /**
   * Appends records, and does `alongside` in the same transaction. When it returns, all of it is durable; when
   * it throws, `recover` must say what happened before anything else is written. `alongside` is given the seq
   * of the first record, `before` is done before the records are written. Returns that seq. What the guard has to say comes
   * after them, in records of its own.
   */
  append(
    drafts: readonly Draft[],
    alongside: (first: number) => void = () => {},
    before: () => void = () => {},
  ): number {
    if (!this.#sure) throw new Error('the end of the trail is not known: recover first')
    if (drafts.length > BATCH_RECORDS_MAX)
      throw new RangeError(`at most ${BATCH_RECORDS_MAX} records at a time, not ${drafts.length}`)
    const first = this.#head.size
    let { entries, head } = this.#link(this.#head, drafts)
    let isCommitted = () => {}
    this.#sure = false
    this.#unsure = entries
    inTransaction(this.#database, () => {
      if (this.#store.size(this.#trail) !== first)
        throw new Error('the end of the trail has moved: two writers')
      const found = this.#guard?.begin() ?? []
      const more = this.#link(head, found)
      entries = [...entries, ...more.entries]
      head = more.head
      this.#unsure = entries
      before()
      this.#store.append(this.#trail, entries)
      alongside(first)
      isCommitted = this.#guard?.end(found) ?? isCommitted
    })
    this.#sure = true
    for (const { leaf } of entries) this.#frontier.append(leaf)
    this.#takeContents()
    this.#head = head
    isCommitted()
    return first
  }

  #link(
    from: Head,
    drafts: readonly Draft[],
  ): { readonly entries: readonly NewEntry[]; readonly head: Head } {
    const entries: NewEntry[] = []
    let head = from
    for (const draft of drafts) {
      const linked = this.#linker.link(head, draft)
      const { checksum: prev, size: seq } = head
      const leaf = this.#hasher.hash(linked.line).slice()
      entries.push({ seq, prev, leaf, line: linked.line, columns: columnsOf(draft) })
      head = linked.head
    }
    return { entries, head }
  }

  /**
   * After an error: reads where the trail ends. True if the last batch is in it after all. Throws if the
   * database still cannot be read, or if it ends where neither outcome would have left it.
   */
  recover(): boolean {
    if (this.#sure) return false
    const size = this.#store.size(this.#trail)
    const line = this.#store.line(this.#trail, size - 1)
    if (line === undefined) throw new Error(`entry ${size - 1} cannot be read`)
    const parts = readEntryParts(line)
    if (size < this.#head.size || (size === this.#head.size && parts.checksum !== this.#head.checksum))
      throw new Error(`the trail ends at ${size}, it was known to reach ${this.#head.size}`)
    const committed = size > this.#head.size
    if (committed) {
      this.#requireOwn([...this.#store.lines(this.#trail, this.#head.size)])
      for (const { leaf } of this.#unsure) this.#frontier.append(leaf)
      this.#takeContents()
      this.#head = headAfter(parts)
    }
    this.#unsure = []
    this.#sure = true
    return committed
  }

  /** What stands after the head is what was to be written, or somebody else writes this trail: then nobody goes on. */
  #requireOwn(found: readonly { readonly seq: number; readonly line: Uint8Array }[]): void {
    const isOwn =
      found.length === this.#unsure.length &&
      this.#unsure.every(({ line }, i) => found[i] !== undefined && equalBytes(line, found[i].line))
    if (!isOwn)
      throw new Error(
        'another relay writes this trail: of what stands after the last record, this one wrote nothing; stop both, then relay verify --data',
      )
  }

  #takeContents(): void {
    for (const { seq, columns } of this.#unsure) {
      const content = contentRowOf({ trail: this.#trail, seq }, columns)
      if (content !== undefined) this.contents.add(content)
    }
    this.#unsure = []
  }
}
