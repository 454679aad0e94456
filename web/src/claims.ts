import { refusalIn, type TrailRecord } from '@compliance-relay/shared/trail'
import type { Claim } from './messages.ts'

interface Answered {
  readonly leaf: unknown
  readonly claim: Claim
}

/** Who answers for captures that were refused, by the records of a bag: of one refusal the first claim. */
export class Claims {
  readonly #of = new Map<string, Answered>()

  take(record: TrailRecord): void {
    const refusal = refusalIn(record)
    if (refusal === undefined) return
    const { trail, seq, actor } = record
    const place = `${refusal.seq} ${refusal.trail}`
    const claim = { trail, seq, id: actor.id, name: actor.name }
    if (!this.#of.has(place)) this.#of.set(place, { leaf: refusal.leaf, claim })
  }

  /** Of a refusal whose leaf hash is this one, in hexadecimal: a claim names the very record that it answers for. */
  of({ kind, trail, seq }: TrailRecord, leaf: string | undefined): Claim | undefined {
    const answered = kind === 'capture.refused' ? this.#of.get(`${seq} ${trail}`) : undefined
    return answered !== undefined && answered.leaf === leaf ? answered.claim : undefined
  }
}
