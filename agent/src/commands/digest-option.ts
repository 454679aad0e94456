import { UnusableInput } from '../unusable-input.ts'

const DIGITS = 64

/**
 * A SHA-256 as it was printed before: whole, for it is compared and never searched. `printedBy`: the command that prints
 * it. Throws `UnusableInput`, before anybody is asked for a password.
 */
export function digestOption(given: string, printedBy: string): string {
  const digest = given.trim().toLowerCase()
  const isHex = /^[0-9a-f]*$/.test(digest)
  if (isHex && digest.length === DIGITS) return digest
  const has = isHex ? `this one has ${digest.length}` : 'this one has other characters in it'
  throw new UnusableInput(`--digest is the ${DIGITS} hexadecimal digits that ${printedBy} prints: ${has}`)
}
