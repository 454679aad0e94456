import {
  canonical,
  checkNote,
  FormatError,
  type Note,
  parseNote,
  printNote,
  readStrictJson,
  type Signer,
  signNote,
  utf8,
  type Value,
  type Verifier,
} from '../trail/index.ts'

/**
 * What is signed beside trails and e-signatures: a line that says what it is, and one line of canonical JSON, in a
 * signed note (C2SP signed-note). The first line keeps a signature on one kind of text from being one on another.
 */
export function signTyped(
  type: string,
  value: { readonly [key: string]: Value },
  signer: Signer,
): Uint8Array {
  return utf8(printNote(signNote(`${type}\n${canonical(value)}\n`, signer)))
}

/** The note and the object in it, the signature not checked. Throws `FormatError`. */
export function readTyped(
  type: string,
  bytes: Uint8Array,
): { readonly note: Note; readonly value: { readonly [key: string]: Value } } {
  const note = parseNote(bytes)
  const [first, line, end, more] = note.text.split('\n')
  if (first !== type || line === undefined || end !== '' || more !== undefined)
    throw new FormatError('note-form', `${type} and one line`, 'another text')
  const value = readStrictJson(line)
  if (typeof value !== 'object' || value === null || Array.isArray(value) || canonical(value) !== line)
    throw new FormatError('note-form', 'an object in canonical form', 'another text')
  return { note, value: value as { readonly [key: string]: Value } }
}

/** True if the one signature on it is this verifier's, and holds. */
export function isSignedBy(note: Note, verifier: Verifier): boolean {
  return note.signatures.length === 1 && checkNote(note, verifier) === 'good'
}
