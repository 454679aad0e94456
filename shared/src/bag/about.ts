import {
  type Body,
  FormatError,
  parseStatement,
  type Statement,
  type TrailRecord,
  utf8,
} from '../trail/index.ts'

/** A record by its trail and its place in it. */
export interface Subject {
  readonly trail: string
  readonly seq: number
}

/** Records that a record is about: what was signed, what was decided, for what somebody answers. */
export function subjectsOf({ kind, body, trail }: TrailRecord): readonly Subject[] {
  if (kind.startsWith('signature.')) {
    const held = seqIn(body['held'])
    const seqs = held === undefined ? (statementIn(body)?.records.map(({ seq }) => seq) ?? []) : [held]
    return seqs.map((seq) => ({ trail, seq }))
  }
  const refusal = body['refusal']
  const seq = seqIn(refusal)
  const named = seq === undefined ? undefined : (refusal as Body)['trail']
  return seq === undefined || typeof named !== 'string' ? [] : [{ trail: named, seq }]
}

/** What the note in a record of a signature says: that is what was signed, whatever stands beside it. */
export function statementIn({ note }: Body): Statement | undefined {
  if (typeof note !== 'string') return undefined
  try {
    return parseStatement(utf8(note)).statement
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

export function seqIn(value: unknown): number | undefined {
  const seq = typeof value === 'object' && value !== null ? (value as Body)['seq'] : undefined
  return typeof seq === 'number' ? seq : undefined
}

/** Of whom or what a record about people, keys, doors or settings is: the first of these that its body names. */
const named = ['account', 'user', 'person', 'token', 'subscription', 'file'] as const

/** In words: `record 12`, `records 3 4`, `account jdoe`. Empty where a record is about nothing but what it says. */
export function aboutText(record: TrailRecord): string {
  const subjects = subjectsOf(record)
  const [first] = subjects
  if (first !== undefined) {
    const where = first.trail === record.trail ? '' : ` of ${first.trail}`
    return `record${subjects.length === 1 ? '' : 's'} ${subjects.map(({ seq }) => seq).join(' ')}${where}`
  }
  for (const field of named) {
    const value = record.body[field]
    if (typeof value === 'string') return `${field} ${value}`
  }
  return ''
}
