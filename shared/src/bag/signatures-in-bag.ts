import {
  type FoldedSignature,
  SignatureFold,
  type Statement,
  statementIn,
  type TrailRecord,
} from '../trail/index.ts'
import { recordText } from './about.ts'
import type { SeenRecord } from './check-records.ts'
import type { LaterVersion, LaterVersions } from './later-versions.ts'

/** A record by which something became of a signature. */
export interface Deed extends Pick<TrailRecord, 'seq' | 'time' | 'actor'> {
  readonly reason: string
}

/** A statement that was taken in for a signature, or held, and what became of it. */
export interface SignatureInBag {
  /** The record it stands in. */
  readonly record: Pick<TrailRecord, 'trail' | 'seq' | 'time'>
  readonly statement: Pick<Statement, 'name' | 'user' | 'meaning' | 'reason' | 'at' | 'clock' | 'device'>
  /** Size of the head its signer saw. */
  readonly head: number
  /** Why it was held; empty where it was not, or none is said. */
  readonly heldFor: string
  /** When the last record of the bag was made under the head its signer saw: it is not older. */
  readonly notBefore: string | undefined
  readonly fold: FoldedSignature
  /** Who decided about it, where it had been held. */
  readonly decidedBy: Deed | undefined
  /** By which its signer took it back. */
  readonly withdrawnBy: Deed | undefined
}

type Open = { -readonly [Key in keyof SignatureInBag]: SignatureInBag[Key] }

/** The signatures in a bag, by its records in their order. Memory goes by what was signed. */
export class SignaturesInBag {
  readonly #list: Open[] = []
  /** By trail. */
  readonly #folds = new Map<string, SignatureFold>()
  readonly #open = new Map<FoldedSignature, Open>()
  /** By the record signed: those that count. */
  readonly #on = new Map<string, Open[]>()

  get list(): readonly SignatureInBag[] {
    return this.#list
  }

  /** `signs`: it verifies. What does not is nobody’s signature; a decision that makes none may still end the wait for one. */
  take({ record, signs, timeBelow }: Pick<SeenRecord, 'record' | 'signs' | 'timeBelow'>): void {
    const { kind, trail, seq, time, actor, body } = record
    if (!kind.startsWith('signature.') || (kind === 'signature.applied' && !signs)) return
    const fold = this.#folds.get(trail) ?? new SignatureFold()
    this.#folds.set(trail, fold)
    const one = fold.take(record)
    if (one === undefined) return
    const deed = { seq, time, actor, reason: textOf(body['reason']) }
    const statement = kind === 'signature.decided' ? undefined : statementIn(record)
    if (statement !== undefined) {
      const open: Open = {
        record: { trail, seq, time },
        ...saidIn(statement),
        heldFor: one.isHeld ? textOf(body['code']) : '',
        notBefore: timeBelow(statement.checkpoint.size),
        fold: one,
        decidedBy: undefined,
        withdrawnBy: undefined,
      }
      this.#list.push(open)
      this.#open.set(one, open)
    }
    const open = this.#open.get(one)
    if (open === undefined) return
    if (kind === 'signature.decided') open.decidedBy = deed
    if (one.counts !== seq || !signs) return
    if (one.meaning === 'withdrawn') this.#takeBack(fold, one, deed)
    else for (const signed of one.seqs) this.#count(placeOf(trail, signed), open)
  }

  /** On a record, those that count. */
  on(trail: string, seq: number): readonly SignatureInBag[] {
    return this.#on.get(placeOf(trail, seq)) ?? []
  }

  #count(place: string, open: Open): void {
    const on = this.#on.get(place)
    if (on === undefined) this.#on.set(place, [open])
    else on.push(open)
  }

  #takeBack(fold: SignatureFold, { seqs }: FoldedSignature, deed: Deed): void {
    for (const seq of seqs) {
      const taken = fold.counting(seq)
      const open = taken?.withdrawn === deed.seq ? this.#open.get(taken) : undefined
      if (open !== undefined) open.withdrawnBy = deed
    }
  }
}

/**
 * What was signed is not the newest version: it was changed since, or was so in what its signer saw. `after`: the versions
 * after it. Empty where there are none.
 */
export function changedText(
  { record, head }: SignatureInBag,
  after: readonly LaterVersion[],
  versions: LaterVersions,
): string {
  const { trail } = record
  return after
    .map((next) => {
      const wasSeen = !versions.isAfter(next, { trail, seq: head - 1 })
      return `${next.change} ${wasSeen ? 'before' : 'after'} it was signed, see ${recordText(next, trail)}`
    })
    .join('; ')
}

/** What is kept of it: not the records, of which there may be hundreds. */
function saidIn({
  name,
  user,
  meaning,
  reason,
  at,
  clock,
  device,
  checkpoint,
}: Statement): Pick<SignatureInBag, 'statement' | 'head'> {
  const said = { name, user, meaning, reason, at, ...(clock && { clock }), ...(device && { device }) }
  return { statement: said, head: checkpoint.size }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function placeOf(trail: string, seq: number): string {
  return `${seq} ${trail}`
}
