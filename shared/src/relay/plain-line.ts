/**
 * What cannot be seen in a line: controls and line breaks, direction marks, with which a text can be shown as another,
 * and spaces without a width. Joiners (U+200C, U+200D) stay: scripts are written with them.
 */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u200b\u2060\u00ad\ufeff]/u

/** True if a name or a reason is shown as it was typed, in one line. */
export function isPlainLine(text: string): boolean {
  return text.isWellFormed() && !HIDDEN.test(text)
}
