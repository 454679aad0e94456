import { base64, fromBase64, fromDecimal, utf8 } from './bytes.ts'
import { FormatError, shown } from './format-error.ts'
import { HASH_BYTES, type Hash } from './hash.ts'
import { type Note, parseNote, printNote, signNote } from './note.ts'
import type { Signer } from './vkey.ts'

/** The head of a tree: how many entries a trail had, and their root (C2SP tlog-checkpoint). */
export interface TreeHead {
  readonly origin: string
  readonly size: number
  readonly root: Hash
}

/** A tree head and the note that carries its signatures. */
export interface Checkpoint extends TreeHead {
  readonly note: Note
}

/** The three signed lines. */
export function printTreeHead({ origin, size, root }: TreeHead): string {
  return `${origin}\n${size}\n${base64(root)}\n`
}

/** A checkpoint from its note. Signatures are not checked here. Throws `FormatError`; extension lines are refused. */
export function parseCheckpoint(bytes: Uint8Array): Checkpoint {
  return checkpointOf(parseNote(bytes))
}

export function checkpointOf(note: Note): Checkpoint {
  const [origin = '', sizeText = '', rootText = '', end, more] = note.text.split('\n')
  const size = fromDecimal(sizeText)
  if (origin === '' || size === undefined || end !== '' || more !== undefined) {
    throw new FormatError('checkpoint-form', 'the lines origin, size, root', shown(note.text, 160))
  }
  const root = fromBase64(rootText)
  if (root.length !== HASH_BYTES) {
    throw new FormatError('checkpoint-form', `a root of ${HASH_BYTES} bytes`, `${root.length} bytes`)
  }
  return { origin, size, root, note }
}

/** Signs a tree head with the trail's own key. Only the writer of the trail does this, over what it has stored. */
export function signCheckpoint(head: TreeHead, signer: Signer): Checkpoint {
  if (signer.name !== head.origin) {
    throw new FormatError('key-type', `the key of ${head.origin}`, `a key of ${signer.name}`)
  }
  return { ...head, note: signNote(printTreeHead(head), signer) }
}

export function printCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return utf8(printNote(checkpoint.note))
}
