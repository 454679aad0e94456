import type { Random } from '../support/random.ts'
import type { Workstation, WorkstationOptions } from '../support/workstation.ts'
import type { Finding } from './finding.ts'

/** A kind of round. What is random in it comes from `random` alone, what is done is noted. */
export interface Round {
  readonly workstation: WorkstationOptions
  /** Resolves with what was found. Throws if the relay ended, or never settled. */
  readonly run: (station: Workstation, random: Random, note: (what: string) => void) => Promise<Finding[]>
}
