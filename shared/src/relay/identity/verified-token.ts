import { compactVerify, errors } from 'jose'
import { type IdentityRule, isSubject, Problem } from '../../api/index.ts'
import { fromUtf8, readStrictJson, type Value } from '../../trail/index.ts'
import type { ExternalSubject } from '../accounts/account.ts'
import type { Turns } from '../passwords/turns.ts'
import { type IssuerKeys, KeysAwaited, KeysUnusable } from './issuer-keys.ts'
import { SIGNING_ALGORITHMS, SKEW_SECONDS } from './signing-algorithms.ts'

export const TOKEN_LENGTH_MAX = 8_192
/** A token says who is here now. One that is good for longer could be kept for another day. */
export const TOKEN_SECONDS_MAX = 600
const ID_LENGTH_MAX = 200

/** Why a token is not believed: one closed list, for the trail. Whoever sent it is not told which it was. */
export const tokenRefusals = [
  'not-a-token',
  'algorithm',
  'header',
  'key-unknown',
  'keys-unusable',
  'signature',
  'claims',
  'issuer',
  'audience',
  'expired',
  'not-yet',
  'life',
  'purpose',
] as const
export type TokenRefusal = (typeof tokenRefusals)[number]

/** What a token says in its claim `presence`: that somebody has come, or that they have left. */
export type PresenceClaim = 'begin' | 'end'

/** Somebody, in the words of a provider that has signed them. Times are seconds since the epoch. */
export interface VerifiedToken extends ExternalSubject {
  /** `jti`: no other token of this issuer has it. */
  readonly id: string
  readonly issuedAt: number
  readonly expires: number
}

export interface VerifyingToken {
  /** What it has to say. */
  readonly says: PresenceClaim
  readonly keys: IssuerKeys
  /** For the one check that is dear. */
  readonly turns: Turns
  /** Wall clock, milliseconds. */
  readonly now: () => number
}

/**
 * What a signed token says (RFC 7515, RFC 7519), if all of it holds: one of few algorithms, a key that the rule's issuer
 * has published and that the token only names, this issuer, this audience, and a life that is short and now. Nothing in
 * the token says by what it is to be checked (RFC 8725).
 *
 * What can be told from the token alone is told first: whoever sends what is none takes nobody's time and place. It is
 * believed only in what is signed, and judged again when that is known. Rejects with `KeysAwaited` or the `Problem`
 * `busy` where too many wait.
 */
export async function verifyToken(
  token: string,
  rule: IdentityRule,
  { says, keys, turns, now }: VerifyingToken,
): Promise<VerifiedToken | TokenRefusal> {
  const parts = token.split('.')
  const isCompact = parts.length === 3 && parts.every((part) => /^[A-Za-z0-9_-]+$/.test(part))
  if (token.length > TOKEN_LENGTH_MAX || !isCompact) return 'not-a-token'
  const header = objectIn(Buffer.from(parts[0] ?? '', 'base64url'))
  if (header === undefined) return 'not-a-token'
  if (!isHeader(header)) return headerFault(header)
  const claims = objectIn(Buffer.from(parts[1] ?? '', 'base64url'))
  const judged = claims === undefined ? 'claims' : judge(claims, rule, says, now() / 1_000)
  if (claims === undefined || typeof judged === 'string') return judged
  try {
    const key = await keys.keyFor(rule, header)
    await turns.take(() => compactVerify(token, key, { algorithms: [...SIGNING_ALGORITHMS] }))
    return judge(claims, rule, says, now() / 1_000)
  } catch (error) {
    return refusalOf(error)
  }
}

type Members = { readonly [name: string]: Value }

/** Undefined for what one reader takes for this and another for that, and for what is no object. */
function objectIn(bytes: Uint8Array): Members | undefined {
  try {
    const value = readStrictJson(fromUtf8(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Members)
      : undefined
  } catch {
    return undefined
  }
}

/** Whatever a token may name its key by besides `kid` is its sender's word, not the issuer's. */
const HEADER_MEMBERS = new Set(['alg', 'kid', 'typ'])
const TYPES = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt'])

function headerFault({ alg }: Members): TokenRefusal {
  return isAlgorithm(alg) ? 'header' : 'algorithm'
}

function isHeader(header: Members): header is { readonly alg: string; readonly kid: string } {
  const { alg, kid, typ } = header
  const isKey = typeof kid === 'string' && kid !== '' && kid.length <= ID_LENGTH_MAX
  const isType = typ === undefined || (typeof typ === 'string' && TYPES.has(typ.toLowerCase()))
  return isAlgorithm(alg) && isKey && isType && Object.keys(header).every((name) => HEADER_MEMBERS.has(name))
}

function isAlgorithm(alg: unknown): boolean {
  return SIGNING_ALGORITHMS.some((one) => one === alg)
}

function judge(
  claims: Members,
  rule: IdentityRule,
  says: PresenceClaim,
  now: number,
): VerifiedToken | TokenRefusal {
  const { iss, aud, sub, jti, iat, exp, nbf, presence } = claims
  if (iss !== rule.issuer) return 'issuer'
  const audience = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud
  if (audience !== rule.audience) return 'audience'
  const isId = typeof jti === 'string' && /^[\x21-\x7e]+$/.test(jti) && jti.length <= ID_LENGTH_MAX
  if (!isSubject(sub) || !isId || !isTime(iat) || !isTime(exp)) return 'claims'
  if (nbf !== undefined && !isTime(nbf)) return 'claims'
  if (exp <= iat || exp - iat > TOKEN_SECONDS_MAX) return 'life'
  if (Math.max(iat, nbf ?? 0) > now + SKEW_SECONDS) return 'not-yet'
  if (exp <= now - SKEW_SECONDS) return 'expired'
  if (presence !== says) return 'purpose'
  return { issuer: iss, subject: sub, id: jti, issuedAt: iat, expires: exp }
}

function isTime(value: Value | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof KeysAwaited || error instanceof Problem) throw error
  if (error instanceof KeysUnusable) return 'keys-unusable'
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'key-unknown'
  // A key that does not fit its algorithm, an RSA key below 2,048 bits among them, is a TypeError of the library's.
  return 'signature'
}
