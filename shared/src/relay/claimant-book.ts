import { refusalIn } from '../trail/index.ts'
import type { PersonRecord } from './people-memory.ts'

/** Who answers for which refusal, by the claims in the relay's own trail. Records are taken in order, each once. */
export class ClaimantBook {
  readonly #claimants = new Map<string, string>()

  /** The user id of whoever claimed it, of whichever trail it is. */
  get(trail: string, seq: number): string | undefined {
    return this.#claimants.get(`${trail} ${seq}`)
  }

  take(record: PersonRecord): void {
    const refusal = refusalIn(record)
    if (refusal !== undefined) this.#claimants.set(`${refusal.trail} ${refusal.seq}`, record.actor.id)
  }
}
