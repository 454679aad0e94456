import {
  type FoldedSignature,
  SignatureFold,
  type Statement,
  statementIn,
  type TrailRecord,
} from '../../trail/index.ts'
import { beforeOf } from './record-text.ts'

/** A record by which something became of a signature. */
export type Later = Pick<TrailRecord, 'seq' | 'time' | 'actor' | 'body'>

/** The record by which a signature was taken in, or held. */
interface TakingRecord extends Later, Pick<TrailRecord, 'trail' | 'kind'> {
  /** When the last record of the bag was made under the head its signer saw: it is not older. */
  notBefore: string | undefined
}

export interface PrintedSignature {
  readonly record: TakingRecord
  readonly statement: Pick<Statement, 'name' | 'user' | 'meaning' | 'reason' | 'at' | 'clock' | 'device'>
  readonly seqs: readonly number[]
  /** Size of the head its signer saw. */
  readonly head: number
  /** What became of it. */
  readonly fold: FoldedSignature
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
  /** By trail. */
  readonly #folds = new Map<string, SignatureFold>()
  /** Records by which something became of a signature: decisions, and those that withdraw. */
  readonly #later = new Map<string, Later>()
  readonly #signed = new Map<string, SignedRecord>()
  /** For the second pass: the heads of a trail's signatures, the smallest last, and the time of the record before. */
  readonly #heads = new Map<string, { readonly open: PrintedSignature[]; time: string | undefined }>()

  /** First pass. */
  take(record: TrailRecord): void {
    const { kind, trail, seq, time, actor, body } = record
    if (!kind.startsWith('signature.')) return
    const fold = this.#folds.get(trail) ?? new SignatureFold()
    this.#folds.set(trail, fold)
    const one = fold.take(record)
    if (one === undefined) return
    const later = { seq, time, actor, body }
    if (one.counts === seq || kind === 'signature.decided') this.#later.set(placeOf(trail, seq), later)
    const statement = kind === 'signature.decided' ? undefined : statementIn(record)
    if (statement === undefined) return
    const { name, user, meaning, reason, at, clock, device, checkpoint } = statement
    const said = { name, user, meaning, reason, at, ...(clock && { clock }), ...(device && { device }) }
    this.list.push({
      record: { trail, kind, ...later, notBefore: undefined },
      statement: said,
      seqs: one.seqs,
      head: checkpoint.size,
      fold: one,
    })
    for (const place of one.seqs) this.#signed.set(placeOf(trail, place), { path: '', changedBy: undefined })
  }

  /** Second pass, over the same records. */
  look({ trail, seq, time, body, kind }: TrailRecord): void {
    if (this.list.length === 0) return
    this.#passHeads(trail, seq, time)
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

  /** After both. */
  settle(): void {
    for (const trail of this.#heads.keys()) this.#passHeads(trail, Number.POSITIVE_INFINITY, '')
  }

  /** Who decided about it, where it had been held. */
  decidedBy({ record: { trail }, fold: { decided } }: PrintedSignature): Later | undefined {
    return decided === null ? undefined : this.#later.get(placeOf(trail, decided.record))
  }

  counts({ fold }: PrintedSignature): boolean {
    return fold.counts !== null
  }

  withdrawnBy({ record: { trail }, fold: { withdrawn } }: PrintedSignature): Later | undefined {
    return withdrawn === null ? undefined : this.#later.get(placeOf(trail, withdrawn))
  }

  /** Every signature whose head this record does not stand below is given the time of the record before. */
  #passHeads(trail: string, seq: number, time: string): void {
    const heads = this.#heads.get(trail) ?? { open: this.#openOf(trail), time: undefined }
    this.#heads.set(trail, heads)
    for (let one = heads.open.at(-1); one !== undefined && one.head <= seq; one = heads.open.at(-1)) {
      one.record.notBefore = heads.time
      heads.open.pop()
    }
    heads.time = time
  }

  #openOf(trail: string): PrintedSignature[] {
    return this.list.filter(({ record }) => record.trail === trail).sort((a, b) => b.head - a.head)
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
