import { concat, uint64, utf8 } from './bytes.ts'
import type { Checkpoint } from './checkpoint.ts'
import { FormatError } from './format-error.ts'
import { linesOf, type NoteSignature, requireType, type SignatureState, stateOf } from './note.ts'
import type { Signer, Verifier } from './vkey.ts'

/** 8 bytes of time and 64 of Ed25519. */
const COSIGNATURE_BYTES = 72

/**
 * A witness's cosignature (C2SP tlog-cosignature, type 0x04): at this time, this was the largest tree of
 * this origin it had seen, and it followed from all it had seen before. `seconds` is POSIX time.
 */
export function cosign(checkpoint: Checkpoint, witness: Signer, seconds: number): NoteSignature {
  requireType(witness, 'cosignature')
  if (!Number.isSafeInteger(seconds) || seconds < 0)
    throw new RangeError(`${seconds} is not a POSIX time in seconds`)
  const signature = concat(uint64(seconds), witness.sign(cosignedMessage(checkpoint, BigInt(seconds))))
  return { name: witness.name, id: witness.id, signature }
}

/** The checkpoint with one more signature line. */
export function withSignature(checkpoint: Checkpoint, line: NoteSignature): Checkpoint {
  const { text, signatures } = checkpoint.note
  return { ...checkpoint, note: { text, signatures: [...signatures, line] } }
}

/** What a witness says of a checkpoint, and the earliest time at which it said so. */
export interface CosignatureCheck {
  readonly state: SignatureState
  /** POSIX seconds by the witness's clock, present where the state is `good`. */
  readonly seconds?: number
}

export function checkCosignature(checkpoint: Checkpoint, witness: Verifier): CosignatureCheck {
  requireType(witness, 'cosignature')
  const lines = linesOf(checkpoint.note, witness)
  const state = stateOf(lines.map((line) => isCosignature(checkpoint, witness, line)))
  if (state !== 'good') return { state }
  return { state, seconds: Math.min(...lines.map((line) => Number(cosignatureTime(line)))) }
}

function isCosignature(checkpoint: Checkpoint, witness: Verifier, line: NoteSignature): boolean {
  if (line.signature.length !== COSIGNATURE_BYTES) return false
  const time = cosignatureTime(line)
  return time < 2n ** 63n && witness.verify(cosignedMessage(checkpoint, time), line.signature.subarray(8))
}

/** POSIX seconds of a cosignature line, not yet verified. Throws `cosignature-form`. */
export function cosignatureTime({ signature }: NoteSignature): bigint {
  if (signature.length !== COSIGNATURE_BYTES) {
    throw new FormatError('cosignature-form', `${COSIGNATURE_BYTES} bytes`, `${signature.length} bytes`)
  }
  return new DataView(signature.buffer, signature.byteOffset).getBigUint64(0)
}

function cosignedMessage(checkpoint: Checkpoint, seconds: bigint): Uint8Array {
  return utf8(`cosignature/v1\ntime ${seconds}\n${checkpoint.note.text}`)
}
