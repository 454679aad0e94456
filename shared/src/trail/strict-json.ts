import { fromUtf8 } from './bytes.ts'
import { canonical, type Value } from './canonical.ts'
import { FormatError, shown } from './format-error.ts'
import { isBeforeColon, parseJson } from './parse-json.ts'

/**
 * The value of canonical bytes, and of no others: decode, parse, write again, compare. That single
 * comparison refuses duplicate keys, spaces, `1.0`, `-0`, `1e2`, needless escapes, byte order marks and
 * trailing bytes. Throws a `FormatError` that says which of these it was.
 */
export function readCanonical(bytes: Uint8Array): Value {
  return readCanonicalText(fromUtf8(bytes))
}

/** As `readCanonical`, for text that has already been decoded strictly. */
export function readCanonicalText(text: string): Value {
  if (text.startsWith('\ufeff')) throw new FormatError('byte-order-mark', 'JSON', 'U+FEFF')
  const value = parseJson(text)
  refuseLostMeaning(text)
  const again = canonical(value)
  if (again !== text)
    throw new FormatError('not-canonical', shown(around(again, text)), shown(around(text, again)))
  return value
}

/**
 * The value of JSON text as others write it: in any order and with spaces, but with nothing in it that one reader
 * takes for this and another for that. Refuses duplicate keys, byte order marks, numbers that are no plain safe
 * integers, lone surrogates and depth. Throws `FormatError`.
 */
export function readStrictJson(text: string): Value {
  if (text.startsWith('\ufeff')) throw new FormatError('byte-order-mark', 'JSON', 'U+FEFF')
  const value = parseJson(text)
  refuseLostMeaning(text)
  // What has no canonical text is no value: depth, surrogates.
  canonical(value)
  return value
}

/**
 * Names what `JSON.parse` hides. It keeps the last of two equal keys, and reads 9007199254740993 as its
 * neighbour; the comparison would catch most of it, but could not say why.
 * The text is known to be JSON, so its tokens can be told apart by their first character.
 */
function refuseLostMeaning(text: string): void {
  const keysOf: (Set<string> | undefined)[] = []
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9+.eE-]*|[{}[\]]/g
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    const [word] = token
    if (word === '{') keysOf.push(new Set())
    else if (word === '[') keysOf.push(undefined)
    else if (word === '}' || word === ']') keysOf.pop()
    else if (word.startsWith('"')) refuseKeySeen(word, keysOf.at(-1), text, tokens.lastIndex)
    else refuseNumber(word)
  }
}

function refuseKeySeen(word: string, keys: Set<string> | undefined, text: string, end: number): void {
  if (keys === undefined || !isBeforeColon(text, end)) return
  const key = JSON.parse(word) as string
  if (keys.has(key)) throw new FormatError('duplicate-key', 'each key once', shown(key))
  keys.add(key)
}

function refuseNumber(word: string): void {
  if (!/^(0|-?[1-9][0-9]*)$/.test(word)) {
    throw new FormatError('number-not-integer', 'a plain integer', shown(word))
  }
  if (!Number.isSafeInteger(Number(word))) {
    throw new FormatError('integer-out-of-range', 'at most 2^53−1 in size', shown(word))
  }
}

/** The text near the first place where two texts differ. */
function around(text: string, other: string): string {
  let at = 0
  while (at < text.length && text.charCodeAt(at) === other.charCodeAt(at)) at++
  return text.slice(Math.max(0, at - 20), at + 20)
}
