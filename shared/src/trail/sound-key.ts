import { ed25519 } from '@noble/curves/ed25519.js'
import { hex } from './bytes.ts'

/**
 * Whether 32 bytes are the one encoding of a point of prime order: it decodes, is not the identity and
 * has no part of small order. Of keys that fail this, OpenSSL, Go, WebCrypto and noble disagree about
 * which signatures are good (C2SP CCTV, ed25519), so none is ever enrolled or trusted.
 */
export function isSoundKey(key: Uint8Array): boolean {
  if (key.length !== 32) return false
  try {
    const point = ed25519.Point.fromBytes(key)
    return !point.is0() && point.isTorsionFree()
  } catch {
    return false
  }
}

// The eight points whose order divides the cofactor, in their one encoding.
const smallOrder = new Set([
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  `${'00'.repeat(31)}80`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
])

/**
 * Whether a signature's first half is a point of small order. No honest signer makes one; newer Node
 * refuses it and OpenSSL 3.0 does not, so it is refused here before either is asked.
 */
export function hasSmallOrderR(signature: Uint8Array): boolean {
  return smallOrder.has(hex(signature.subarray(0, 32)))
}
