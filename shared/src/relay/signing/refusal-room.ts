import { LEASE_SIGNATURES_MAX } from '../../api/index.ts'
import type { Judgement } from './judge-statement.ts'

/** Of what no enrolled key has signed: it is nobody's word, and says no more a hundred times than ten. */
export const UNSIGNED_AN_HOUR = 10
/** Of what a key has signed, each is that person's word, and kept whole: as many as an honest device can have at hand. */
export const SIGNED_AN_HOUR = LEASE_SIGNATURES_MAX
const HOUR_MILLISECONDS = 3_600_000

/**
 * How many statements that are refused or held are recorded in an hour, one by one. What has no room then is told nothing and given no
 * receipt, so its device keeps it and gives it again: no signature is lost, and nobody fills a trail.
 */
export class RefusalRoom {
  readonly #of = new Map<string, number[]>()
  readonly #now: () => number

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Whether there is room for one more; then it is taken. `giver`: user id of whoever gave the statement. */
  take(judged: Extract<Judgement, { verdict: 'refused' | 'held' }>, giver: string): boolean {
    const { key } = judged
    // Only who has a key uses up its room, whatever name their statement says; and else only their own.
    const [whose, most] = key === undefined ? [giver, UNSIGNED_AN_HOUR] : [key.verifier.vkey, SIGNED_AN_HOUR]
    const now = this.#now()
    const recent = (this.#of.get(whose) ?? []).filter((at) => now - at < HOUR_MILLISECONDS)
    const isRoom = recent.length < most
    this.#of.set(whose, isRoom ? [...recent, now] : recent)
    return isRoom
  }
}
