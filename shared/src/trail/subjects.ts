import { utf8 } from './bytes.ts'
import { FormatError } from './format-error.ts'
import type { Body, TrailRecord } from './record.ts'
import { parseStatement } from './statement.ts'

/**
 * Places before it in the same trail that a record is about: what was signed, what was decided, what is claimed. A
 * record names them, and need not be believed: a refused statement may name whatever it likes, so a place that is
 * not before the record, or in another trail, is none. Pure.
 */
export function subjectsOf({
  kind,
  body,
  trail,
  seq,
}: Pick<TrailRecord, 'kind' | 'body' | 'trail' | 'seq'>): readonly number[] {
  return namedIn(kind, body, trail).filter((one) => one < seq)
}

/** What a decision is about. */
export function heldIn({ kind, body }: Pick<TrailRecord, 'kind' | 'body'>): number | undefined {
  return kind === 'signature.decided' ? seqIn(body['held']) : undefined
}

function namedIn(kind: string, body: Body, trail: string): readonly number[] {
  if (kind === 'signature.decided') return listed(seqIn(body['held']))
  if (kind.startsWith('signature.')) return signedIn(body, trail)
  if (kind !== 'capture.claimed') return []
  const refusal = body['refusal']
  const isHere = typeof refusal === 'object' && refusal !== null && (refusal as Body)['trail'] === trail
  return isHere ? listed(seqIn(refusal)) : []
}

function signedIn({ note }: Body, trail: string): readonly number[] {
  if (typeof note !== 'string') return []
  try {
    const { checkpoint, records } = parseStatement(utf8(note)).statement
    return checkpoint.trail === trail ? records.map(({ seq }) => seq) : []
  } catch (error) {
    if (error instanceof FormatError) return []
    throw error
  }
}

function seqIn(value: unknown): number | undefined {
  const seq = typeof value === 'object' && value !== null ? (value as Body)['seq'] : undefined
  return typeof seq === 'number' ? seq : undefined
}

function listed(seq: number | undefined): readonly number[] {
  return seq === undefined ? [] : [seq]
}
