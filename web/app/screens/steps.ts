import type { ResultOf } from '@compliance-relay/shared/api'
import { roleText } from './account-words.ts'

export type SigningRule = ResultOf<'readRules'>['rules']['signing'][string]
export type Step = SigningRule['steps'][number]

export const STEPS_MAX = 5
export const EVERY_PROJECT = '*'

/** `Reviewed by QA`. */
export function stepText({ meaning, role }: Step): string {
  const what = meaning === 'reviewed' ? 'Reviewed' : 'Approved'
  return role === null
    ? `${what} by whoever may sign`
    : `${what} by ${role === 'qa' ? 'QA' : `a ${roleText(role).toLowerCase()}`}`
}

/** The order of a project in a sentence. */
export function orderText({ steps, independent }: SigningRule): string {
  const order = steps.length === 0 ? 'in any order' : steps.map(stepText).join(', then ')
  return independent ? `${order}, each by another person` : order
}

/** Why it is no name of a project; undefined where it is one. */
export function projectFault(name: string): string | undefined {
  return /^(?:\*|[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/.test(name)
    ? undefined
    : 'A project as it is written in settings, or * for every other one.'
}
