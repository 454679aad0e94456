import { utf8 } from './bytes.ts'
import { FormatError } from './format-error.ts'
import type { Body, TrailRecord } from './record.ts'
import { parseStatement, type Statement } from './statement.ts'

/** A record by its trail and its place in it. */
export interface Subject {
  readonly trail: string
  readonly seq: number
}

/**
 * Records that a record is about: what was signed, what was decided, what is claimed. A record names them, and need not be
 * believed: a refused statement may name whatever it likes. Pure.
 */
export function subjectsOf({
  kind,
  body,
  trail,
}: Pick<TrailRecord, 'kind' | 'body' | 'trail'>): readonly Subject[] {
  const held = heldIn({ kind, body })
  if (held !== undefined) return [{ trail, seq: held }]
  if (hasStatement(kind)) {
    const { checkpoint, records = [] } = statementIn({ body }) ?? {}
    return checkpoint === undefined ? [] : records.map(({ seq }) => ({ trail: checkpoint.trail, seq }))
  }
  const refusal = refusalIn({ kind, body })
  return refusal === undefined ? [] : [{ trail: refusal.trail, seq: refusal.seq }]
}

/** Kinds of records whose note is what somebody signed: no other record has a signature in it, whatever else it has. */
const WITH_STATEMENT = ['signature.applied', 'signature.held', 'signature.refused']

export function hasStatement(kind: string): boolean {
  return WITH_STATEMENT.includes(kind)
}

/** Which refusal a claim answers for, and what it says is its leaf hash: nobody need believe that. */
export function refusalIn({
  kind,
  body,
}: Pick<TrailRecord, 'kind' | 'body'>): (Subject & { readonly leaf: unknown }) | undefined {
  const refusal = kind === 'capture.claimed' ? body['refusal'] : undefined
  const seq = seqIn(refusal)
  if (seq === undefined) return undefined
  const { trail, leaf } = refusal as Body
  return typeof trail === 'string' ? { trail, seq, leaf } : undefined
}

/** Of those, the places that stand before it in its own trail. */
export function placesBefore(
  record: Pick<TrailRecord, 'kind' | 'body' | 'trail' | 'seq'>,
): readonly number[] {
  return subjectsOf(record)
    .filter(({ trail, seq }) => trail === record.trail && seq < record.seq)
    .map(({ seq }) => seq)
}

/** What a decision is about. */
export function heldIn({ kind, body }: Pick<TrailRecord, 'kind' | 'body'>): number | undefined {
  return kind === 'signature.decided' ? seqIn(body['held']) : undefined
}

/** What the note in a record of a signature says: that is what was signed, whatever stands beside it. */
export function statementIn({ body }: Pick<TrailRecord, 'body'>): Statement | undefined {
  const { note } = body
  if (typeof note !== 'string') return undefined
  try {
    return parseStatement(utf8(note)).statement
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

function seqIn(value: unknown): number | undefined {
  const seq = typeof value === 'object' && value !== null ? (value as Body)['seq'] : undefined
  return typeof seq === 'number' ? seq : undefined
}
