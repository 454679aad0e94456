import { createHash } from 'node:crypto'
import { CROCKFORD_LETTERS, crockfordFolded, isCrockford } from '@compliance-relay/shared/relay'
import { UnusableInput } from '../unusable-input.ts'
import type { BadgeInterval, Person } from './types.ts'

/*
 * A badge is a code that a bar-code or RFID reader types: 128 random bits in Crockford's base 32, and one more
 * letter that tells a misread code from an unknown one. Only the SHA-256 of the code is kept.
 */
const CODE_LETTERS = 26
export const BADGE_BYTES = 16

/** A new badge from 16 cryptographically random bytes. The code is shown once; `hash` is what is kept. */
export function newBadge(random: Uint8Array): { readonly code: string; readonly hash: string } {
  if (random.length !== BADGE_BYTES) throw new RangeError(`a badge has ${BADGE_BYTES} random bytes`)
  let number = BigInt(`0x${Buffer.from(random).toString('hex')}`)
  let letters = ''
  for (let i = 0; i < CODE_LETTERS; i++) {
    letters = CROCKFORD_LETTERS.charAt(Number(number % 32n)) + letters
    number /= 32n
  }
  const whole = letters + CROCKFORD_LETTERS.charAt(remainder(`${letters}0`))
  return { code: whole.replace(/(.{9})(?=.)/g, '$1-'), hash: hashOf(whole) }
}

/** Why a badge signs nobody in. */
export type BadgeRefusal = 'not-a-code' | 'misread' | 'unknown' | 'person-disabled'

export class BadgeRefused extends UnusableInput {
  readonly reason: BadgeRefusal
  /** Of a code that is one. */
  readonly hash: string | undefined
  /** Whose badge it is, as far as the settings tell. */
  readonly person: string | undefined

  constructor(reason: BadgeRefusal, message: string, hash?: string, person?: string) {
    super(message)
    this.reason = reason
    this.hash = hash
    this.person = person
  }
}

/** The hash of a code as it was typed or read. Throws `BadgeRefused` if it was misread. */
export function badgeHash(typed: string): string {
  const letters = crockfordFolded(typed)
  if (!isCrockford(letters, CODE_LETTERS + 1))
    throw new BadgeRefused(
      'not-a-code',
      'this is not a badge code; if every badge is answered like that, the reader and the computer are set to different keyboards',
    )
  if (remainder(letters) !== 0) throw new BadgeRefused('misread', 'the badge was misread: read it again')
  return hashOf(letters)
}

export interface KnownBadges {
  readonly persons: readonly Person[]
  readonly badges: readonly { readonly person: string; readonly hash: string }[]
}

/** Whose badge this is. Throws `BadgeRefused` if it was misread, is unknown, or its person is not, or no longer, one. */
export function checkBadge(typed: string, { persons, badges }: KnownBadges): Person {
  const hash = badgeHash(typed)
  // A hash of 128 random bits is no secret that can be found by timing the comparison.
  const badge = badges.find((one) => one.hash === hash)
  const person = badge && persons.find(({ id }) => id === badge.person)
  if (person === undefined)
    throw new BadgeRefused(
      'unknown',
      'this badge is not known here, or was taken back: relay badge new',
      hash,
    )
  if (person.disabled === true)
    throw new BadgeRefused('person-disabled', `${person.name} is disabled`, hash, person.id)
  return person
}

/** Nobody stays signed in longer than this after the badge was last read. */
export const BADGE_MILLISECONDS = 8 * 3_600_000

/** An interval as it counts: one that was left open ends by itself, whether anybody noticed or not. */
export function endedBadge(badge: BadgeInterval, now: number, idle = BADGE_MILLISECONDS): BadgeInterval {
  const end = badge.from + idle
  if (badge.to !== undefined) return badge.to <= end ? badge : { ...badge, to: end }
  return now < end ? badge : { ...badge, to: end }
}

/** Somebody signs in: whoever was signed in before is signed out at the same moment. */
export function badgeIn(
  badges: readonly BadgeInterval[],
  person: string,
  ref: string,
  at: number,
  idle = BADGE_MILLISECONDS,
): readonly BadgeInterval[] {
  return [...badgeOut(badges, at, idle), { person, ref, from: at }]
}

export function badgeOut(
  badges: readonly BadgeInterval[],
  at: number,
  idle = BADGE_MILLISECONDS,
): readonly BadgeInterval[] {
  return badges.map((badge) => {
    const ended = endedBadge(badge, at, idle)
    // A clock set back must not make an interval that ends before it begins.
    return ended.to === undefined ? { ...ended, to: Math.max(at, ended.from) } : ended
  })
}

/**
 * Of the letters as a polynomial over GF(32), at a primitive element: 0 for a whole code. Each letter counts with
 * another weight, so any one wrong letter and any two that changed places are noticed.
 */
function remainder(letters: string): number {
  let sum = 0
  for (const letter of letters) {
    sum <<= 1
    // x^5 + x^2 + 1 is primitive over GF(2).
    if (sum & 32) sum ^= 0b100101
    sum ^= CROCKFORD_LETTERS.indexOf(letter)
  }
  return sum
}

function hashOf(letters: string): string {
  return createHash('sha256').update(`compliance-relay/badge/v1\n${letters}`).digest('hex')
}
