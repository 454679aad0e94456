import type { SignatureView } from '../../api/index.ts'
import { canTakeBack, type Statement } from '../../trail/index.ts'

/** How a signature came to count, and what of its time is proven. */
export type Standing = Pick<SignatureView, 'record' | 'notBefore' | 'notAfter' | 'roles' | 'decidedBy'>

/** Which signatures are on which record, in the order in which they came to count. A later version has its own. */
export class SignatureBook {
  /** By the record by which each counts. */
  readonly #signatures = new Map<number, SignatureView>()
  /** By the record signed: the records of its signatures. */
  readonly #on = new Map<number, number[]>()

  add({ meaning, records, user, name, reason, at }: Statement, standing: Standing): void {
    const seqs = records.map(({ seq }) => seq)
    if (meaning === 'withdrawn') {
      const withdrawal = { user, name, at, notAfter: standing.notAfter, reason }
      for (const seq of seqs) this.#withdraw(seq, standing.record, withdrawal)
      return
    }
    const none = { withdrawn: null, withdrawal: null }
    this.#signatures.set(standing.record, { user, name, meaning, reason, at, ...standing, ...none })
    for (const seq of seqs) this.#on.set(seq, [...(this.#on.get(seq) ?? []), standing.record])
  }

  /** By the record by which it counts. */
  get(record: number): SignatureView | undefined {
    return this.#signatures.get(record)
  }

  /** The records that a signature is on. */
  of(record: number): readonly number[] {
    return [...this.#on].flatMap(([seq, records]) => (records.includes(record) ? [seq] : []))
  }

  on(seq: number): readonly SignatureView[] {
    return (this.#on.get(seq) ?? []).flatMap((record) => this.get(record) ?? [])
  }

  /** Records that were ever signed, the one signed last first. */
  signed(): readonly number[] {
    const lastOf = (seq: number) => this.#on.get(seq)?.at(-1) ?? 0
    return [...this.#on.keys()].sort((a, b) => lastOf(b) - lastOf(a))
  }

  #withdraw(record: number, by: number, withdrawal: NonNullable<SignatureView['withdrawal']>): void {
    const signature = this.#signatures.get(record)
    if (signature !== undefined && signature.withdrawn === null && canTakeBack(withdrawal.user, signature))
      this.#signatures.set(record, { ...signature, withdrawn: by, withdrawal })
  }
}
