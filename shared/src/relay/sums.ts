import type { Body } from '../trail/index.ts'

/** So many are told apart between two records; what comes beyond is counted together, by its kind. */
const KEYS_MAX = 200

interface Sum {
  readonly kind: string
  readonly body: Body
  readonly count: number
  /** Of the first and of the last, wall clock, milliseconds. */
  readonly from: number
  readonly to: number
}

/**
 * What was refused again and again: each is an event on record, but a program that asks a hundred times a second must
 * not fill a trail. Summed up here, to be recorded once a minute.
 */
export class Sums {
  readonly #sums = new Map<string, Sum>()

  /** Counts one more of what is alike in kind and body. */
  add(kind: string, body: Body, at: number): void {
    this.#put({ kind, body, count: 1, from: at, to: at })
  }

  /** What was counted since the last time. */
  takeAll(): readonly Sum[] {
    const all = [...this.#sums.values()]
    this.#sums.clear()
    return all
  }

  /** What could not be recorded is counted on. */
  putBack(sum: Sum): void {
    this.#put(sum)
  }

  #put({ kind, body, count, from, to }: Sum): void {
    const key = `${kind} ${JSON.stringify(body)}`
    const isRoom = this.#sums.has(key) || this.#sums.size < KEYS_MAX
    const [at, of] = isRoom ? [key, body] : [kind, { account: null, others: true }]
    const known = this.#sums.get(at)
    this.#sums.set(at, {
      kind,
      body: of,
      count: (known?.count ?? 0) + count,
      from: Math.min(known?.from ?? from, from),
      to: Math.max(known?.to ?? to, to),
    })
  }
}

/** As its record tells it. */
export function summed({ body, count, from, to }: Sum): Body {
  return { ...body, count, from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}
