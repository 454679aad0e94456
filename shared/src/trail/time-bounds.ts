import type { WitnessedSize } from './checkpoint-claims.ts'

/**
 * What the clocks of the witnesses bear out about a record's time. A record exists by the time the
 * smallest head that covers it was cosigned, and was not in the largest head before it. Neither is a
 * proof of the claimed time; a claim outside both by more than the skew is worth a look.
 *
 * Times of one fixed form compare as text, so no record's time is parsed.
 */
export class TimeBounds {
  readonly #bounds: readonly { readonly size: number; readonly lower: string; readonly upper: string }[]
  readonly #skewMilliseconds: number
  #next = 0
  #last = ''

  constructor(witnessed: readonly WitnessedSize[], skewSeconds: number) {
    this.#skewMilliseconds = skewSeconds * 1000
    this.#bounds = witnessed.map(({ size, seconds }) => ({
      size,
      lower: isoTime((seconds - skewSeconds) * 1000),
      upper: isoTime((seconds + skewSeconds) * 1000),
    }))
  }

  /** For the next record: the interval its time lies outside of, and the time before it if it went back. */
  next(
    seq: number,
    time: string,
  ): { readonly outside: string | undefined; readonly wentBack: string | undefined } {
    const wentBack = time < this.#last && this.#isStep(time) ? this.#last : undefined
    this.#last = time
    while ((this.#bounds[this.#next]?.size ?? Number.POSITIVE_INFINITY) <= seq) this.#next++
    const lower = this.#bounds[this.#next - 1]?.lower ?? ''
    const upper = this.#bounds[this.#next]?.upper ?? '~'
    const outside =
      time < lower || time > upper
        ? `from ${lower || 'the start'} to ${upper === '~' ? 'now' : upper}`
        : undefined
    return { outside, wentBack }
  }

  #isStep(time: string): boolean {
    return Date.parse(this.#last) - Date.parse(time) > this.#skewMilliseconds
  }
}

/** A moment in a trail's form, held inside the years it can write. */
function isoTime(milliseconds: number): string {
  const [first, last] = [Date.UTC(1970, 0, 1), Date.UTC(9999, 11, 31)]
  return new Date(Math.min(Math.max(milliseconds, first), last)).toISOString()
}
