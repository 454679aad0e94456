import { Problem } from '../../api/index.ts'

/** Hashing takes 64 MiB and a quarter of a second of a core: two at a time leave capture its share. */
const AT_ONCE = 2
/** Behind them so many wait; whoever comes then is told to come again. */
const WAITING_MAX = 32
const RETRY_AFTER_SECONDS = 5

/** Gives turns to work that is dear: so many at once, so many waiting, and no more. */
export class Turns {
  readonly #atOnce: number
  readonly #waitingMax: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(atOnce = AT_ONCE, waitingMax = WAITING_MAX) {
    this.#atOnce = atOnce
    this.#waitingMax = waitingMax
  }

  /** Does the work when it is its turn, first come first. Rejects with the `Problem` `busy` if too many wait. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.#atOnce) this.#running++
    else {
      if (this.#waiting.length >= this.#waitingMax)
        throw new Problem('busy', { retryAfterSeconds: RETRY_AFTER_SECONDS })
      // The turn is handed on, not given back: nobody who comes later takes it.
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}
