/**
 * Ed25519 (RFC 8032) wherever there is no node:crypto. `ed25519.node.ts` gives the same functions on
 * OpenSSL; package.json's `#ed25519` chooses.
 *
 * Verifiers differ on crafted signatures. OpenSSL, Go and WebCrypto compare the encoding of [S]B − [k]A
 * with R ("cofactorless"); noble's own verify multiplies by the cofactor and so accepts a few that they
 * refuse. A signature our page accepts and an auditor's openssl refuses could be disowned, so this file
 * makes the cofactorless comparison itself, from noble's curve arithmetic.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concat, equalBytes } from '../bytes.ts'
import { hasSmallOrderR } from '../sound-key.ts'

const { Point } = ed25519
const order = Point.Fn.ORDER

/** The 64-byte signature of `message` under the 32-byte secret `seed`. */
export function ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, seed)
}

/** The 32-byte public key of the 32-byte secret `seed`. */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed)
}

/**
 * Whether every verifier we know would accept this signature: RFC 8032, section 5.1.7, without the
 * cofactor, and R not of small order. The key is one that `isSoundKey` has let pass.
 */
export function ed25519Verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== 32 || signature.length !== 64) return false
  const r = signature.subarray(0, 32)
  const s = littleEndian(signature.subarray(32))
  if (s >= order || hasSmallOrderR(signature)) return false
  try {
    const a = Point.fromBytes(key)
    const k = littleEndian(sha512(concat(r, key, message))) % order
    return equalBytes(Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes(), r)
  } catch {
    return false // the key is not the encoding of a point
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0)
  return value
}
