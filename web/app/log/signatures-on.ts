import {
  type FoldedSignature,
  SignatureFold,
  type Statement,
  statementIn,
  type TrailRecord,
} from '@compliance-relay/shared/trail'

/** A signature as 21 CFR 11.50 wants it shown, with what the trail says became of it. Whether it verifies is another question. */
export interface ShownSignature {
  /** Place of the record that has the statement. */
  readonly record: number
  readonly name: string
  readonly user: string
  readonly meaning: Statement['meaning']
  readonly reason: string
  /** By the signer's device, ISO 8601. */
  readonly at: string
  /** What that device showed its user, in minutes east of UTC; undefined where it did not say. */
  readonly offsetMinutes: number | undefined
  readonly device: string | undefined
  /** The relay's own times around it: it was made between them, by that clock. */
  readonly notBefore: string | undefined
  readonly notAfter: string
  /** How many entries the head had that its signer saw. */
  readonly headSize: number
  readonly roles: readonly string[]
  readonly records: readonly number[]
  readonly isHeld: boolean
  /** Why it was held, as the relay names it. */
  readonly heldFor: readonly string[]
  readonly decided: {
    readonly record: number
    readonly isAccepted: boolean
    readonly name: string
    readonly reason: string
    readonly time: string
  } | null
  /** It is a signature: by the record it stands in, or by a decision. */
  readonly counts: boolean
  readonly withdrawn: { readonly record: number; readonly reason: string; readonly time: string } | null
}

/** The signatures among these records that are on one of these places, in the order they came. Pure. */
export function signaturesOn(seq: number, related: readonly TrailRecord[]): readonly ShownSignature[] {
  const fold = new SignatureFold()
  const bySeq = new Map(related.map((record) => [record.seq, record]))
  const folded = new Map<number, FoldedSignature>()
  for (const record of related.toSorted((a, b) => a.seq - b.seq)) {
    const one = fold.take(record)
    if (one !== undefined) folded.set(one.record, one)
  }
  return [...folded.values()]
    .filter(({ seqs, meaning }) => meaning !== 'withdrawn' && seqs.includes(seq))
    .flatMap((one) => {
      const record = bySeq.get(one.record)
      const statement = record && statementIn(record)
      return record === undefined || statement === undefined ? [] : [shownOf(one, record, statement, bySeq)]
    })
}

function shownOf(
  { record: place, isHeld, decided, counts, withdrawn }: FoldedSignature,
  { body, time }: TrailRecord,
  statement: Statement,
  bySeq: ReadonlyMap<number, TrailRecord>,
): ShownSignature {
  const { name, user, meaning, reason, at, clock, device, checkpoint, records } = statement
  const decision = decided === null ? undefined : bySeq.get(decided.record)
  const withdrawal = withdrawn === null ? undefined : bySeq.get(withdrawn)
  return {
    record: place,
    name,
    user,
    meaning,
    reason,
    at,
    offsetMinutes: clock?.offsetMinutes,
    device,
    notBefore: textIn(body['notBefore']),
    notAfter: time,
    headSize: checkpoint.size,
    roles: textsIn(body['roles']),
    records: records.map(({ seq }) => seq),
    isHeld,
    heldFor: isHeld
      ? [textIn(body['code']), ...textsIn(body['also'])].filter((one) => one !== undefined)
      : [],
    decided:
      decided === null || decision === undefined
        ? null
        : {
            ...decided,
            name: decision.actor.name,
            reason: textIn(decision.body['reason']) ?? '',
            time: decision.time,
          },
    counts: counts !== null,
    withdrawn:
      withdrawn === null || withdrawal === undefined
        ? null
        : { record: withdrawn, reason: statementIn(withdrawal)?.reason ?? '', time: withdrawal.time },
  }
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
