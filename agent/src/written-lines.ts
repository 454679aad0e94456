import type { DatabaseSync } from 'node:sqlite'
import { Problem } from '@compliance-relay/shared/api'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import { type ContentRow, type ContentSum, type ContentSums, rangeOf } from './sqlite/content-sums.ts'
import {
  firstOf,
  isBefore,
  type RecordPlace,
  readRecordIn,
  type StoredTrail,
  TrailStore,
} from './sqlite/trail-store.ts'
import type { TrailAuthority } from './trail-authority.ts'
import type { TrailWriter } from './trail-writer.ts'

/** A line of the trail is not the one that the relay wrote there: nothing is decided by it, and nobody is given it. */
export class LineAltered extends Problem {
  constructor() {
    super('trail-altered')
  }
}

/** What was not the relay's: the line of a record, or rows that captures of a content are found by. */
export type Altered = RecordPlace | { readonly digest: string }

export interface WrittenLinesOptions {
  readonly trail: StoredTrail
  /** Whose lines are believed: those of this trail, and of the others that were found to be what they were. */
  readonly authority: Pick<TrailAuthority, 'record' | 'isSealed' | 'left'>
  /** What it wrote, and so knows without being told by the database. */
  readonly writer: Pick<TrailWriter, 'head' | 'writtenFrom' | 'contents'>
  /** Called each time that something is not the relay's. */
  readonly onAltered: (what: Altered) => void
}

/**
 * The trails of a relay at work, as it reads them back to decide by them or to give them to somebody. That they were
 * verified at the start says what they were then; whoever can write into the database can have a line read otherwise for
 * a moment. So each line of the trail that is written to is held against its seal, its place, and the number of records
 * that the relay has in memory, whenever it is read. Throws `LineAltered`. This is the only place where that is done.
 *
 * What is not sealed in a trail that was left, or is not there, may have been so when it was left: nobody believes it, and
 * that is all. If it was not, it is as in the trail that is written to. See `LeftLines`.
 *
 * The columns beside the lines say where to look, and are nobody's word. That none has a content shows that nobody
 * captured it only if all rows are there, so these are held against sums in memory: see `ContentSums`.
 */
export class WrittenLines extends TrailStore {
  readonly #options: WrittenLinesOptions
  readonly #trails: StoredTrail[]
  /** Of what was there before the writer began. */
  #before: ContentSums | undefined

  constructor(database: DatabaseSync, options: WrittenLinesOptions) {
    super(database, options.authority)
    this.#options = options
    this.#trails = super.trails()
  }

  /** As they were named at the start: no trail is begun, renamed or taken away while one of them is written to. */
  override trails(): StoredTrail[] {
    return this.#trails
  }

  override size(trail: number): number {
    return trail === this.#options.trail.id ? this.#size : super.size(trail)
  }

  get #size(): number {
    return this.#options.writer.head.size
  }

  /** What was there before the writer began was held against the lines: see `StateKeeper`. */
  knows(before: ContentSums): void {
    this.#before = before
  }

  override firstOfContent(digest: string, limit: number): RecordPlace[] {
    const { writer } = this.#options
    const range = rangeOf(digest)
    const before = this.#before?.of(digest)
    if (range === undefined || before === undefined)
      throw new Error('what was captured before this start is not known yet')
    const since = writer.contents.of(digest)
    // All of them are read in one statement: what is looked at is what is taken.
    const found = firstOf(digest, limit, this.#added(range, { before, since }))
    if (before.isKnown() && since.isKnown()) return found
    return this.#altered({ digest })
  }

  *#added(
    range: readonly [from: string, until: string],
    { before, since }: { readonly before: ContentSum; readonly since: ContentSum },
  ): Generator<ContentRow> {
    for (const row of this.contentRows(range)) {
      const sum = isBefore(row, this.#options.writer.writtenFrom) ? before : since
      sum.add(row)
      yield row
    }
  }

  override line(trail: number, seq: number): Uint8Array | undefined {
    if (trail !== this.#options.trail.id) return this.#leftLine(trail, seq)
    const line = super.line(trail, seq)
    // What stands beyond the end, the relay did not write; what is within it, it wrote.
    if (seq < 0 || seq >= this.#size) return undefined
    if (line === undefined || !this.#isSealed(trail, seq, line)) this.#altered({ trail, seq })
    return line
  }

  #isSealed(trail: number, seq: number, line: Uint8Array): boolean {
    return this.#options.authority.isSealed(trail, seq, line)
  }

  /** Of a trail in doubt, as it is there: its records are believed by nobody. */
  #leftLine(trail: number, seq: number): Uint8Array | undefined {
    const line = super.line(trail, seq)
    const left = this.#options.authority.left(trail)
    if (left === undefined || (line !== undefined && this.#isSealed(trail, seq, line))) return line
    // Read once more with those around it: what is looked at is what is taken.
    const around = [...super.lines(trail, ...left.rangeOf(seq))]
    if (!left.areOf(seq, around)) this.#altered({ trail, seq })
    return around.find((one) => one.seq === seq)?.line
  }

  override *lines(
    trail: number,
    from = 0,
    until = Number.MAX_SAFE_INTEGER,
  ): Generator<{ seq: number; line: Uint8Array }> {
    if (trail !== this.#options.trail.id) return yield* this.#leftLines(trail, from, until)
    const end = Math.min(until, this.#size)
    let next = from
    for (const entry of super.lines(trail, from, end)) {
      if (entry.seq !== next || !this.#isSealed(trail, next, entry.line)) this.#altered({ trail, seq: next })
      yield entry
      next++
    }
    if (next < end) this.#altered({ trail, seq: next })
  }

  /** Each page of them as it was when the trail was found to be what it was, or as its writer sealed it; else nobody's. */
  *#leftLines(trail: number, from: number, until: number): Generator<{ seq: number; line: Uint8Array }> {
    const left = this.#options.authority.left(trail)
    if (left === undefined) return yield* super.lines(trail, from, until)
    const end = Math.min(until, left.size)
    for (let at = from; at < end; ) {
      const [first, next] = left.rangeOf(at)
      const page = [...super.lines(trail, first, next)]
      const isWhole = page.length === Math.min(next, left.size) - first
      const areSealed = () =>
        isWhole && page.every(({ seq, line }, i) => seq === first + i && this.#isSealed(trail, seq, line))
      if (!left.areOf(at, page) && !areSealed()) this.#altered({ trail, seq: at })
      yield* page.filter(({ seq }) => seq >= from && seq < end)
      at = next
    }
  }

  #altered(what: Altered): never {
    this.#options.onAltered(what)
    throw new LineAltered()
  }
}

/** A record for what only shows something, and has to show the rest where one line is not the relay's. */
export function readSoundRecordIn(store: TrailStore, trail: number, seq: number): TrailRecord | undefined {
  try {
    return readRecordIn(store, trail, seq)
  } catch (error) {
    if (error instanceof LineAltered) return undefined
    throw error
  }
}
