import { FormatError, shown } from './format-error.ts'

/** What a trail can hold. Fractions are written as strings: a measurement keeps the digits it came with. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }

/** How deep a value may be nested: a bound for recursion, far above what any record needs. */
export const DEPTH_MAX = 64

/**
 * The one text of a value. Two relays that agree on a value agree on these bytes, so a checksum made by
 * one can be checked by the other.
 *
 * This is RFC 8785 without its hard part: a trail holds no fractions, so numbers are safe integers and
 * print the same everywhere. Object keys are in order of their UTF-16 units (RFC 8785, section 3.2.3).
 * Throws `FormatError` on anything that has no such text. `depth` is how many values enclose this one.
 */
export function canonical(value: Value, depth = 0): string {
  return write(value, depth)
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      return writeInteger(value)
    case 'object': {
      if (value === null) return 'null'
      if (depth === DEPTH_MAX) throw new FormatError('too-deep', `at most ${DEPTH_MAX} levels`, 'more')
      if (Array.isArray(value)) return writeArray(value, depth)
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype === Object.prototype || prototype === null) return writeObject(value, depth)
      throw new FormatError('not-a-value', 'a plain object', Object.prototype.toString.call(value))
    }
    default:
      // undefined, functions and symbols vanish in JSON.stringify. Here they are an error: a field that
      // silently disappears is a field nobody signed.
      throw new FormatError('not-a-value', 'null, boolean, integer, string, array or object', typeof value)
  }
}

// A plain ASCII string needs no escape and is its own JSON form: by far the commonest case.
const plain = /^[ !#-[\]-~]*$/

function writeString(text: string): string {
  if (plain.test(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new FormatError('lone-surrogate', 'well-formed text', shown(text))
  return JSON.stringify(text)
}

function writeInteger(value: number): string {
  if (!Number.isInteger(value)) throw new FormatError('number-not-integer', 'an integer', String(value))
  if (!Number.isSafeInteger(value)) {
    throw new FormatError('integer-out-of-range', 'at most 2^53−1 in size', String(value))
  }
  // -0 is written "-0" nowhere in JSON.stringify; it would read back as another value than it was.
  if (Object.is(value, -0)) throw new FormatError('number-not-integer', '0', '-0')
  return String(value)
}

function writeArray(items: readonly unknown[], depth: number): string {
  // A hole would print as nothing, and a property beside the items would vanish.
  if (Object.keys(items).length !== items.length)
    throw new FormatError('not-a-value', 'a dense array', 'another')
  let text = '['
  for (let i = 0; i < items.length; i++) text += (i === 0 ? '' : ',') + write(items[i], depth + 1)
  return `${text}]`
}

function writeObject(members: object, depth: number): string {
  const keys = Object.keys(members)
  // By two calls rather than Reflect.ownKeys, which costs three times as much as both.
  const names = Object.getOwnPropertyNames(members)
  if (names.length !== keys.length || Object.getOwnPropertySymbols(members).length > 0) {
    throw new FormatError('not-a-value', 'members that all have a text', 'symbols or hidden members')
  }
  if (!isSorted(keys)) keys.sort()
  let text = '{'
  for (const key of keys) {
    const member: unknown = (members as Readonly<Record<string, unknown>>)[key]
    text += `${text.length === 1 ? '' : ','}${writeString(key)}:${write(member, depth + 1)}`
  }
  return `${text}}`
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] as string) > (keys[i] as string)) return false
  return true
}
