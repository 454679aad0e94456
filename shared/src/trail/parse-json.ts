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
  return escapedKey.test(text) ? new JsonReader(text).value(0) : value
}

const escapedKey = /"[^"\\]*(?:\\.[^"\\]*)+"[ \t\r\n]*:/

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
