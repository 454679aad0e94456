import { fromUtf8 } from './bytes.ts'
import { canonical, type Value } from './canonical.ts'
import { FormatError, shown } from './format-error.ts'
import { parseJson } from './parse-json.ts'
import type { Actor, Body, Entry, TrailRecord } from './record.ts'
import { isKind, isOrigin } from './record.ts'
import { type EntryParts, scanEntry, type TextOf } from './scan-entry.ts'
import { readCanonicalText } from './strict-json.ts'
import { isTimestamp } from './time.ts'

/** Longest entry, newline not counted: the limit of a C2SP entry bundle. Larger content goes in a file named by its digest. */
export const LINE_BYTES_MAX = 65_535

// JCS sorts "checksum" before "record", and both prefixes have a fixed width. So a shell can take an
// entry apart with two slices and no JSON tool; FORMAT.md promises these numbers.
const CHECKSUM_AT = 13
const RECORD_AT = 88

/** The checksum's 64 digits of a line that has been read. */
export function checksumOf(line: Uint8Array): Uint8Array {
  return line.subarray(CHECKSUM_AT, CHECKSUM_AT + 64)
}

/** The bytes of a line that its checksum covers: the record, verbatim. */
export function recordBytesOf(line: Uint8Array): Uint8Array {
  return line.subarray(RECORD_AT, -1)
}

/** The record in a line; undefined if it is no entry: a trail that was left may be damaged. */
export function recordIn(line: Uint8Array): TrailRecord | undefined {
  return unlessNone(() => readEntry(line).record)
}

/** The fields of a line; undefined if it is no entry. */
export function partsIn(line: Uint8Array): EntryParts | undefined {
  return unlessNone(() => readEntryParts(line))
}

function unlessNone<Read>(read: () => Read): Read | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

/** One entry of a trail from its line, newline not included. Throws `FormatError`. */
export function readEntry(line: Uint8Array): Entry {
  const parts = readEntryParts(line)
  return { checksum: parts.checksum, record: recordOf(parts) }
}

/** The record of an entry that has been read. */
export function recordOf(parts: EntryParts): TrailRecord {
  const { kid, kind, prev, seq, time, trail } = parts
  const actor = actorOf(parts)
  return { actor, body: bodyOf(parts), kid, kind, prev, seq, time, trail, v: 1 }
}

/** The body of an entry that has been read. */
export function bodyOf(parts: EntryParts): Body {
  return parseJson(parts.bodyText) as Body
}

/** The actor of an entry that has been read. */
export function actorOf(parts: EntryParts): Actor {
  return parseJson(parts.actorText) as unknown as Actor
}

/**
 * The fields of a line, actor and body left as text: all a verifier needs of most entries. `textOf`, for whoever has the
 * text of the line already. Throws the `FormatError` that says what is wrong with the line.
 */
export function readEntryParts(line: Uint8Array, textOf?: TextOf): EntryParts {
  if (line.length > LINE_BYTES_MAX) {
    throw new FormatError('line-too-long', `at most ${LINE_BYTES_MAX} bytes`, `${line.length}`)
  }
  if (line.length === 0) throw new FormatError('blank-line', 'an entry', 'nothing')
  if (line.at(-1) === 0x0d)
    throw new FormatError('carriage-return', 'a line without U+000D', 'U+000D at its end')
  // The scan takes what is surely right in one pass; what it does not take is read by the definition,
  // which accepts exactly the same lines and says why it refuses the others. Tests hold the two together.
  return scanEntry(line, textOf) ?? partsByDefinition(fromUtf8(line))
}

/** An entry by the letter of FORMAT.md: parse, write again, compare, then every field. */
export function partsByDefinition(text: string): EntryParts {
  const entry = fieldsOf(readCanonicalText(text), 'an entry')
  exactKeys(entry, ['checksum', 'record'])
  const record = fieldsOf(entry['record'], 'a record')
  if (record['v'] !== 1)
    throw new FormatError('unknown-version', '1', shown(JSON.stringify(record['v']) ?? 'no v'))
  exactKeys(record, ['actor', 'body', 'kid', 'kind', 'prev', 'seq', 'time', 'trail', 'v'])
  const actor = fieldsOf(record['actor'], 'an actor')
  exactKeys(actor, ['id', 'name', 'via'])
  for (const key of ['id', 'name', 'via']) {
    if (typeof actor[key] !== 'string' || actor[key] === '')
      badField(`actor.${key}`, 'a string that is not empty', actor[key])
  }
  const body = fieldsOf(record['body'], 'a body')
  const { seq } = record
  if (typeof seq !== 'number' || seq < 0) badField('seq', 'an integer from 0', seq)
  return {
    checksum: hexField(entry, 'checksum', 64),
    actorText: canonical(actor),
    bodyText: canonical(body),
    kid: hexField(record, 'kid', 16),
    kind: textField(record, 'kind', isKind, 'lower-case words joined by dots'),
    prev: hexField(record, 'prev', 64),
    seq: seq as number,
    time: textField(record, 'time', isTimestamp, 'YYYY-MM-DDTHH:mm:ss.sssZ'),
    trail: textField(record, 'trail', isOrigin, 'an origin'),
  }
}

type Fields = { readonly [key: string]: Value }

function fieldsOf(value: Value | undefined, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new FormatError('envelope-fields', `${what}, an object`, shown(JSON.stringify(value) ?? 'nothing'))
}

function exactKeys(fields: Fields, expected: readonly string[]): void {
  const found = Object.keys(fields).sort()
  if (found.join() !== expected.join() || found.length !== expected.length) {
    throw new FormatError('envelope-fields', expected.join(', '), shown(found.join(', '), 120))
  }
}

function hexField(fields: Fields, name: string, digits: number): string {
  const value = fields[name]
  if (typeof value !== 'string') badField(name, `${digits} hexadecimal digits`, value)
  if (value.length !== digits || !/^[0-9a-f]*$/.test(value)) {
    throw new FormatError(
      'hex-not-canonical',
      `${name} of ${digits} lower-case hexadecimal digits`,
      shown(value, 70),
    )
  }
  return value
}

function textField(fields: Fields, name: string, fits: (text: string) => boolean, form: string): string {
  const value = fields[name]
  if (typeof value !== 'string' || !fits(value)) badField(name, form, value)
  return value
}

function badField(name: string, form: string, found: Value | undefined): never {
  throw new FormatError('field-value', `${name}: ${form}`, shown(JSON.stringify(found) ?? 'nothing'))
}

export type { EntryParts }
