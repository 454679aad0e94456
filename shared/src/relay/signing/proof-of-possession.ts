import { isSignedBy, PROOF_TYPE, type Proof, printProof, readTyped } from '../../api/index.ts'
import {
  FormatError,
  parseVkey,
  printNote,
  type Signer,
  signNote,
  utf8,
  type Verifier,
} from '../../trail/index.ts'

export function signProof(proof: Proof, signer: Signer): Uint8Array {
  return utf8(printNote(signNote(printProof(proof), signer)))
}

/**
 * The key of a proof that holds. Undefined if it is another's, or not signed by the key it names, or of another
 * enrolment. Throws nothing: what is wrong with it is nobody's business who does not have the key.
 */
export function keyProved(bytes: Uint8Array, expected: Omit<Proof, 'key'>): Verifier | undefined {
  try {
    const { note, value } = readTyped(PROOF_TYPE, bytes)
    const { nonce, trail, key } = value
    const isExpected = nonce === expected.nonce && trail === expected.trail
    if (!isExpected || Object.keys(value).length !== 3 || typeof key !== 'string') return undefined
    const verifier = parseVkey(key)
    return isSignedBy(note, verifier) ? verifier : undefined
  } catch (error) {
    if (error instanceof FormatError || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The name of a person's key on a device: whose signature it makes can be read off it (FORMAT.md, section 8). */
export function keyNameOf(org: string, user: string, device: string): string {
  return `${org}/u/${user}/${device}`
}

/** What a device may be called: it is part of a key's name. */
export function isDeviceName(device: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,39}$/.test(device)
}
