import { sha256Into } from '#digest'

export { sha256InPieces } from '#digest'

/** 32 bytes of SHA-256. */
export type Hash = Uint8Array

export const HASH_BYTES = 32

export function sha256(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(HASH_BYTES)
  sha256Into(out, 0, message)
  return out
}
