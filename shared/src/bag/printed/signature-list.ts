import { type Statement, statementIn, type TrailRecord } from '../../trail/index.ts'
import { beforeOf, fieldsOf } from './record-text.ts'

/** A record by which something became of a signature. */
export type Later = Pick<TrailRecord, 'seq' | 'time' | 'actor' | 'body'>

export interface PrintedSignature {
  readonly record: Later & Pick<TrailRecord, 'trail' | 'kind'>
  readonly statement: Pick<Statement, 'name' | 'user' | 'meaning' | 'reason' | 'at' | 'clock' | 'device'>
  readonly seqs: readonly number[]
}

/** A record that was signed, as far as the bag has it. */
export interface SignedRecord {
  readonly path: string
  /** The record of the next version of the same file or data set. */
  readonly changedBy: number | undefined
}

/**
 * The signatures in a bag, and what became of each, from two passes over its records: a statement names records that stand
 * before it, and what becomes of those stands anywhere after them. Memory goes by what was signed.
 */
export class SignatureList {
  readonly list: PrintedSignature[] = []
  readonly #decided = new Map<string, Later>()
  readonly #withdrawn = new Map<string, Later>()
  readonly #signed = new Map<string, SignedRecord>()

  /** First pass. */
  take(record: TrailRecord): void {
    const { kind, trail, seq, time, actor, body } = record
    const later = { seq, time, actor, body }
    if (kind === 'signature.decided') {
      const { seq: held } = fieldsOf(body['held'])
      if (typeof held === 'number') this.#decided.set(placeOf(trail, held), later)
    }
    if (kind !== 'signature.applied' && kind !== 'signature.held') return
    const statement = statementIn(record)
    if (statement === undefined) return
    const { name, user, meaning, reason, at, clock, device, records } = statement
    const said = { name, user, meaning, reason, at, ...(clock && { clock }), ...(device && { device }) }
    const seqs = records.map((one) => one.seq)
    this.list.push({ record: { trail, kind, ...later }, statement: said, seqs })
    for (const one of seqs) this.#signed.set(placeOf(trail, one), { path: '', changedBy: undefined })
  }

  /** Second pass, over the same records. */
  look({ trail, seq, body, kind }: TrailRecord): void {
    if (this.list.length === 0) return
    const own = placeOf(trail, seq)
    const { path } = body
    const signed = this.#signed.get(own)
    if (signed !== undefined)
      this.#signed.set(own, { ...signed, path: typeof path === 'string' ? path : kind })
    const before = beforeOf(body)
    const earlier = before && this.#signed.get(placeOf(trail, before.seq))
    if (before !== undefined && earlier !== undefined && earlier.changedBy === undefined)
      this.#signed.set(placeOf(trail, before.seq), { ...earlier, changedBy: seq })
  }

  /** After both: what the withdrawals that count take back. */
  settle(): void {
    for (const one of this.list) {
      const { record, statement, seqs } = one
      if (statement.meaning !== 'withdrawn' || !this.counts(one)) continue
      for (const seq of seqs) {
        const place = placeOf(record.trail, seq)
        if (!this.#withdrawn.has(place)) this.#withdrawn.set(place, this.decidedBy(one) ?? record)
      }
    }
  }

  /** Who decided about it, where it had been held. */
  decidedBy({ record }: PrintedSignature): Later | undefined {
    return record.kind === 'signature.held' ? this.#decided.get(placeOf(record.trail, record.seq)) : undefined
  }

  counts(one: PrintedSignature): boolean {
    return one.record.kind === 'signature.applied' || this.decidedBy(one)?.body['decision'] === 'accepted'
  }

  /** It is named by the record by which it counts. */
  withdrawnBy(one: PrintedSignature): Later | undefined {
    const { trail, seq } = one.record
    const decided = this.decidedBy(one)
    return (
      this.#withdrawn.get(placeOf(trail, seq)) ??
      (decided && this.#withdrawn.get(placeOf(trail, decided.seq)))
    )
  }

  /** Undefined if the bag has not that record. */
  signed(trail: string, seq: number): SignedRecord | undefined {
    const one = this.#signed.get(placeOf(trail, seq))
    return one === undefined || one.path === '' ? undefined : one
  }
}

function placeOf(trail: string, seq: number): string {
  return `${trail} ${seq}`
}
