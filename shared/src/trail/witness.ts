import { base64, equalBytes, fromDecimal, fromUtf8, utf8 } from './bytes.ts'
import { type Checkpoint, parseCheckpoint, printCheckpoint } from './checkpoint.ts'
import { FormatError, shown } from './format-error.ts'
import type { Hash } from './hash.ts'
import { verifyConsistency } from './merkle-proof.ts'
import { checkNote } from './note.ts'
import { parseHashLines, splitAtBlank, wordAfter } from './tlog-proof.ts'
import { emptyRoot } from './tree.ts'
import type { Verifier } from './vkey.ts'

/** What a relay asks of a witness: to cosign this head, which follows the one of size `old` (C2SP tlog-witness). */
export interface AddCheckpoint {
  readonly old: number
  readonly proof: readonly Hash[]
  readonly checkpoint: Checkpoint
}

export function printAddCheckpoint({ old, proof, checkpoint }: AddCheckpoint): Uint8Array {
  return utf8(
    `${[`old ${old}`, ...proof.map(base64)].join('\n')}\n\n${fromUtf8(printCheckpoint(checkpoint))}`,
  )
}

/** Longest request: a note of 16 KiB and the longest proof. */
export const REQUEST_BYTES_MAX = 20_480

/** Throws `FormatError`. */
export function parseAddCheckpoint(bytes: Uint8Array): AddCheckpoint {
  if (bytes.length > REQUEST_BYTES_MAX) {
    throw new FormatError('request-form', `at most ${REQUEST_BYTES_MAX} bytes`, String(bytes.length))
  }
  const { lines, rest } = splitAtBlank(fromUtf8(bytes), 'request-form')
  const [first, ...hashes] = lines
  const old = fromDecimal(wordAfter(first, 'old '))
  if (old === undefined) throw new FormatError('request-form', 'old <size>', shown(first ?? 'nothing'))
  return { old, proof: parseHashLines(hashes, 'request-form'), checkpoint: parseCheckpoint(utf8(rest)) }
}

/** The largest head of one origin that a witness has cosigned. */
export interface WitnessState {
  readonly size: number
  readonly root: Hash
}

export type WitnessAnswer =
  /** To be stored before the cosignature is given out, and compared with what is stored at that moment. */
  | { readonly status: 200; readonly next: WitnessState }
  /** `size` is what the relay must prove consistency from. */
  | { readonly status: 409; readonly size: number; readonly reason: string }
  | { readonly status: 400 | 403 | 404 | 422; readonly reason: string }

/**
 * What a witness answers, from what it has stored and the keys it trusts: C2SP tlog-witness's status
 * table, as one pure function. The caller holds the lock: two requests judged against one state would
 * roll the second back (the rollback race of that specification).
 */
export function judgeAddCheckpoint(
  { old, proof, checkpoint }: AddCheckpoint,
  trusted: readonly Verifier[],
  stored: WitnessState | undefined,
): WitnessAnswer {
  const keys = trusted.filter((key) => key.name === checkpoint.origin)
  if (keys.length === 0)
    return { status: 404, reason: `the origin ${shown(checkpoint.origin)} is not known here` }
  const states = keys.map((key) => checkNote(checkpoint.note, key))
  if (!states.includes('good') || states.includes('bad')) {
    return { status: 403, reason: 'no trusted key of this origin has signed the checkpoint' }
  }
  if (old > checkpoint.size)
    return { status: 400, reason: `the old size ${old} exceeds the new size ${checkpoint.size}` }
  const from = stored ?? { size: 0, root: emptyRoot() }
  if (old !== from.size) {
    return {
      status: 409,
      size: from.size,
      reason: `the last head cosigned here has size ${from.size}, not ${old}`,
    }
  }
  if (old === checkpoint.size && !equalBytes(from.root, checkpoint.root)) {
    return {
      status: 409,
      size: from.size,
      reason: `another root was cosigned at size ${old}: the trail has forked`,
    }
  }
  if (!verifyConsistency(old, checkpoint.size, proof, from.root, checkpoint.root)) {
    return { status: 422, reason: `the proof does not lead from size ${old} to size ${checkpoint.size}` }
  }
  return { status: 200, next: { size: checkpoint.size, root: checkpoint.root } }
}
