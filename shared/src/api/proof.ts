import { canonical } from '../trail/index.ts'

export const PROOF_TYPE = 'compliance-relay/enrol/v1'

/** What a device proves when a key is enrolled: that it has it, now, and for this relay. */
export interface Proof {
  /** As the relay gave it, good once. */
  readonly nonce: string
  /** Origin of the relay's trail. */
  readonly trail: string
  /** The key to be enrolled, named `<org>/u/<user>/<device>`. */
  readonly key: string
}

/** The text that the new key signs. */
export function printProof(proof: Proof): string {
  return `${PROOF_TYPE}\n${canonical({ ...proof })}\n`
}
