/**
 * The one form in which full names are compared, and never shown: NFKC, whatever the case, joiners and runs of spaces
 * no matter. By the capital letters first, so that `ß` is `ss`.
 */
export function foldedFullName(name: string): string {
  const folded = name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
  return folded
    .replace(/[\u200c\u200d]/g, '')
    .replace(/\s+/gu, ' ')
    .trim()
}

export function isSameFullName(one: string, other: string): boolean {
  return foldedFullName(one) === foldedFullName(other)
}
