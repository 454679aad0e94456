import { type PasswordFault, Problem } from '../../api/index.ts'

export const PASSWORD_LENGTH_MIN = 12
export const PASSWORD_LENGTH_MAX = 128
/** Shorter words are in too many passwords by chance; those of three letters count where they stand by themselves. */
const CONTEXT_LENGTH_MIN = 4
const CONTEXT_WORD_LENGTH = 3
const COMMON_WORTH = 4
const DISTINCT_MIN = 5
const EDITS_MIN = 4

export interface PasswordRules {
  /** Characters, from 12. */
  readonly lengthMin: number
  /**
   * `none`, as NIST SP 800-63B-4 asks; `annex11` wants capital and small letters, digits and others, as the draft
   * of EU Annex 11 does. A site that turns it on departs from NIST and ASVS, and its settings say so.
   */
  readonly composition: 'none' | 'annex11'
}

export interface PasswordContext {
  readonly rules: PasswordRules
  /** True for a text, in small letters, that is tried first by whoever guesses. */
  readonly isCommon: (text: string) => boolean
  /** User id, full name, names of site, projects, devices and product: none of them is to be part of a password. */
  readonly words: readonly string[]
  /** The password before, where its owner has just typed it. */
  readonly former?: string
}

/**
 * The one form in which a password is checked and hashed: NFKC, so that it is the same on every keyboard (RFC 8265
 * does alike), and otherwise as typed: nothing is cut off. Throws `Problem` if it is none.
 */
export function passwordOf(typed: string): string {
  if (typed.length > 4 * PASSWORD_LENGTH_MAX || !typed.isWellFormed()) throw new Problem('password-long')
  const password = typed.normalize('NFKC')
  if (lengthOf(password) > PASSWORD_LENGTH_MAX) throw new Problem('password-long')
  return password
}

/** Throws `Problem` with the first rule that a new password breaks. `password` is as `passwordOf` gives it. */
export function requireGoodPassword(password: string, context: PasswordContext): void {
  const fault = passwordFaultOf(password, context)
  if (fault !== undefined)
    throw new Problem(fault, fault === 'password-short' ? { least: leastOf(context.rules) } : {})
  const { former } = context
  if (former !== undefined && isLike(password.toLowerCase(), former.toLowerCase()))
    throw new Problem('password-similar')
}

export function leastOf({ lengthMin }: Pick<PasswordRules, 'lengthMin'>): number {
  return Math.max(lengthMin, PASSWORD_LENGTH_MIN)
}

/** The first rule that a password breaks, whichever was before it; undefined if it keeps to all. */
export function passwordFaultOf(
  password: string,
  { rules, isCommon, words }: Omit<PasswordContext, 'former'>,
): Exclude<PasswordFault, 'password-old'> | undefined {
  if (lengthOf(password) < leastOf(rules)) return 'password-short'
  if (repeats(password)) return 'password-repeats'
  const folded = password.toLowerCase()
  if (formsOf(folded).some((form) => isMostlyCommon(form, folded.length - form.length, isCommon)))
    return 'password-common'
  const forms = formsOf(folded)
  if (contextWords(words, CONTEXT_LENGTH_MIN).some((word) => forms.some((form) => form.includes(word))))
    return 'password-context'
  const alone = folded.split(/[^\p{L}\p{N}]+/u)
  if (contextWords(words, CONTEXT_WORD_LENGTH).some((word) => alone.includes(word))) return 'password-context'
  if (rules.composition === 'annex11' && !KINDS.every((kind) => kind.test(password)))
    return 'password-composition'
  return undefined
}

const KINDS = [/\p{Lu}/u, /\p{Ll}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u]

/** Characters as people count them, near enough: code points. */
function lengthOf(text: string): number {
  return [...text].length
}

const LEET: { readonly [character: string]: string } = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
  '+': 't',
}

/** As it is; with figures read as the letters they stand for; and each of them backwards. */
function formsOf(folded: string): readonly string[] {
  const read = [...folded].map((character) => LEET[character] ?? character).join('')
  const letters = folded.replace(/[^\p{L}]+/gu, '')
  const forms = [folded, read, letters, read.replace(/[^\p{L}]+/gu, '')]
  return [...new Set(forms.flatMap((form) => [form, [...form].reverse().join('')]))].filter(
    (form) => form !== '',
  )
}

/**
 * Whether a form is worth no more than a short password. A common text in it is worth four characters, for there are
 * some 50,000 of them; every other character is worth itself, those left out of the form too.
 */
function isMostlyCommon(form: string, leftOut: number, isCommon: (text: string) => boolean): boolean {
  let rest = form
  let worth = leftOut
  for (;;) {
    const cut = withoutCommon(rest, isCommon)
    if (cut === undefined) return rest !== form && worth + rest.length < PASSWORD_LENGTH_MIN
    rest = cut
    worth += COMMON_WORTH
  }
}

/** Without the longest common text of five or more that it begins or ends with; undefined if there is none. */
function withoutCommon(text: string, isCommon: (text: string) => boolean): string | undefined {
  for (let size = text.length; size >= 5; size--) {
    if (isCommon(text.slice(0, size))) return text.slice(size)
    if (isCommon(text.slice(text.length - size))) return text.slice(0, text.length - size)
  }
  return undefined
}

/** Few characters, one piece again and again, or mostly the next of an alphabet or a row of digits. */
function repeats(password: string): boolean {
  const characters = [...password.toLowerCase()]
  if (new Set(characters).size < DISTINCT_MIN) return true
  const codes = characters.map((character) => character.codePointAt(0) ?? 0)
  const steps = codes.slice(1).map((code, i) => Math.abs(code - (codes[i] ?? 0)))
  if (steps.filter((step) => step <= 1).length > steps.length * 0.6) return true
  for (let size = 1; size <= characters.length / 2; size++)
    if (characters.every((character, i) => i < size || character === characters[i - size]) && size < 6)
      return true
  return false
}

function contextWords(words: readonly string[], lengthMin: number): readonly string[] {
  return words
    .flatMap((word) =>
      word
        .normalize('NFKC')
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u),
    )
    .filter((word) => word.length >= lengthMin && /\p{L}/u.test(word))
}

/** Only a few characters apart, or one within the other. */
function isLike(a: string, b: string): boolean {
  return a.includes(b) || b.includes(a) || isWithin(a, b, EDITS_MIN - 1)
}

/** Whether so few insertions, deletions and replacements make one text of the other (Levenshtein, banded). */
function isWithin(a: string, b: string, edits: number): boolean {
  if (Math.abs(a.length - b.length) > edits) return false
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    if (Math.min(...next) > edits) return false
    row = next
  }
  return (row[b.length] as number) <= edits
}
