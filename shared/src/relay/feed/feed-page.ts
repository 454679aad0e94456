import type { TrailView } from '../../api/index.ts'
import { hex, leafHash, recordIn, utf8 } from '../../trail/index.ts'
import type { Position } from './feed.ts'
import { type FeedScope, givenOf } from './feed-scope.ts'

/** What one answer of the feed may hold, and what may be looked at for it. */
export interface PageBounds {
  readonly records: number
  readonly bytes: number
  readonly lookedAt: number
}

/** One answer of the feed as it fills: a line of JSON for each record in scope, and for what else there is to say. */
export class FeedPage {
  readonly #scope: FeedScope
  readonly #bounds: PageBounds
  readonly #lines: string[] = []
  #cursor: string | undefined
  #bytes = 0
  #lookedAt = 0
  /** True if a record did not fit any more. */
  #isOver = false

  constructor(scope: FeedScope, bounds: PageBounds) {
    this.#scope = scope
    this.#bounds = bounds
  }

  get hasSomething(): boolean {
    return this.#lines.length > 0
  }

  get isFull(): boolean {
    const { records, lookedAt } = this.#bounds
    return this.#isOver || this.#lines.length >= records || this.#lookedAt >= lookedAt
  }

  /**
   * Takes in an entry; false if the page is full and it is the next one's. `lineAt`: another entry of the trail, for
   * what names no project itself.
   */
  look(
    { id, origin }: TrailView,
    seq: number,
    line: Uint8Array,
    lineAt: (seq: number) => Uint8Array | undefined,
  ): boolean {
    if (this.isFull) return false
    this.#lookedAt++
    const cursor = cursorOf({ trail: id, next: seq + 1 })
    const record = recordIn(line)
    if (record === undefined) return this.#add({ cursor, trail: origin, damaged: { from: seq, count: 1 } })
    const { lookedAt, ...given } = givenOf(this.#scope, record, (other) => {
      const found = lineAt(other)
      return found && recordIn(found)
    })
    this.#lookedAt += lookedAt
    if (given.record === undefined && given.withheld === undefined) return true
    return this.#add({ cursor, trail: origin, seq, leaf: hex(leafHash(line)), ...given })
  }

  /** Entries that are not there, in a trail that was left because of it; false if that does not fit. */
  addMissing({ id, origin }: TrailView, from: number, until: number): boolean {
    const cursor = cursorOf({ trail: id, next: until })
    return this.#add({ cursor, trail: origin, damaged: { from, count: until - from } })
  }

  /** The feed goes over to another trail; false if that does not fit. */
  addChange(to: Position, before: TrailView, trail: TrailView): boolean {
    const cursor = cursorOf(to)
    return this.#add({ cursor, trail: trail.origin, before: { trail: before.origin, size: before.size } })
  }

  /** All lines; the last one names the cursor alone, where what was looked at since the line before is not given. */
  bytesUpTo(at: Position): Uint8Array {
    const cursor = cursorOf(at)
    if (this.#lookedAt > 0 && this.#cursor !== cursor) this.#lines.push(`${JSON.stringify({ cursor })}\n`)
    return utf8(this.#lines.join(''))
  }

  #add(line: { readonly cursor: string; readonly [field: string]: unknown }): boolean {
    const text = `${JSON.stringify(line)}\n`
    const bytes = Buffer.byteLength(text)
    if (this.#lines.length > 0 && this.#bytes + bytes > this.#bounds.bytes) {
      this.#isOver = true
      return false
    }
    this.#lines.push(text)
    this.#bytes += bytes
    this.#cursor = line.cursor
    return true
  }
}

function cursorOf({ trail, next }: Position): string {
  return `${trail}.${next}`
}
