/** Of marks that stand on one letter as many as any language writes; more would reach over the lines around. */
const MARKS_MAX = 2

/**
 * Other people's text as it is printed: each character that would not be seen, that looks like a space, that turns the
 * direction, that stands on no letter, or that is a mark where one letter with it would look the same, is written as
 * \uXXXX, or \u{XXXXX} where four digits do not say it. So two names that differ in these alone are two on paper. The bag
 * has them exactly.
 */
export function plainText(value: string): string {
  // Nearly all text is this, and needs no second look.
  if (/^[\x21-\x5b\x5d-\x7e]+(?: [\x21-\x5b\x5d-\x7e]+)*$/.test(value)) return value
  // What is written so already, is written as what it is: a backslash and letters.
  return value
    .replace(/\\(?=u(?:[0-9a-f]{4}|\{[0-9a-f]{5,6}\}))/g, '\\u005c')
    .replace(unseen, written)
    .replace(strayMarks, written)
    .replace(marked, (all: string, letter: string, marks: string) =>
      all.normalize('NFC') === all ? all : letter + written(marks),
    )
    .replace(manyMarks, (_, some: string, more: string) => some + written(more))
    .replace(/^ +| +$|(?<= ) +/g, written)
}

/**
 * Not seen, or seen as a space: controls, what turns the direction, what Unicode lets a program leave out, fillers, spaces
 * and ends of lines that are not U+0020, the unassigned.
 */
const unseen = /[\p{C}\p{Default_Ignorable_Code_Point}\u115f\u1160\u2800\u3164\uffa0]|(?! )\p{Z}/gu
const strayMarks = /(?<=^|[\s\p{P}\p{S}\p{N}])\p{M}+/gu
const marked = /(\P{M})(\p{M}+)/gu
const manyMarks = new RegExp(`(\\p{M}{${MARKS_MAX}})(\\p{M}+)`, 'gu')

/** Each character as \uXXXX, or \u{XXXXX} where four digits do not say it. */
export function written(text: string): string {
  return Array.from(text, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')
    return code.length === 4 ? `\\u${code}` : `\\u{${code}}`
  }).join('')
}
