import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Account, OneTimeCode } from './accounts/account.ts'
import { sha256Hex } from './sha256-hex.ts'

/** 128 random bits, good for a quarter of an hour and once (ASVS 6.4.1). */
const CODE_BYTES = 16
export const CODE_MILLISECONDS = 15 * 60_000
const CODE_LENGTH_MAX = 64

/** A new code: its text for whoever hands it over, and what the trail has of it. `now`: wall clock, milliseconds. */
export function newCode(now: number): { readonly text: string; readonly code: OneTimeCode } {
  const text = randomBytes(CODE_BYTES).toString('base64url')
  return {
    text,
    code: { digest: sha256Hex(text), expires: new Date(now + CODE_MILLISECONDS).toISOString() },
  }
}

/** Whether a text is the code of an account, and still good. */
export function isCodeOf({ code }: Account, text: string, now: number): boolean {
  if (code === undefined || text.length > CODE_LENGTH_MAX || !/^[0-9a-f]{64}$/.test(code.digest)) return false
  return (
    timingSafeEqual(Buffer.from(sha256Hex(text)), Buffer.from(code.digest)) && now < Date.parse(code.expires)
  )
}
