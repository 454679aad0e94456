import { base64, fromBase64, fromDecimal, fromUtf8, utf8 } from './bytes.ts'
import { type Checkpoint, parseCheckpoint, printCheckpoint } from './checkpoint.ts'
import { FormatError, shown } from './format-error.ts'
import { HASH_BYTES, type Hash } from './hash.ts'
import { PROOF_HASHES_MAX, verifyInclusion } from './merkle-proof.ts'
import { leafHash } from './tree.ts'

/**
 * Proof that one entry is in a trail, to be checked with no other part of it (C2SP tlog-proof): place,
 * audit path, and the signed head it leads to.
 */
export interface TlogProof {
  /** Opaque, and not authenticated by anything. */
  readonly extra?: Uint8Array
  readonly index: number
  readonly path: readonly Hash[]
  readonly checkpoint: Checkpoint
}

const HEADER = 'c2sp.org/tlog-proof@v1'

export function printTlogProof({ extra, index, path, checkpoint }: TlogProof): Uint8Array {
  const lines = [HEADER, ...(extra === undefined ? [] : [`extra ${base64(extra)}`]), `index ${index}`]
  return utf8(`${[...lines, ...path.map(base64)].join('\n')}\n\n${fromUtf8(printCheckpoint(checkpoint))}`)
}

/** Throws `FormatError`. Nothing is verified here: see `verifyTlogProof`, and `judgeCheckpoint` for the signatures. */
export function parseTlogProof(bytes: Uint8Array): TlogProof {
  const { lines, rest } = splitAtBlank(fromUtf8(bytes), 'proof-form')
  const [header, ...after] = lines
  if (header !== HEADER) throw new FormatError('proof-form', HEADER, shown(header ?? 'nothing'))
  const extraLine = after[0]?.startsWith('extra ') ? after.shift() : undefined
  const index = fromDecimal(wordAfter(after.shift(), 'index '))
  if (index === undefined) throw new FormatError('proof-form', 'index <decimal>', shown(lines.join(' '), 120))
  return {
    ...(extraLine === undefined ? {} : { extra: fromBase64(extraLine.slice('extra '.length)) }),
    index,
    path: parseHashLines(after, 'proof-form'),
    checkpoint: parseCheckpoint(utf8(rest)),
  }
}

/** Whether the proof shows this line at its index under its checkpoint's root. Signatures are another question. */
export function verifyTlogProof(line: Uint8Array, { index, path, checkpoint }: TlogProof): boolean {
  return verifyInclusion(leafHash(line), index, checkpoint.size, path, checkpoint.root)
}

type ProofCode = 'proof-form' | 'request-form'

/** The lines before the first blank line, and the text after it. */
export function splitAtBlank(text: string, code: ProofCode): { lines: string[]; rest: string } {
  const blank = text.indexOf('\n\n')
  if (blank < 0) throw new FormatError(code, 'a blank line before the checkpoint', 'none')
  return { lines: text.slice(0, blank).split('\n'), rest: text.slice(blank + 2) }
}

export function wordAfter(line: string | undefined, keyword: string): string {
  return line?.startsWith(keyword) ? line.slice(keyword.length) : ''
}

/** One base64 hash of 32 bytes a line, at most 63 of them. */
export function parseHashLines(lines: readonly string[], code: ProofCode): Hash[] {
  if (lines.length > PROOF_HASHES_MAX) {
    throw new FormatError(code, `at most ${PROOF_HASHES_MAX} hashes`, String(lines.length))
  }
  return lines.map((line) => {
    const hash = fromBase64(line)
    if (hash.length !== HASH_BYTES) throw new FormatError(code, 'a hash of 32 bytes', `${hash.length} bytes`)
    return hash
  })
}
