import { FormatError, type Signer, type Value, type Verifier } from '../trail/index.ts'
import { isSignedBy, readTyped, signTyped } from './typed-text.ts'
import type { StatementVerdict } from './verdicts.ts'

const TYPE = 'compliance-relay/receipt/v1'

/** What a relay says of a statement it was given: signed, so that nobody can say later that it was not. */
export interface Receipt {
  /** SHA-256 of the statement's note, hexadecimal. */
  readonly statement: string
  readonly trail: string
  readonly verdict: Exclude<StatementVerdict, 'duplicate' | 'throttled'>
  /** Why it was not accepted; null if it was. */
  readonly code: string | null
  /** Place of the record that says so. */
  readonly record: number
  /** When it was recorded, ISO 8601: the signature was made before that. */
  readonly time: string
}

export function signReceipt(receipt: Receipt, signer: Signer): Uint8Array {
  return signTyped(TYPE, { ...receipt } as { [key: string]: Value }, signer)
}

/** A receipt that the relay signed. Throws `FormatError`. */
export function readReceipt(bytes: Uint8Array, relay: Verifier): Receipt {
  const { note, value } = readTyped(TYPE, bytes)
  if (!isSignedBy(note, relay))
    throw new FormatError('note-form', `a signature of ${relay.name}`, 'none that holds')
  return value as unknown as Receipt
}
