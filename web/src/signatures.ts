import type { SeenRecord } from '@compliance-relay/shared/bag'
import { type FoldedSignature, SignatureFold, statementIn } from '@compliance-relay/shared/trail'
import type { Signature } from './messages.ts'

/** A signature as far as its own record says it, whether or not it counts. */
type Taken = Omit<Signature, 'seq' | 'withdrawn'>

/** E-signatures of a bag that verify, by the records they are of. */
export class Signatures {
  /** By trail. */
  readonly #folds = new Map<string, SignatureFold>()
  /** By the record it stands in: what was applied, or held. */
  readonly #taken = new Map<string, Taken>()
  /** By the record signed: those that count. */
  readonly #of = new Map<string, FoldedSignature[]>()

  /** Shown in the order of the bag. */
  take({ record, signs, timeBelow }: SeenRecord): void {
    const { kind, trail, seq, time } = record
    // What does not verify is nobody’s signature; a decision that makes none may still end the wait for one.
    if (!kind.startsWith('signature.') || (kind === 'signature.applied' && !signs)) return
    const fold = this.#folds.get(trail) ?? new SignatureFold()
    this.#folds.set(trail, fold)
    const one = fold.take(record)
    const statement = kind === 'signature.decided' ? undefined : statementIn(record)
    if (statement !== undefined) {
      const { name, user, meaning, reason, at, checkpoint } = statement
      const notBefore = timeBelow(checkpoint.size)
      this.#taken.set(placeOf(trail, seq), { name, user, meaning, reason, at, notBefore, recorded: time })
    }
    if (one === undefined || one.counts !== seq || !signs || one.meaning === 'withdrawn') return
    for (const signed of one.seqs) {
      const place = placeOf(trail, signed)
      this.#of.set(place, [...(this.#of.get(place) ?? []), one])
    }
  }

  of(trail: string, seq: number): readonly Signature[] {
    return (this.#of.get(placeOf(trail, seq)) ?? []).flatMap(({ record, counts, withdrawn }) => {
      const taken = this.#taken.get(placeOf(trail, record))
      if (taken === undefined || counts === null) return []
      return [{ ...taken, seq: counts, ...(withdrawn === null ? {} : { withdrawn }) }]
    })
  }
}

function placeOf(trail: string, seq: number): string {
  return `${seq} ${trail}`
}
