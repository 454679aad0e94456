import {
  type Body,
  type CountedSignature,
  heldIn,
  isSignable,
  ruleOf,
  type SigningSteps,
  type Statement,
  signatureState,
  signatureStates,
  statementIn,
  type TrailRecord,
} from '../trail/index.ts'

/** What records can be asked for by: what their signatures come to, or that a signature on them waits for a decision. */
export const exportStates = [...signatureStates, 'held'] as const
export type ExportState = (typeof exportStates)[number]

interface Counted extends CountedSignature {
  withdrawn: number | null
}

/**
 * What the signatures on each record of a trail come to, by its records: those that count, in order, each once. A relay
 * asks it which records to take; a verifier, with what of that is in the bag, whether they were taken rightly.
 */
export class SignatureStates {
  /** By the record by which each counts. */
  readonly #signatures = new Map<number, Counted>()
  readonly #on = new Map<number, Counted[]>()
  readonly #held = new Map<number, { readonly statement: Statement; readonly roles: readonly string[] }>()
  /** How many held ones wait, by the record they are about. */
  readonly #waiting = new Map<number, number>()
  #rules: { readonly [project: string]: SigningSteps } = {}

  take(record: TrailRecord): void {
    const { kind, seq, body } = record
    switch (kind) {
      case 'rules.changed':
      case 'rules.carried':
        this.#rules = rulesIn(body['after']) ?? this.#rules
        return
      case 'signature.applied': {
        const statement = statementIn(record)
        if (statement !== undefined) this.#count(seq, statement, rolesIn(body))
        return
      }
      case 'signature.held': {
        const statement = statementIn(record)
        if (statement === undefined) return
        this.#held.set(seq, { statement, roles: rolesIn(body) })
        this.#wait(statement, 1)
        return
      }
      case 'signature.decided': {
        const at = heldIn(record)
        const held = at === undefined ? undefined : this.#held.get(at)
        if (at === undefined || held === undefined) return
        this.#held.delete(at)
        this.#wait(held.statement, -1)
        if (body['decision'] === 'accepted') this.#count(seq, held.statement, held.roles)
      }
    }
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

  #count(by: number, { meaning, records }: Statement, roles: readonly string[]): void {
    if (meaning === 'withdrawn') {
      for (const { seq } of records) {
        const signature = this.#signatures.get(seq)
        if (signature !== undefined) signature.withdrawn ??= by
      }
      return
    }
    const counted: Counted = { meaning, roles, withdrawn: null }
    this.#signatures.set(by, counted)
    for (const { seq } of records) {
      const on = this.#on.get(seq)
      if (on === undefined) this.#on.set(seq, [counted])
      else on.push(counted)
    }
  }

  #wait({ records }: Statement, more: number): void {
    for (const { seq } of records) this.#waiting.set(seq, (this.#waiting.get(seq) ?? 0) + more)
  }
}

function rolesIn({ roles }: Body): readonly string[] {
  return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : []
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
