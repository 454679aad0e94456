import { base64, concat, fromBase64, fromHex, fromUtf8, hasControl, hex, utf8 } from './bytes.ts'
import { FormatError, shown } from './format-error.ts'
import { isKeyName, type Signer, type Verifier } from './vkey.ts'

/** Longest note: a C2SP witness takes no longer one, and an e-signature must fit an entry beside it. */
export const NOTE_BYTES_MAX = 65_535
/** C2SP signed-note asks for at least 16. */
export const NOTE_SIGNATURES_MAX = 64

/** One signature line of a note: who says so, and the bytes they say it with. */
export interface NoteSignature {
  readonly name: string
  /** Key id, 8 hexadecimal digits. */
  readonly id: string
  /** What follows the id: 64 bytes for Ed25519, 72 for a cosignature. */
  readonly signature: Uint8Array
}

/** A signed note taken apart (C2SP signed-note). Nothing in it is to be believed before a signature was checked. */
export interface Note {
  /** The signed text, its final newline included. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** Takes a note apart. Prints it again and compares, so that no note has two spellings. Throws `FormatError`. */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > NOTE_BYTES_MAX) {
    throw new FormatError('note-too-long', `at most ${NOTE_BYTES_MAX} bytes`, `${bytes.length}`)
  }
  const source = fromUtf8(bytes)
  const refuse = (expected: string, found: string): never => {
    throw new FormatError('note-form', expected, found)
  }
  if (hasControl(source, '\n')) refuse('no ASCII control character but newline', 'one')
  if (!source.endsWith('\n')) refuse('a final newline', 'none')
  const blank = source.lastIndexOf('\n\n')
  if (blank < 0) refuse('a blank line before the signatures', 'none')
  const lines = source.slice(blank + 2, -1).split('\n')
  if (lines.length > NOTE_SIGNATURES_MAX)
    refuse(`at most ${NOTE_SIGNATURES_MAX} signatures`, String(lines.length))
  const note = { text: source.slice(0, blank + 1), signatures: lines.map(parseSignatureLine) }
  if (printNote(note) !== source) refuse('the form it prints to', 'another')
  return note
}

/** `— name base64(id ‖ signature)`, without the newline. */
export function parseSignatureLine(line: string): NoteSignature {
  const [, name, encoded] = /^— ([^ ]+) ([^ ]+)$/u.exec(line) ?? []
  if (name === undefined || encoded === undefined || !isKeyName(name)) {
    throw new FormatError('note-form', 'a line "— name signature"', shown(line, 160))
  }
  const bytes = fromBase64(encoded)
  if (bytes.length < 5)
    throw new FormatError('note-form', 'a key id and a signature', `${bytes.length} bytes`)
  return { name, id: hex(bytes.subarray(0, 4)), signature: bytes.subarray(4) }
}

export function printSignatureLine({ name, id, signature }: NoteSignature): string {
  return `— ${name} ${base64(concat(fromHex(id, 4), signature))}\n`
}

export function printNote(note: Note): string {
  return `${note.text}\n${note.signatures.map(printSignatureLine).join('')}`
}

/** Signs text as a note's signature line does (C2SP signed-note, type 0x01). */
export function signText(text: string, signer: Signer): NoteSignature {
  requireType(signer, 'note')
  return { name: signer.name, id: signer.id, signature: signer.sign(utf8(text)) }
}

export function signNote(text: string, ...signers: readonly Signer[]): Note {
  if (!text.endsWith('\n'))
    throw new FormatError('note-form', 'text that ends in a newline', shown(text.slice(-20)))
  return { text, signatures: signers.map((signer) => signText(text, signer)) }
}

/**
 * What a verifier's own lines on a note are worth: `absent` if there is none with its name and id,
 * `good` if every one verifies, `bad` if one does not. Lines of unknown keys count for nothing.
 */
export type SignatureState = 'good' | 'bad' | 'absent'

export function checkNote(note: Note, verifier: Verifier): SignatureState {
  requireType(verifier, 'note')
  const message = utf8(note.text)
  return stateOf(linesOf(note, verifier).map((line) => verifier.verify(message, line.signature)))
}

export function linesOf(note: Note, verifier: Verifier): readonly NoteSignature[] {
  return note.signatures.filter((line) => line.name === verifier.name && line.id === verifier.id)
}

export function stateOf(results: readonly boolean[]): SignatureState {
  if (results.length === 0) return 'absent'
  return results.every(Boolean) ? 'good' : 'bad'
}

export function requireType(verifier: Verifier, type: Verifier['type']): void {
  if (verifier.type !== type)
    throw new FormatError('key-type', `a key for ${type}s`, `one for ${verifier.type}s`)
}
