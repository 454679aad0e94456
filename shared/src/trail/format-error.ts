/**
 * What can be wrong with bytes that claim to be part of a trail. A closed list: FORMAT.md names every
 * code, and a code never changes its meaning. The sentence is for people; programs compare the code.
 */
export const formatErrors = {
  'not-utf8': 'the bytes are not valid UTF-8',
  'byte-order-mark': 'the text begins with a byte order mark',
  'carriage-return': 'the line ends with a carriage return; lines end with a single newline',
  'blank-line': 'there is an empty line where an entry was expected',
  'no-final-newline': 'the last line does not end with a newline: it may have been cut off',
  'line-too-long': 'the line is longer than an entry may be',
  'not-json': 'the line is not JSON',
  'too-deep': 'the value is nested deeper than the format allows',
  'duplicate-key': 'an object names the same key twice',
  'lone-surrogate': 'a string holds half of a surrogate pair, which has no UTF-8 form',
  'number-not-integer': 'a number is not written as a plain integer',
  'integer-out-of-range': 'an integer lies outside ±(2^53−1), where two integers share one JavaScript value',
  'not-canonical': 'the bytes are not the canonical form of the value they hold',
  'not-a-value': 'the value cannot be written to a trail',
  'unknown-version': 'the record is of a version this verifier does not know',
  'envelope-fields': 'the entry or record does not have exactly the fields the format names',
  'field-value': 'a field does not have the form the format gives it',
  'hex-not-canonical': 'hexadecimal text is not lower-case or not of the exact length',
  'base64-not-canonical': 'base64 text does not encode back to itself',
  'note-form': 'the signed note is not of the form C2SP signed-note gives it',
  'note-too-long': 'the signed note is longer than the format allows',
  'vkey-form': 'the verifier key is not of the form name+id+key',
  'vkey-id': 'the verifier key does not have the id its name and key give it',
  'key-type': 'the key is of a type this verifier does not know, or not of the type this use needs',
  'key-unsound': 'the Ed25519 key is not a point of prime order: signatures under it can be disowned',
  'checkpoint-form': 'the checkpoint is not exactly the three lines origin, size and root',
  'cosignature-form': 'the cosignature is not an 8-byte time and a 64-byte signature',
  'proof-form': 'the proof is not of the form C2SP tlog-proof gives it',
  'policy-form': 'the policy is not of the form C2SP tlog-policy gives it',
  'statement-form':
    'the e-signature statement is not a type line and one canonical object with the known fields',
  'tile-path': 'the path is not that of a tile or an entry bundle',
  'tile-form': 'the tile or entry bundle does not hold the number of items its path says',
  'request-form': 'the add-checkpoint request is not of the form C2SP tlog-witness gives it',
} as const

export type FormatErrorCode = keyof typeof formatErrors

/** Bytes that are not what the format says. Thrown by every reader of this ring, and by nothing else. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly code: FormatErrorCode
  readonly expected: string
  readonly found: string

  constructor(code: FormatErrorCode, expected: string, found: string) {
    super(`${formatErrors[code]}: expected ${expected}, found ${found}`)
    this.code = code
    this.expected = expected
    this.found = found
  }
}

/** A piece of foreign text, short enough for a message and with nothing a terminal would obey. */
export function shown(text: string, limit = 60): string {
  return printable(JSON.stringify(text.length > limit ? `${text.slice(0, limit)}…` : text))
}

/** Text with every character that prints as nothing, moves the cursor or turns the direction written out. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => escapeUnit(character.charCodeAt(i))).join(''),
  )
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
