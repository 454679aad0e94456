/** What a look-up found: a value, that there is none, or that it cannot be told now. */
export type Answer<Value> = { readonly found: Value | undefined } | 'unreachable'

export const REMEMBERED_MILLISECONDS = 60_000
const KEYS_MAX = 10_000

/**
 * Answers of a slow look-up, each for a minute. While the directory cannot be reached its last answer stands: an
 * outage does not make a colleague unknown.
 */
export class Remembered<Value> {
  readonly #ask: (key: string) => Answer<Value>
  readonly #now: () => number
  readonly #answers = new Map<string, { readonly value: Value | undefined; readonly until: number }>()

  constructor(ask: (key: string) => Answer<Value>, now: () => number) {
    this.#ask = ask
    this.#now = now
  }

  get(key: string): Value | undefined {
    const now = this.#now()
    const before = this.#answers.get(key)
    if (before !== undefined && now < before.until) return before.value
    const answer = this.#ask(key)
    const value = answer === 'unreachable' ? before?.value : answer.found
    if (this.#answers.size >= KEYS_MAX && before === undefined) this.#answers.clear()
    this.#answers.set(key, { value, until: now + REMEMBERED_MILLISECONDS })
    return value
  }

  forget(): void {
    this.#answers.clear()
  }
}
