import type { Body } from '../trail/index.ts'
import type { PersonRecord } from './people-memory.ts'

/** Who answers for which refusal, by the claims in the relay's own trail. Records are taken in order, each once. */
export class ClaimantBook {
  readonly #claimants = new Map<string, string>()

  /** The user id of whoever claimed it, of whichever trail it is. */
  get(trail: string, seq: number): string | undefined {
    return this.#claimants.get(`${trail} ${seq}`)
  }

  take({ kind, body, actor }: PersonRecord): void {
    if (kind !== 'capture.claimed') return
    const { trail, seq } = (body['refusal'] ?? {}) as Body
    if (typeof trail === 'string' && typeof seq === 'number') this.#claimants.set(`${trail} ${seq}`, actor.id)
  }
}
