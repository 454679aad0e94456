import type { Profile } from '../instruments/types.ts'
import { HashPool, isLarge, type Reading } from './hash-pool.ts'
import { bytesToRead, type ReadResult, type ReadTask } from './hash-task.ts'
import { LargePlaces } from './large-places.ts'
import type { Pending } from './pending.ts'

export interface ReadingsOptions {
  readonly profiles: readonly Profile[]
  /** Monotonic, milliseconds. */
  readonly now: () => number
  readonly onAnswer: (pending: Pending, result: ReadResult) => void
  readonly onFault: (error: Error) => void
}

/** A large unit that is being read, and how far that has come. */
export interface LargeReading extends Pick<Reading, 'bytes' | 'ofBytes' | 'since'> {
  readonly pending: Pending
}

interface Given {
  readonly id: number
  readonly pending: Pending
  readonly bytes: number
}

/** Units that are with the readers: each is answered, or given up because nobody waits for it any more. */
export class Readings {
  readonly #pool: HashPool
  readonly #byId = new Map<number, Given>()
  readonly #byPending = new Map<Pending, Given>()
  readonly #places = new LargePlaces()
  #lastId = 0

  constructor({ profiles, now, onAnswer, onFault }: ReadingsOptions) {
    this.#pool = new HashPool({
      profiles,
      now,
      onResults: (results) => {
        for (const result of results) {
          const pending = this.#byId.get(result.id)?.pending
          if (pending === undefined) continue
          this.#forget(pending)
          onAnswer(pending, result)
        }
      },
      onFault,
    })
  }

  /** Small units given and not yet answered, wanted or not: they are read one after the other. */
  get small(): number {
    return this.#pool.small
  }

  /** Something will be to be read soon. */
  prepare(): void {
    this.#pool.prepare()
  }

  /** False if it is large and all places for its size are taken: then it is to be given again later. */
  give(pending: Pending, task: Omit<ReadTask, 'id'>): boolean {
    const bytes = bytesToRead(task)
    if (isLarge(bytes) && !this.#places.take(bytes)) return false
    const given = { id: ++this.#lastId, pending, bytes }
    this.#byId.set(given.id, given)
    this.#byPending.set(pending, given)
    this.#pool.submit({ ...task, id: given.id })
    return true
  }

  /** Nobody waits for it any more: it is not answered, and a large one not read any further. */
  giveUp(pending: Pending): void {
    const given = this.#forget(pending)
    if (given !== undefined) this.#pool.giveUp(given.id)
  }

  /** True if it is read in turns, for seconds or for days. */
  isLarge(pending: Pending): boolean {
    return isLarge(this.#byPending.get(pending)?.bytes ?? 0)
  }

  /** In no order. */
  large(): readonly LargeReading[] {
    return this.#pool.large().flatMap(({ id, bytes, ofBytes, since }) => {
      const pending = this.#byId.get(id)?.pending
      return pending === undefined ? [] : [{ pending, bytes, ofBytes, since }]
    })
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  #forget(pending: Pending): Given | undefined {
    const given = this.#byPending.get(pending)
    if (given === undefined) return undefined
    this.#byPending.delete(pending)
    this.#byId.delete(given.id)
    if (isLarge(given.bytes)) this.#places.free(given.bytes)
    return given
  }
}
