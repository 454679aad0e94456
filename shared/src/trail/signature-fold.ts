import type { Body, TrailRecord } from './record.ts'
import type { Meaning } from './statement.ts'
import { heldIn, statementIn } from './subjects.ts'

/** What is signed, as far as it matters for what becomes of it. */
export interface SaidSignature {
  readonly user: string
  readonly meaning: Meaning
  /** Places of the records it is about. */
  readonly seqs: readonly number[]
  /** Those its signer had when it was taken in. */
  readonly roles: readonly string[]
}

/** A statement that the trail has taken in for a signature or held for a person, and what has become of it so far. */
export interface FoldedSignature extends SaidSignature {
  /** Place of the record it stands in. */
  readonly record: number
  readonly isHeld: boolean
  /** How it was decided about, and by which record; null where nobody has. */
  readonly decided: { readonly record: number; readonly isAccepted: boolean } | null
  /** Place of the record by which it counts; null while it does not. */
  readonly counts: number | null
  /** Place of the record by which its signer took it back; null while it stands. */
  readonly withdrawn: number | null
}

/** What a record does to signatures, small enough to be kept of each: the record need not be read again. */
export type SignatureAct =
  | { readonly act: 'apply' | 'hold'; readonly record: number; readonly said: SaidSignature }
  | {
      readonly act: 'decide'
      readonly record: number
      readonly held: number
      readonly by: string
      readonly isAccepted: boolean
    }

/** Undefined where nothing becomes of any signature by a record. Pure. */
export function signatureActIn(
  one: Pick<TrailRecord, 'kind' | 'seq' | 'body' | 'actor'>,
): SignatureAct | undefined {
  const { kind, seq: record, body, actor } = one
  if (kind === 'signature.decided') {
    const isAccepted = body['decision'] === 'accepted'
    return { act: 'decide', record, held: heldIn(one) ?? -1, by: actor.id, isAccepted }
  }
  if (kind !== 'signature.applied' && kind !== 'signature.held') return undefined
  const statement = statementIn(one)
  if (statement === undefined) return undefined
  const { user, meaning, records } = statement
  const said = { user, meaning, seqs: records.map(({ seq }) => seq), roles: rolesIn(body) }
  return { act: kind === 'signature.applied' ? 'apply' : 'hold', record, said }
}

type Open = { -readonly [Key in keyof FoldedSignature]: FoldedSignature[Key] }

/**
 * What became of the signatures of one trail (FORMAT.md, section 8). The rules are here and nowhere else: the first
 * decision about a held one is the only one, nobody decides about their own, and nobody takes back what another has
 * signed. Whoever shows it records shows them in their order, and those it believes: nothing is verified here.
 */
export class SignatureFold {
  /** By the record each stands in: those that wait for a decision. */
  readonly #waiting = new Map<number, Open>()
  /** By the record by which each counts. */
  readonly #counting = new Map<number, Open>()

  /** The signature that the record holds or decides about; undefined where nothing becomes of any by it. */
  take(record: TrailRecord): FoldedSignature | undefined {
    const act = signatureActIn(record)
    return act && this.do(act)
  }

  do(act: SignatureAct): FoldedSignature | undefined {
    if (act.act === 'decide') return this.decide(act.held, act.record, act.by, act.isAccepted)
    return act.act === 'apply' ? this.apply(act.record, act.said) : this.hold(act.record, act.said)
  }

  apply(record: number, said: SaidSignature): FoldedSignature {
    return this.#count({ ...said, record, isHeld: false, decided: null, counts: record, withdrawn: null })
  }

  hold(record: number, said: SaidSignature): FoldedSignature {
    const one: Open = { ...said, record, isHeld: true, decided: null, counts: null, withdrawn: null }
    this.#waiting.set(record, one)
    return one
  }

  decide(held: number, record: number, by: string, isAccepted: boolean): FoldedSignature | undefined {
    const one = this.#waiting.get(held)
    if (one === undefined) return undefined
    this.#waiting.delete(held)
    one.decided = { record, isAccepted }
    if (!isAccepted || by === one.user) return one
    one.counts = record
    return this.#count(one)
  }

  /** Named by the record by which it counts. */
  counting(record: number): FoldedSignature | undefined {
    return this.#counting.get(record)
  }

  #count(one: Open): FoldedSignature {
    const by = one.counts as number
    this.#counting.set(by, one)
    if (one.meaning !== 'withdrawn') return one
    for (const seq of one.seqs) {
      const taken = this.#counting.get(seq)
      if (taken !== undefined && canTakeBack(one.user, taken)) taken.withdrawn ??= by
    }
    return one
  }
}

/** Whether somebody may withdraw it: what they signed themselves, and no withdrawal. */
export function canTakeBack(user: string, one: Pick<FoldedSignature, 'user' | 'meaning'>): boolean {
  return one.user === user && one.meaning !== 'withdrawn'
}

function rolesIn({ roles }: Body): readonly string[] {
  return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : []
}
