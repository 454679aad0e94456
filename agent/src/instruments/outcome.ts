import type { Claim } from './types.ts'

/** What one rule found. */
export interface Outcome {
  readonly missing?: readonly string[]
  readonly aborted?: boolean
  /** What is missing is a file beside the unit. */
  readonly lacks?: boolean
  readonly claims?: readonly Claim[]
  readonly notes?: readonly string[]
}

export const complete: Outcome = {}

export function missing(...phrases: readonly string[]): Outcome {
  return { missing: phrases }
}
