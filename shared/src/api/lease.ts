import { FormatError, type Signer, type Value, type Verifier } from '../trail/index.ts'
import { isSignedBy, readTyped, signTyped } from './typed-text.ts'

const TYPE = 'compliance-relay/lease/v1'

/** How long a device may sign without a word from its relay, and how often. */
export const LEASE_HOURS = 72
export const LEASE_SIGNATURES_MAX = 200
/**
 * So long after its lease what a device signed may come: it may have been where there is no network. What comes later is
 * held, however early its device says that it was signed: otherwise whoever keeps an old head signs with it for ever.
 */
export const ARRIVAL_DAYS = 7

/** What a relay lets a device sign while it cannot be asked. Signed by the relay: nobody on the way can prolong it. */
export interface Lease {
  readonly id: string
  readonly trail: string
  /** The key it is for. */
  readonly key: string
  readonly user: string
  readonly name: string
  readonly device: string
  /** What the holder may mean by a signature. */
  readonly meanings: readonly string[]
  /** The account's n-th password: with another one it is void. */
  readonly epoch: number
  /** ISO 8601. */
  readonly issued: string
  readonly notAfter: string
  /** The device's last signature the relay knew of, and the last it may make. */
  readonly countFrom: number
  readonly countMax: number
}

export function signLease(lease: Lease, signer: Signer): Uint8Array {
  return signTyped(TYPE, { ...lease, meanings: [...lease.meanings] } as { [key: string]: Value }, signer)
}

/** A lease that the relay signed. Throws `FormatError`. */
export function readLease(bytes: Uint8Array, relay: Verifier): Lease {
  const { note, value } = readTyped(TYPE, bytes)
  if (!isSignedBy(note, relay))
    throw new FormatError('note-form', `a signature of ${relay.name}`, 'none that holds')
  return value as unknown as Lease
}
