/**
 * SHA-256 and HMAC-SHA-256 wherever there is no node:crypto: browsers, workers, the offline page.
 * `digest.node.ts` gives the same two functions on OpenSSL; package.json's `#digest` chooses, and the
 * tests hold both to the same vectors.
 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'

export { sha256Into } from './sha256.ts'

/** HMAC-SHA-256 under one key (RFC 2104): the function returned writes 32 bytes to `out` from `at` on. */
export function hmacSha256(key: Uint8Array): (out: Uint8Array, at: number, message: Uint8Array) => void {
  const own = key.slice()
  return (out, at, message) => out.set(hmac(sha256, own, message), at)
}

/** SHA-256 of what is given piece by piece. */
export function sha256InPieces(): {
  readonly update: (piece: Uint8Array) => void
  readonly digest: () => Uint8Array
} {
  const running = sha256.create()
  return { update: (piece) => void running.update(piece), digest: () => running.digest() }
}
