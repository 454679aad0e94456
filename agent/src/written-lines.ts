import type { DatabaseSync } from 'node:sqlite'
import { Problem } from '@compliance-relay/shared/api'
import { type MacKey, SealedLines, type TrailRecord } from '@compliance-relay/shared/trail'
import { type RecordPlace, readRecordIn, type StoredTrail, TrailStore } from './sqlite/trail-store.ts'

/** A line of the trail is not the one that the relay wrote there: nothing is decided by it, and nobody is given it. */
export class LineAltered extends Problem {
  readonly place: RecordPlace

  constructor(place: RecordPlace) {
    super('trail-altered')
    this.place = place
  }
}

export interface WrittenLinesOptions {
  readonly trail: StoredTrail
  /** What its lines are sealed under. A relay at work rotates none. */
  readonly key: MacKey
  /** How many records the relay knows it has. */
  readonly size: () => number
  /** Called with each place whose line is not the relay's. */
  readonly onAltered: (place: RecordPlace) => void
}

/**
 * The trails of a relay at work, as it reads them back to decide by them or to give them to somebody. That they were
 * verified at the start says what they were then; whoever can write into the database can have a line read otherwise for
 * a moment. So each line of the trail that is written to is held against its seal, its place, and the number of records
 * that the relay has in memory, whenever it is read. Throws `LineAltered`. This is the only place where that is done.
 */
export class WrittenLines extends TrailStore {
  readonly #options: WrittenLinesOptions
  readonly #sealed: SealedLines

  constructor(database: DatabaseSync, options: WrittenLinesOptions) {
    super(database)
    this.#options = options
    this.#sealed = new SealedLines(options.trail.origin, options.key)
  }

  override size(trail: number): number {
    return trail === this.#options.trail.id ? this.#options.size() : super.size(trail)
  }

  override line(trail: number, seq: number): Uint8Array | undefined {
    const line = super.line(trail, seq)
    if (trail !== this.#options.trail.id) return line
    // What stands beyond the end, the relay did not write; what is within it, it wrote.
    if (seq < 0 || seq >= this.#options.size()) return undefined
    if (line === undefined || this.#sealed.record(seq, line) === undefined) this.#altered({ trail, seq })
    return line
  }

  override *lines(
    trail: number,
    from = 0,
    until = Number.MAX_SAFE_INTEGER,
  ): Generator<{ seq: number; line: Uint8Array }> {
    if (trail !== this.#options.trail.id) return yield* super.lines(trail, from, until)
    const end = Math.min(until, this.#options.size())
    let next = from
    for (const entry of super.lines(trail, from, end)) {
      if (entry.seq !== next || this.#sealed.record(next, entry.line) === undefined)
        this.#altered({ trail, seq: next })
      yield entry
      next++
    }
    if (next < end) this.#altered({ trail, seq: next })
  }

  #altered(place: RecordPlace): never {
    this.#options.onAltered(place)
    throw new LineAltered(place)
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
