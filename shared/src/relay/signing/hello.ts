import { isSignedBy, readTyped, signTyped } from '../../api/index.ts'
import { FormatError, parseVkey, type Signer, type Value } from '../../trail/index.ts'

const TYPE = 'compliance-relay/hello/v1'

/**
 * What a relay says of itself to whoever wants to be sure that it is this relay: signed with the key of its checkpoints,
 * which is known from outside. Whoever took its port has not that key.
 */
export interface Hello {
  /** What whoever asks made up: it was not said to anybody before. */
  readonly nonce: string
  readonly trail: string
  readonly version: string
  /** ISO 8601. */
  readonly time: string
  /** Where this relay is reached, so that nobody at another port passes on what it says here. */
  readonly origins: readonly string[]
}

export function signHello(hello: Hello, signer: Signer): Uint8Array {
  return signTyped(TYPE, { ...hello } as { [key: string]: Value }, signer)
}

/** True if a relay with this key answers at `origin`, and says so to whoever made up the nonce. */
export function isHelloOf(
  bytes: Uint8Array,
  { vkey, nonce, origin }: { readonly vkey: string; readonly nonce: string; readonly origin: string },
): boolean {
  try {
    const { note, value } = readTyped(TYPE, bytes)
    const origins = value['origins']
    const isHere = Array.isArray(origins) && origins.includes(origin)
    return isHere && value['nonce'] === nonce && isSignedBy(note, parseVkey(vkey))
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}
