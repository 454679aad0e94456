import { bytesToRead, type ReadResult, type ReadTask } from './hash-task.ts'
import type { UnitReader } from './read-unit.ts'
import { TURN, Turn, type TurnBounds } from './turn.ts'

/** One turn in so many is for whoever has waited longest, so that the largest comes to its end, too. */
const OLDEST_EACH = 4

interface Open {
  readonly task: ReadTask
  readonly reading: Generator<undefined, ReadResult>
  readonly ofBytes: number
  bytes: number
  lastTurn: number
}

/** What a turn came to: how far the unit is, and what it is if it is read. */
export interface Turned {
  readonly id: number
  readonly bytes: number
  readonly result?: ReadResult
}

/**
 * Large units, read a piece each in turn: none waits for the whole length of another. The one with the least left goes
 * first. Between its turns a unit keeps the state of its digests and no open file, so thousands may be under way.
 */
export class ReadingTurns {
  readonly #reader: UnitReader
  readonly #turn: Turn
  readonly #open = new Map<number, Open>()
  #turns = 0

  constructor(reader: UnitReader, now: () => number, bounds: TurnBounds = TURN) {
    this.#reader = reader
    this.#turn = new Turn(bounds, now)
  }

  get size(): number {
    return this.#open.size
  }

  add(task: ReadTask): void {
    const reading = this.#reader.reading(task, this.#turn)
    this.#open.set(task.id, { task, reading, ofBytes: bytesToRead(task), bytes: 0, lastTurn: this.#turns })
  }

  /** Nobody waits for it any more. */
  drop(id: number): void {
    this.#open.delete(id)
  }

  /** Reads one of them for one turn; undefined if there is none. */
  next(): Turned | undefined {
    const one = this.#chosen()
    if (one === undefined) return undefined
    one.lastTurn = ++this.#turns
    this.#turn.begin()
    const { done, value } = one.reading.next()
    one.bytes += this.#turn.bytes
    const { id } = one.task
    if (done !== true) return { id, bytes: one.bytes }
    this.#open.delete(id)
    return { id, bytes: one.bytes, result: value }
  }

  #chosen(): Open | undefined {
    const isForOldest = this.#turns % OLDEST_EACH === OLDEST_EACH - 1
    const weight = ({ lastTurn, ofBytes, bytes }: Open) => (isForOldest ? lastTurn : ofBytes - bytes)
    let chosen: Open | undefined
    for (const one of this.#open.values())
      if (chosen === undefined || weight(one) < weight(chosen)) chosen = one
    return chosen
  }
}
