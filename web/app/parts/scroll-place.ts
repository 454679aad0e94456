/** Firefox gives an element no height at all above 17 million pixels; others stop at 33. */
const SPACER_MAX = 8_000_000
/** A move of more windows than this is one of the bar, not of the wheel. */
const WINDOWS_AT_ONCE = 4
/** Rows beyond the edges of the window. */
const BEYOND = 4

/**
 * Where a list stands, in pixels of all its rows. As long as these are fewer than a browser can have, that is the place of
 * its bar. Else a short move of the bar is taken for one of the wheel and moves by as many pixels, and a long one for one of
 * the bar, and goes to that part of the whole. Pure.
 */
export class ScrollPlace {
  #rows = 0
  #row = 40
  #height = 600
  #top = 0
  #bar = 0

  measure(rows: number, row: number, height: number): void {
    if (row !== this.#row) this.#top = (this.#top / this.#row) * row
    this.#rows = rows
    this.#row = row
    this.#height = Math.max(row, height)
    this.#top = this.#within(this.#top)
  }

  /** The bar was moved. */
  scrolled(bar: number): void {
    const moved = bar - this.#bar
    this.#bar = bar
    if (this.#all <= SPACER_MAX) this.#top = this.#within(bar)
    else if (bar <= 0) this.#top = 0
    else if (bar >= this.#barMax) this.#top = this.#topMax
    else if (Math.abs(moved) < WINDOWS_AT_ONCE * this.#height) this.#top = this.#within(this.#top + moved)
    else this.#top = this.#within((bar / this.#barMax) * this.#topMax)
  }

  /** Where the bar has to be for a row to be in sight; undefined if it is. */
  show(index: number): number | undefined {
    const from = index * this.#row
    if (from >= this.#top && from + this.#row <= this.#top + this.#height) return undefined
    this.#top = this.#within(from < this.#top ? from : from + this.#row - this.#height)
    this.#bar = this.#all <= SPACER_MAX ? this.#top : Math.round((this.#top / this.#topMax) * this.#barMax)
    return this.#bar
  }

  /** Rows to be drawn, where the first of them stands in the window, and how high what is scrolled is. */
  window(): {
    readonly first: number
    readonly last: number
    readonly offset: number
    readonly spacer: number
  } {
    const first = Math.max(0, Math.floor(this.#top / this.#row) - BEYOND)
    const last = Math.min(this.#rows, Math.ceil((this.#top + this.#height) / this.#row) + BEYOND)
    return {
      first,
      last: Math.max(first, last),
      offset: first * this.#row - this.#top,
      spacer: Math.max(this.#height, Math.min(this.#all, SPACER_MAX)),
    }
  }

  get #all(): number {
    return this.#rows * this.#row
  }

  get #topMax(): number {
    return Math.max(0, this.#all - this.#height)
  }

  get #barMax(): number {
    return Math.min(this.#all, SPACER_MAX) - this.#height
  }

  #within(top: number): number {
    return Math.max(0, Math.min(this.#topMax, top))
  }
}
