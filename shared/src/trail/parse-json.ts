import { DEPTH_MAX, type Value } from './canonical.ts'
import { FormatError, shown } from './format-error.ts'

/**
 * The value of JSON text, as `JSON.parse` gives it. Throws `not-json`.
 *
 * Node 26.10 can read an escaped key as another escaped key that the process has seen before
 * (nodejs/node#63785: after `{"a":1,"\\":1}`, the key of `{"a":1,"\n":1}` reads as a backslash). A record
 * whose reading depends on what was read before is no record, so text with an escaped key is taken apart
 * here; its strings and numbers are still the engine's.
 */
export function parseJson(text: string): Value {
  let value: Value
  try {
    value = JSON.parse(text) as Value
  } catch {
    throw new FormatError('not-json', 'one JSON value', shown(text))
  }
  return hasEscapedKey(text) ? new JsonReader(text).value(0) : value
}

/**
 * Takes the strings of JSON text one after the other. A single pattern for "a string with an escape, then a colon"
 * would begin again at every escaped quote, and take a quarter of an hour for a megabyte of them.
 */
function hasEscapedKey(text: string): boolean {
  if (!text.includes('\\')) return false
  const strings = /"[^"\\]*(?:\\.[^"\\]*)*"/g
  for (let string = strings.exec(text); string !== null; string = strings.exec(text))
    if (string[0].includes('\\') && isBeforeColon(text, strings.lastIndex)) return true
  return false
}

/** Whether what ends here in JSON text is a key: a colon follows, after any amount of space. */
export function isBeforeColon(text: string, end: number): boolean {
  const colon = /[ \t\r\n]*:/y
  colon.lastIndex = end
  return colon.test(text)
}

/** Reads text that is known to be JSON. */
class JsonReader {
  readonly #tokens: RegExp = /[ \t\r\n]*("[^"\\]*(?:\\.[^"\\]*)*"|[^ \t\r\n"[\]{},:]+|[[\]{},:])/y
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number, token = this.#next()): Value {
    if (token !== '{' && token !== '[') return JSON.parse(token) as Value
    if (depth === DEPTH_MAX) throw new FormatError('too-deep', `at most ${DEPTH_MAX} levels`, 'more')
    return token === '{' ? this.#object(depth) : this.#array(depth)
  }

  #object(depth: number): Value {
    const members: Record<string, Value> = {}
    for (let token = this.#next(); token !== '}'; token = this.#next()) {
      if (token === ',') continue
      this.#next() // the colon
      // Not an assignment: that of __proto__ would not make a member.
      const value = this.value(depth + 1)
      const member = { value, enumerable: true, writable: true, configurable: true }
      Object.defineProperty(members, JSON.parse(token) as string, member)
    }
    return members
  }

  #array(depth: number): Value {
    const items: Value[] = []
    for (let token = this.#next(); token !== ']'; token = this.#next()) {
      if (token !== ',') items.push(this.value(depth + 1, token))
    }
    return items
  }

  #next(): string {
    return this.#tokens.exec(this.#text)?.[1] ?? ''
  }
}
