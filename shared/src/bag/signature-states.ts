import {
  type FoldedSignature,
  isSignable,
  ruleOf,
  type SignatureAct,
  SignatureFold,
  type SigningSteps,
  signatureActIn,
  signatureState,
  signatureStates,
  type TrailRecord,
} from '../trail/index.ts'

/** What records can be asked for by: what their signatures come to, or that a signature on them waits for a decision. */
export const exportStates = [...signatureStates, 'held'] as const
export type ExportState = (typeof exportStates)[number]

/** What a record does to states: of a signature, or other rules from then on. */
export type StateAct =
  | SignatureAct
  | { readonly act: 'rules'; readonly rules: { readonly [project: string]: SigningSteps } }

/** Undefined of a record that does nothing to any. Pure. */
export function stateActIn(record: TrailRecord): StateAct | undefined {
  const { kind, body } = record
  if (kind !== 'rules.changed' && kind !== 'rules.carried') return signatureActIn(record)
  const rules = rulesIn(body['after'])
  return rules && { act: 'rules', rules }
}

type Counted = FoldedSignature & { readonly meaning: Exclude<FoldedSignature['meaning'], 'withdrawn'> }

/**
 * What the signatures on each record of a trail come to, by its records: those that count, in order, each once. A relay
 * asks it which records to take; a verifier, with what of that is in the bag, whether they were taken rightly.
 */
export class SignatureStates {
  readonly #fold = new SignatureFold()
  readonly #on = new Map<number, Counted[]>()
  /** How many held ones wait, by the record they are about. */
  readonly #waiting = new Map<number, number>()
  #rules: { readonly [project: string]: SigningSteps } = {}

  /** Gives the places whose states may be others from this record on, in no order. */
  take(record: TrailRecord): Iterable<number> {
    const act = stateActIn(record)
    return act === undefined ? [] : this.do(act)
  }

  /** As `take`, of what was kept of a record. */
  do(act: StateAct): Iterable<number> {
    if (act.act === 'rules') {
      this.#rules = act.rules
      return this.#on.keys()
    }
    const one = this.#fold.do(act)
    if (one === undefined) return []
    if (one.isHeld) this.#wait(one, one.decided === null ? 1 : -1)
    if (one.counts !== act.record) return one.seqs
    if (isOfRecords(one)) this.#count(one)
    if (isOfRecords(one)) return one.seqs
    // What is taken back are signatures, not files: those that they are on.
    return one.seqs.flatMap((seq) => [seq, ...(this.#fold.counting(seq)?.seqs ?? [])])
  }

  /** Of the record at a place, of a kind that can be signed and of a project. */
  of(seq: number, project: string): readonly ExportState[] {
    const state = signatureState(this.#on.get(seq) ?? [], ruleOf(this.#rules, project) ?? { steps: [] })
    return (this.#waiting.get(seq) ?? 0) > 0 ? [state, 'held'] : [state]
  }

  /** Of a record that can be signed; none of any other. */
  ofRecord({ seq, kind, body }: TrailRecord): readonly ExportState[] {
    return isSignable(kind) ? this.of(seq, typeof body['project'] === 'string' ? body['project'] : '') : []
  }

  /** Those that count on the record at a place, also where they come to nothing; what was withdrawn is among them. */
  on(seq: number): readonly Pick<FoldedSignature, 'withdrawn'>[] {
    return this.#on.get(seq) ?? []
  }

  #count(one: Counted): void {
    for (const seq of one.seqs) {
      const on = this.#on.get(seq)
      if (on === undefined) this.#on.set(seq, [one])
      else on.push(one)
    }
  }

  #wait({ seqs }: FoldedSignature, more: number): void {
    for (const seq of seqs) this.#waiting.set(seq, (this.#waiting.get(seq) ?? 0) + more)
  }
}

function isOfRecords(one: FoldedSignature): one is Counted {
  return one.meaning !== 'withdrawn'
}

/** Signing rules by project; undefined where a record changes others, or has none of this form. */
function rulesIn(after: unknown): { readonly [project: string]: SigningSteps } | undefined {
  const signing = isObject(after) ? after['signing'] : undefined
  if (!isObject(signing)) return undefined
  const rules = Object.entries(signing).map(([project, rule]) => [project, stepsIn(rule)] as const)
  return Object.fromEntries(rules)
}

function stepsIn(rule: unknown): SigningSteps {
  const steps = isObject(rule) && Array.isArray(rule['steps']) ? rule['steps'] : []
  return {
    steps: steps.filter(isObject).flatMap(({ meaning, role }) => {
      const isStep = meaning === 'reviewed' || meaning === 'approved'
      return isStep ? [{ meaning, role: typeof role === 'string' ? role : null }] : []
    }),
  }
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
