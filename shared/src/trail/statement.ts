import { base64, fromBase64, fromHex, hex, utf8 } from './bytes.ts'
import { canonical, type Value } from './canonical.ts'
import { FormatError, shown } from './format-error.ts'
import { HASH_BYTES, type Hash } from './hash.ts'
import { type Note, parseNote, printNote, signNote } from './note.ts'
import { readCanonicalText } from './strict-json.ts'
import { isTimestamp } from './time.ts'
import type { Signer } from './vkey.ts'

const TYPE_LINE = 'compliance-relay/esign/v1'

/** What a signature can mean. `withdrawn` is of signatures of one's own, the others are of captures. */
export const meanings = ['reviewed', 'approved', 'rejected', 'withdrawn'] as const
export type Meaning = (typeof meanings)[number]

export const STATEMENT_RECORDS_MAX = 500
export const REASON_LENGTH_MAX = 1000
const TEXT_LENGTH_MAX = 200

/** The clock of the device as it signed: how far it can be believed is for the reader to judge. */
export interface StatementClock {
  /** Minutes east of UTC that the device showed its user. */
  readonly offsetMinutes: number
  /** Seconds since the head was fetched, by a clock that cannot be set. */
  readonly sinceHeadSeconds: number
  /** What the device noticed, e.g. `wall-clock-stepped`. */
  readonly flags: readonly string[]
}

/** What a signer agreed to: which records, in which state of the trail, who, meaning, reason, when. */
export interface Statement {
  /** By the device's clock: a claim. */
  readonly at: string
  /** The head the signer saw. All records signed lie below its size. */
  readonly checkpoint: { readonly trail: string; readonly size: number; readonly root: Hash }
  /** This is the device's n-th signature, from 1. A statement lost or replayed shows. */
  readonly count: number
  readonly meaning: Meaning
  /** Full name, as shown to the signer. */
  readonly name: string
  readonly reason: string
  /** Place and leaf hash of each record, in ascending order of place. */
  readonly records: readonly { readonly seq: number; readonly leaf: Hash }[]
  readonly user: string
  /** What a device that signs offline adds. */
  readonly app?: string
  readonly clock?: StatementClock
  readonly device?: string
  readonly lease?: string
  /** SHA-256 of this device's statement before this one. */
  readonly previous?: Hash
}

/** The text that is signed: the type line, then one line of canonical JSON (FORMAT.md, section 8). */
export function printStatement(statement: Statement): string {
  const { checkpoint, records, previous, clock, ...plain } = statement
  const line = canonical({
    ...plain,
    checkpoint: { root: base64(checkpoint.root), size: checkpoint.size, trail: checkpoint.trail },
    records: records.map(({ leaf, seq }) => ({ leaf: hex(leaf), seq })),
    ...(previous === undefined ? {} : { previous: hex(previous) }),
    ...(clock === undefined ? {} : { clock: { ...clock } }),
  })
  return `${TYPE_LINE}\n${line}\n`
}

/** Signs a statement under the signer's own key. What could not be read again is not signed. */
export function signStatement(statement: Statement, signer: Signer): Note {
  const text = printStatement(statement)
  readStatement(text)
  return signNote(text, signer)
}

/** A statement and the note that carries its signature, which is not checked here. Throws `FormatError`. */
export function parseStatement(bytes: Uint8Array): { readonly statement: Statement; readonly note: Note } {
  const note = parseNote(bytes)
  return { statement: readStatement(note.text), note }
}

export function printStatementNote(note: Note): Uint8Array {
  return utf8(printNote(note))
}

