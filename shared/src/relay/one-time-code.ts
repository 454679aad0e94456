import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Account, OneTimeCode } from './accounts/account.ts'
import { CROCKFORD_LETTERS, crockfordFolded, isCrockford } from './crockford.ts'
import { sha256Hex } from './sha256-hex.ts'

/** 140 random bits, good for a quarter of an hour and once (ASVS 6.4.1). */
const CODE_LETTERS = 28
const GROUP_LETTERS = /(.{4})(?=.)/g
export const CODE_MILLISECONDS = 15 * 60_000
const TYPED_LENGTH_MAX = 64

/** A new code: its text for whoever hands it over, and what the trail has of it. `now`: wall clock, milliseconds. */
export function newCode(now: number): { readonly text: string; readonly code: OneTimeCode } {
  // 256 is a multiple of 32: no letter is likelier than another.
  const letters = [...randomBytes(CODE_LETTERS)].map((byte) => CROCKFORD_LETTERS.charAt(byte % 32)).join('')
  return {
    text: letters.replace(GROUP_LETTERS, '$1-'),
    code: { digest: sha256Hex(letters), expires: new Date(now + CODE_MILLISECONDS).toISOString() },
  }
}

/** Whether what was typed is the code of an account, however it is spelled, and still good. */
export function isCodeOf({ code }: Account, typed: string, now: number): boolean {
  if (code === undefined || typed.length > TYPED_LENGTH_MAX || !/^[0-9a-f]{64}$/.test(code.digest))
    return false
  const letters = crockfordFolded(typed)
  if (!isCrockford(letters, CODE_LETTERS)) return false
  return (
    timingSafeEqual(Buffer.from(sha256Hex(letters)), Buffer.from(code.digest)) &&
    now < Date.parse(code.expires)
  )
}
