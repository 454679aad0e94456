import type { TrailRecord } from '@compliance-relay/shared/trail'
import type { Claim } from './messages.ts'

interface Answered {
  readonly leaf: unknown
  readonly claim: Claim
}

/** Who answers for captures that were refused, by the records of a bag: of one refusal the first claim. */
export class Claims {
  readonly #of = new Map<string, Answered>()

  take({ kind, trail, seq, actor: { id, name }, body }: TrailRecord): void {
    const { refusal } = body
    if (kind !== 'capture.claimed' || typeof refusal !== 'object' || refusal === null) return
    const of = refusal as { readonly trail?: unknown; readonly seq?: unknown; readonly leaf?: unknown }
    const place = `${of.seq} ${of.trail}`
    if (!this.#of.has(place)) this.#of.set(place, { leaf: of.leaf, claim: { trail, seq, id, name } })
  }

  /** Of a refusal whose leaf hash is this one, in hexadecimal: a claim names the very record that it answers for. */
  of({ kind, trail, seq }: TrailRecord, leaf: string | undefined): Claim | undefined {
    const answered = kind === 'capture.refused' ? this.#of.get(`${seq} ${trail}`) : undefined
    return answered !== undefined && answered.leaf === leaf ? answered.claim : undefined
  }
}
