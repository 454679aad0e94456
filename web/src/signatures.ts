import type { SeenRecord } from '@compliance-relay/shared/bag'
import { heldIn, statementIn, type TrailRecord } from '@compliance-relay/shared/trail'
import type { Signature } from './messages.ts'

/** E-signatures of a bag that verify, by the records they are of. */
export class Signatures {
  readonly #of = new Map<string, Signature[]>()
  /** By the record of a signature: the record that withdraws it. */
  readonly #withdrawn = new Map<string, number>()
  readonly #held = new Map<string, TrailRecord>()

  /** Shown in the order of the bag. */
  take({ record, signs }: SeenRecord): void {
    const { kind, trail, seq, body } = record
    if (kind === 'signature.held') this.#held.set(placeOf(trail, seq), record)
    if (!signs) return
    const held = kind === 'signature.decided' ? this.#held.get(placeOf(trail, heldIn(record) ?? -1)) : record
    const statement = held && statementIn(held)
    if (held === undefined || statement === undefined) return
    if (statement.meaning === 'withdrawn') {
      for (const one of statement.records) this.#withdrawn.set(placeOf(trail, one.seq), seq)
      return
    }
    const { name, user, meaning, reason, at, records } = statement
    const notBefore = held.body['notBefore'] ?? body['notBefore']
    const signature: Signature = {
      seq,
      name,
      user,
      meaning,
      reason,
      at,
      notBefore: typeof notBefore === 'string' ? notBefore : undefined,
      recorded: held.time,
    }
    for (const one of records) {
      const place = placeOf(trail, one.seq)
      this.#of.set(place, [...(this.#of.get(place) ?? []), signature])
    }
  }

  of(trail: string, seq: number): readonly Signature[] {
    return (this.#of.get(placeOf(trail, seq)) ?? []).map((one) => {
      const withdrawn = this.#withdrawn.get(placeOf(trail, one.seq))
      return withdrawn === undefined ? one : { ...one, withdrawn }
    })
  }
}

function placeOf(trail: string, seq: number): string {
  return `${seq} ${trail}`
}
