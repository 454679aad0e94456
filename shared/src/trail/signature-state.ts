import type { Meaning } from './statement.ts'

/*
 * What the signatures on a record come to. The same for the relay that judges the next one and for whoever verifies an
 * export of records in one state (FORMAT.md, section 8).
 */

export const signatureStates = ['unsigned', 'reviewed', 'approved', 'rejected'] as const
export type SigningState = (typeof signatureStates)[number]

/** What of a signature counts for the state: those of its steps, and whether it stands. */
export interface CountedSignature {
  readonly meaning: Exclude<Meaning, 'withdrawn'>
  /** The roles its signer had then: a step that asks for one is filled by no other. */
  readonly roles: readonly string[]
  /** Place of the record by which its signer took it back; null while it stands. */
  readonly withdrawn: number | null
}

/** Signatures that a record has to get, in this order; none: whoever may sign does, in any order. */
export interface SigningSteps {
  readonly steps: readonly { readonly meaning: 'reviewed' | 'approved'; readonly role: string | null }[]
}

const SIGNABLE = /^(?:file|dataset)\.(?:created|changed|renamed|deleted)$|^capture\.claimed$/

/** Whether records of a kind can be signed: those of captures. */
export function isSignable(kind: string): boolean {
  return SIGNABLE.test(kind)
}

/** What stands on a record, by signatures in the order in which they came to count. */
export function signatureState(signatures: readonly CountedSignature[], rule: SigningSteps): SigningState {
  const stand = standing(signatures)
  if (stand.some(({ meaning }) => meaning === 'rejected')) return 'rejected'
  const filled = rule.steps.slice(0, stepsFilled(stand, rule))
  const meant = rule.steps.length > 0 ? filled : stand
  if (meant.some(({ meaning }) => meaning === 'approved')) return 'approved'
  return meant.some(({ meaning }) => meaning === 'reviewed') ? 'reviewed' : 'unsigned'
}

export function standing<One extends Pick<CountedSignature, 'withdrawn'>>(
  signatures: readonly One[],
): readonly One[] {
  return signatures.filter(({ withdrawn }) => withdrawn === null)
}

/** How many of a rule's steps, in their order, standing signatures fill. */
export function stepsFilled(
  stand: readonly Pick<CountedSignature, 'meaning' | 'roles'>[],
  { steps }: SigningSteps,
): number {
  return stand.reduce((filled, signature) => {
    const step = steps[filled]
    const isStep =
      step?.meaning === signature.meaning && (step.role === null || signature.roles.includes(step.role))
    return filled + (isStep ? 1 : 0)
  }, 0)
}

/** Stands for every project that has no rule of its own. */
export const EVERY_PROJECT = '*'

/** The rule of a project among those by project. */
export function ruleOf<Rule extends SigningSteps>(
  rules: { readonly [project: string]: Rule },
  project: string,
): Rule | undefined {
  return (Object.hasOwn(rules, project) ? rules[project] : undefined) ?? rules[EVERY_PROJECT]
}
