import { Problem } from '../../api/index.ts'

/** Hashing takes 64 MiB and a quarter of a second of a core: two at a time leave capture its share. */
const AT_ONCE = 2
/** Behind them so many wait; whoever comes then is told to come again. */
const WAITING_MAX = 32
/** And of strangers no more than so: a quarter is kept for those who are known. */
const STRANGERS_MAX = 24
/**
 * Of one who is known. Beyond their first they wait only where there is room; the first waits whatever others have waiting,
 * so that neither strangers nor a few who are known keep another out. Of firsts there are no more than accounts.
 */
const WAITING_EACH_MAX = 4
const RETRY_AFTER_SECONDS = 5

interface Waiting {
  readonly known: string | undefined
  readonly go: () => void
}

/**
 * Gives turns to work that is dear: so many at once, so many waiting, and no more. Strangers and those who are known
 * (`DeviceMarks`, sessions) wait apart and come in turn, so that neither keeps the other out, however many there are.
 */
export class Turns {
  readonly #atOnce: number
  readonly #strangersMax: number
  readonly #waitingMax: number
  readonly #strangers: Waiting[] = []
  readonly #known: Waiting[] = []
  #running = 0
  #lastWasKnown = false

  constructor(atOnce = AT_ONCE, strangersMax = STRANGERS_MAX, waitingMax = WAITING_MAX) {
    this.#atOnce = atOnce
    this.#strangersMax = strangersMax
    this.#waitingMax = waitingMax
  }

  /**
   * Does the work when it is its turn, first come first. `known`: for whom, if that is known. Rejects with the `Problem`
   * `busy` if too many wait.
   */
  async take<Result>(work: () => Promise<Result>, known?: string): Promise<Result> {
    if (this.#running < this.#atOnce) this.#running++
    else {
      if (!this.#isRoom(known)) throw new Problem('busy', { retryAfterSeconds: RETRY_AFTER_SECONDS })
      const queue = known === undefined ? this.#strangers : this.#known
      // The turn is handed on, not given back: nobody who comes later takes it.
      await new Promise<void>((go) => queue.push({ known, go }))
    }
    try {
      return await work()
    } finally {
      const next = this.#next()
      if (next === undefined) this.#running--
      else next.go()
    }
  }

  #isRoom(known: string | undefined): boolean {
    if (known === undefined) return this.#strangers.length < this.#strangersMax
    const own = this.#known.filter((one) => one.known === known).length
    const all = this.#known.length + this.#strangers.length
    return own === 0 || (own < WAITING_EACH_MAX && all < this.#waitingMax)
  }

  #next(): Waiting | undefined {
    const queues = this.#lastWasKnown ? [this.#strangers, this.#known] : [this.#known, this.#strangers]
    const next = queues[0]?.shift() ?? queues[1]?.shift()
    this.#lastWasKnown = next?.known !== undefined
    return next
  }
}
