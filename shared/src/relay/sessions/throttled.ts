/** So many accounts and devices are told apart between two records; what comes beyond is counted together. */
const KEYS_MAX = 100

export interface ThrottledCount {
  /** Null for names that no account has, and for what is counted together. */
  readonly account: string | null
  readonly device: string
  readonly count: number
}

/**
 * Tries that were not even looked at, because their turn to wait was not over. Each is an attempt on record, but a
 * program that tries a hundred times a second must not fill a trail: they are summed up, to be recorded once a minute.
 */
export class Throttled {
  readonly #counts = new Map<string, ThrottledCount>()

  add(account: string | null, device: string, count = 1): void {
    const key = `${account ?? ''}\0${device}`
    const isRoom = this.#counts.has(key) || this.#counts.size < KEYS_MAX
    const [at, of] = isRoom ? [key, { account, device }] : ['', { account: null, device: 'others' }]
    this.#counts.set(at, { ...of, count: (this.#counts.get(at)?.count ?? 0) + count })
  }

  /** What was counted since the last time. */
  takeAll(): readonly ThrottledCount[] {
    const all = [...this.#counts.values()]
    this.#counts.clear()
    return all
  }

  /** What could not be recorded is counted on. */
  putBack({ account, device, count }: ThrottledCount): void {
    this.add(account, device, count)
  }
}
