/** Ed25519 on node:crypto (OpenSSL); see `ed25519.ts` for the contract. */
import { Buffer } from 'node:buffer'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { hasSmallOrderR } from '../sound-key.ts'

// RFC 8410: the fixed DER that stands before a raw 32-byte key.
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')

export function ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, message, privateKey(seed)))
}

export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  const der = createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' })
  return new Uint8Array(der.subarray(publicPrefix.length))
}

export function ed25519Verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== 32 || signature.length !== 64 || hasSmallOrderR(signature)) return false
  const der = Buffer.concat([publicPrefix, key])
  try {
    return verify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)
  } catch {
    return false // OpenSSL cannot read the key
  }
}

function privateKey(seed: Uint8Array) {
  if (seed.length !== 32) throw new RangeError(`an Ed25519 seed has 32 bytes, this one has ${seed.length}`)
  return createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: 'der', type: 'pkcs8' })
}
