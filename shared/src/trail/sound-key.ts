import { ed25519 } from '@noble/curves/ed25519.js'

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
