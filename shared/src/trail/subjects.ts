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
  if (kind.startsWith('signature.')) {
    const { checkpoint, records = [] } = statementIn({ body }) ?? {}
    return checkpoint === undefined ? [] : records.map(({ seq }) => ({ trail: checkpoint.trail, seq }))
  }
  const refusal = kind === 'capture.claimed' ? body['refusal'] : undefined
  const seq = seqIn(refusal)
  const named = seq === undefined ? undefined : (refusal as Body)['trail']
  return seq === undefined || typeof named !== 'string' ? [] : [{ trail: named, seq }]
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
