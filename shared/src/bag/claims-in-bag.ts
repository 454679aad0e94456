import { refusalIn, type TrailRecord } from '../trail/index.ts'
import { recordText } from './about.ts'

/** A record by which somebody answers for what was refused. */
export interface Claim {
  readonly trail: string
  readonly seq: number
  /** Who: user id and name. */
  readonly id: string
  readonly name: string
  /** By the clock of the relay, ISO 8601. */
  readonly time: string
  readonly reason: string
}

/** Who answers for captures that were refused, by the records of a bag in its order. Memory goes by what was claimed. */
export class ClaimsInBag {
  readonly #of = new Map<string, Claim>()

  take(record: TrailRecord): void {
    const refusal = refusalIn(record)
    if (refusal === undefined) return
    const { trail, seq, time, actor, body } = record
    const { id, name } = actor
    const reason = typeof body['reason'] === 'string' ? body['reason'] : ''
    const key = keyOf(refusal, refusal.leaf)
    // The first one is the claim: nobody answers for what is answered for.
    if (!this.#of.has(key)) this.#of.set(key, { trail, seq, id, name, time, reason })
  }

  /** Of a refusal whose leaf hash is this one, in hexadecimal: a claim names the very record that it answers for. */
  of(record: TrailRecord, leaf: string | undefined): Claim | undefined {
    return record.kind === 'capture.refused' ? this.#of.get(keyOf(record, leaf)) : undefined
  }
}

/** Who answers for a refusal in `trail`. */
export function answersText(claim: Claim | undefined, trail: string): string {
  if (claim === undefined) return 'no person answers for it'
  return `${claim.name} (${claim.id}) answers for it by ${recordText(claim, trail)}`
}

function keyOf({ trail, seq }: { readonly trail: string; readonly seq: number }, leaf: unknown): string {
  return `${String(leaf)} ${seq} ${trail}`
}
