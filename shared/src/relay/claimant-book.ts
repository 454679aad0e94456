import { refusalIn } from '../trail/index.ts'
import type { Maker } from './claims.ts'
import type { PersonRecord } from './people-memory.ts'

/** Who answers for which refusal, by the claims in the relay's own trail. Records are taken in order, each once. */
export class ClaimantBook {
  readonly #claimants = new Map<string, Maker>()

  /** Whoever claimed it, of whichever trail it is. */
  get(trail: string, seq: number): Maker | undefined {
    return this.#claimants.get(`${trail} ${seq}`)
  }

  take(record: PersonRecord): void {
    const refusal = refusalIn(record)
    if (refusal === undefined) return
    const { id, name } = record.actor
    this.#claimants.set(`${refusal.trail} ${refusal.seq}`, { id, name })
  }
}
