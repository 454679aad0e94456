/*
 * Codes that people read from paper and type: Crockford's base 32 (https://www.crockford.com/base32.html), which has no
 * letters that are taken for others, and no sign that a command line would take for an option.
 */
export const CROCKFORD_LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** What was meant by what was typed: small letters, spaces and dashes do not matter, O is 0, and I and L are 1. */
export function crockfordFolded(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
}

/** Whether folded text is of that many letters, all of them ours. */
export function isCrockford(folded: string, letters: number): boolean {
  return folded.length === letters && [...folded].every((letter) => CROCKFORD_LETTERS.includes(letter))
}
