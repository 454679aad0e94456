import type { ShownRow } from '../log/log.ts'

const PAGE = 128
/** Pages asked for beyond the window, in the way it moves. */
const AHEAD = 3
const PAGES_MAX = 48

/** Rows in sight and beyond, by the page: a list that moves has them before it shows them. */
export class RowCache {
  readonly #ask: (from: number, to: number) => Promise<readonly ShownRow[]>
  readonly #onCome: () => void
  readonly #pages = new Map<number, readonly ShownRow[] | 'asked'>()
  /** Rows from before the last renewal: shown until those of now are here, so that nothing flickers. */
  #former = new Map<number, readonly ShownRow[]>()
  #generation = 0
  #first = 0

  constructor(ask: (from: number, to: number) => Promise<readonly ShownRow[]>, onCome: () => void) {
    this.#ask = ask
    this.#onCome = onCome
  }

  /** Something else was found. */
  renew(): void {
    this.#generation++
    this.#former = new Map(
      [...this.#pages].filter((page): page is [number, ShownRow[]] => page[1] !== 'asked'),
    )
    this.#pages.clear()
  }

  at(index: number): ShownRow | undefined {
    const page = Math.floor(index / PAGE)
    const rows = this.#pages.get(page)
    return (rows === undefined || rows === 'asked' ? this.#former.get(page) : rows)?.[index % PAGE]
  }

  want(first: number, last: number, count: number): void {
    const isUp = first < this.#first
    this.#first = first
    const from = Math.floor(first / PAGE) - (isUp ? AHEAD : 1)
    const to = Math.floor(last / PAGE) + (isUp ? 1 : AHEAD)
    for (let page = Math.max(0, from); page <= to && page * PAGE < count; page++) this.#load(page)
  }

  #load(page: number): void {
    if (this.#pages.has(page)) return
    const generation = this.#generation
    this.#pages.set(page, 'asked')
    void this.#ask(page * PAGE, (page + 1) * PAGE).then((rows) => {
      if (generation !== this.#generation) return
      this.#pages.set(page, rows)
      this.#former.delete(page)
      this.#forget(page)
      this.#onCome()
    })
  }

  /** Those farthest from where the list is now. */
  #forget(near: number): void {
    if (this.#pages.size <= PAGES_MAX) return
    const farthest = [...this.#pages.keys()].sort((a, b) => Math.abs(b - near) - Math.abs(a - near))
    for (const page of farthest.slice(0, this.#pages.size - PAGES_MAX)) this.#pages.delete(page)
  }
}
