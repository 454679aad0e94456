import type { Body, Value } from '../../trail/index.ts'
import { code, type Words, words } from './blocks.ts'
import { plainText } from './plain-text.ts'

/** A name within names within names that is longer is not written out at each value below it, but as JSON. */
const NAME_CHARACTERS_MAX = 120
const DIGEST = /^[0-9a-f]{64}$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
/** Words that stand for what is no text: somebody's text of the same letters stands in quotes. */
const ours = ['', 'none', 'yes', 'no', 'no profile can tell']

/**
 * A field of a record as lines of `name: value`. What stands within it is named after it, `gap from: …`, and of several
 * each has its number, `changes 2 field: …`; of a list of texts or numbers each has a line of its own, unless they are
 * words that nobody can part otherwise. A name is the one that the record has: RECORDS.md says what it means.
 */
export function fieldLines(name: string, value: Value): readonly Words[] {
  return linesOf(nameText(name), value)
}

function linesOf(name: string, value: Value): readonly Words[] {
  if (typeof value !== 'object' || value === null) return [line(name, value)]
  const isList = Array.isArray(value)
  const parts = Object.entries(value as Body)
  if (parts.length === 0) return [words(`${name}: none`)]
  if (isList && value.every(isPlainWord)) return [words(`${name}: ${value.join(', ')}`)]
  if (!isList) parts.sort(([a], [b]) => placeOf(a) - placeOf(b))
  if (name.length > NAME_CHARACTERS_MAX) return [words(`${name}: ${plainText(JSON.stringify(value))}`)]
  return parts.flatMap(([part, own]) => {
    if (!isList) return linesOf(`${name} ${nameText(part)}`, own)
    const isOne = typeof own !== 'object' || own === null
    return linesOf(isOne ? name : `${name} ${Number(part) + 1}`, own)
  })
}

/** What says first of what it is. All others stand as the record has them. */
const inOrder = ['field', 'id', 'before', 'after']

function placeOf(name: string): number {
  const at = inOrder.indexOf(name)
  return at < 0 ? inOrder.length : at
}

function isPlainWord(value: Value): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^[\w.*~$-]{1,40}$/.test(value))
}

/** What else could be read as two names, or as a name with its value, stands in quotes. */
function nameText(name: string): string {
  return /^[\w.@/+-]+$/.test(name) ? name : plainText(JSON.stringify(name))
}

function line(name: string, value: string | number | boolean | null): Words {
  if (typeof value === 'string' && DIGEST.test(value)) return code(`${name}: ${inGroups(value)}`)
  return words(`${name}: ${valueText(name, value)}`)
}

function valueText(name: string, value: string | number | boolean | null): string {
  if (value === null) return name === 'complete' ? 'no profile can tell' : 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return String(value)
  if (TIME.test(value)) return utc(value)
  return ours.includes(value) ? JSON.stringify(value) : plainText(value)
}

export function utc(time: string): string {
  return `${time.replace('T', ' ').replace('Z', '')} UTC`
}

/** A digest as people compare it, and where it may be parted: eight digits by eight, as `relay keys` prints fingerprints. */
export function inGroups(text: string): string {
  return text.replace(/\b[0-9a-f]{64}\b/g, (digest) => digest.replace(/.{8}(?=.)/g, '$& '))
}