function readStatement(text: string): Statement {
  const [type, line, end, more] = text.split('\n')
  if (type !== TYPE_LINE) refuse(TYPE_LINE, shown(type ?? 'nothing'))
  if (line === undefined || end !== '' || more !== undefined) refuse('one line of JSON', shown(text, 160))
  const fields = objectOf(readCanonicalText(line), 'a statement')
  exactKeys(fields, requiredKeys, optionalKeys)
  const checkpoint = objectOf(fields['checkpoint'], 'a checkpoint')
  exactKeys(checkpoint, ['root', 'size', 'trail'])
  const { count, meaning, clock, previous } = fields
  const size = integer(checkpoint['size'], 'size', 1)
  return {
    at: textOf(fields['at'], 'at', isTimestamp),
    checkpoint: {
      trail: textOf(checkpoint['trail'], 'trail', isShort),
      size,
      root: hashOf(fromBase64(textOf(checkpoint['root'], 'root', isShort))),
    },
    count: integer(count, 'count', 1),
    meaning:
      meanings.find((one) => one === meaning) ??
      refuse(meanings.join(', '), shown(JSON.stringify(meaning) ?? 'nothing')),
    name: textOf(fields['name'], 'name', isShort),
    reason: textOf(fields['reason'], 'reason', isReason),
    records: recordsOf(fields['records'], size),
    user: textOf(fields['user'], 'user', isShort),
    ...(clock === undefined ? {} : { clock: clockOf(clock) }),
    ...(previous === undefined
      ? {}
      : { previous: fromHex(textOf(previous, 'previous', isShort), HASH_BYTES) }),
    ...Object.fromEntries(
      ['app', 'device', 'lease'].flatMap((key) =>
        key in fields ? [[key, textOf(fields[key], key, isShort)]] : [],
      ),
    ),
  }
}

const requiredKeys = ['at', 'checkpoint', 'count', 'meaning', 'name', 'reason', 'records', 'user']
const optionalKeys = ['app', 'clock', 'device', 'lease', 'previous']

type Fields = { readonly [key: string]: Value }

function recordsOf(value: Value | undefined, size: number): Statement['records'] {
  if (!Array.isArray(value) || value.length === 0 || value.length > STATEMENT_RECORDS_MAX) {
    return refuse(`1 to ${STATEMENT_RECORDS_MAX} records`, 'another number')
  }
  let last = -1
  return value.map((item: Value) => {
    const record = objectOf(item, 'a record')
    exactKeys(record, ['leaf', 'seq'])
    const seq = integer(record['seq'], 'seq', 0)
    if (seq <= last || seq >= size) refuse(`a seq above ${last} and below ${size}`, String(seq))
    last = seq
    return { seq, leaf: fromHex(textOf(record['leaf'], 'leaf', isShort), HASH_BYTES) }
  })
}

function clockOf(value: Value): StatementClock {
  const clock = objectOf(value, 'a clock')
  exactKeys(clock, ['flags', 'offsetMinutes', 'sinceHeadSeconds'])
  const { flags } = clock
  if (!Array.isArray(flags) || flags.length > 16) return refuse('at most 16 flags', 'another value')
  return {
    flags: flags.map((flag: Value) => textOf(flag, 'flag', isShort)),
    offsetMinutes: integer(clock['offsetMinutes'], 'offsetMinutes', -18 * 60),
    sinceHeadSeconds: integer(clock['sinceHeadSeconds'], 'sinceHeadSeconds', 0),
  }
}

function objectOf(value: Value | undefined, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  return refuse(`${what}, an object`, shown(JSON.stringify(value) ?? 'nothing'))
}

function exactKeys(fields: Fields, required: readonly string[], optional: readonly string[] = []): void {
  const keys = Object.keys(fields)
  const missing = required.filter((key) => !keys.includes(key))
  const unknown = keys.filter((key) => !required.includes(key) && !optional.includes(key))
  if (missing.length + unknown.length > 0) {
    refuse(required.join(', '), shown(`${missing.join(', ')} missing; ${unknown.join(', ')} unknown`, 160))
  }
}

function textOf(value: Value | undefined, name: string, fits: (text: string) => boolean): string {
  if (typeof value === 'string' && fits(value)) return value
  return refuse(`a ${name} of its form`, shown(JSON.stringify(value) ?? 'nothing'))
}

/** A reason says something: it has a letter or a digit, not only marks that print as nothing. */
function isReason(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text) && text.length <= REASON_LENGTH_MAX
}

function isShort(text: string): boolean {
  return text !== '' && text.length <= TEXT_LENGTH_MAX
}

function integer(value: Value | undefined, name: string, least: number): number {
  if (typeof value === 'number' && value >= least) return value
  return refuse(`${name}, an integer from ${least}`, shown(JSON.stringify(value) ?? 'nothing'))
}

function hashOf(bytes: Uint8Array): Hash {
  return bytes.length === HASH_BYTES
    ? bytes
    : refuse(`a hash of ${HASH_BYTES} bytes`, `${bytes.length} bytes`)
}

function refuse(expected: string, found: string): never {
  throw new FormatError('statement-form', expected, found)
}
