/** Digits of a fingerprint: a SHA-256, hexadecimal, printed as eight groups of eight. */
const DIGITS = 64

/**
 * Fingerprints as people type them: with spaces, colons or lines between groups, in either case, one after the other.
 * Undefined for what is none: a digit too few is a typing error, and never a shorter fingerprint.
 */
export function readFingerprints(text: string): readonly string[] | undefined {
  const digits = text.replace(/[\s:]/g, '').toLowerCase()
  if (!/^[0-9a-f]*$/.test(digits) || digits.length % DIGITS !== 0) return undefined
  return digits.match(/.{64}/g) ?? []
}
