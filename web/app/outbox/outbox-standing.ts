import type { Meaning } from '@compliance-relay/shared/trail'
import type { Enrolment } from './enrolment.ts'
import { leaseIn, signaturesLeft } from './lease-terms.ts'
import { isUsedUp } from './lock-out.ts'
import { isUnsent, type StatementRow } from './statement-row.ts'

/** How it stands with what was signed on this device. Posted to the page whenever it has changed. */
export interface OutboxStanding {
  readonly unsent: number
  readonly held: number
  /** Refused, and nobody has said that they have read it. */
  readonly refused: number
  readonly enrolments: readonly EnrolmentView[]
  /** Grows with each change. */
  readonly version: number
  /** Why there is none: the database does not open. Null where there is one. */
  readonly fault: string | null
}

export interface EnrolmentView {
  readonly user: string
  readonly name: string
  readonly device: string
  readonly key: string
  readonly trail: string
  readonly state: 'ready' | 'erased' | 'password-old'
  /** Until when, in milliseconds, and how often it may sign without its relay. */
  readonly leaseUntil: number
  readonly left: number
  readonly meanings: readonly string[]
  readonly attempts: number
  readonly lockedUntil: number
  readonly unsent: number
}

/** A signature as the outbox shows it: all but its bytes. */
export type StatementView = Omit<StatementRow, 'note'>

/** With when the last record was made that its signer had seen, milliseconds: it is not older. Null if that is not here. */
export type ShownStatement = StatementView & { readonly notBefore: number | null }

/** Pure. */
export function outboxStanding(
  rows: readonly StatementRow[],
  enrolments: readonly Enrolment[],
  version: number,
): OutboxStanding {
  const unsent = rows.filter(isUnsent)
  return {
    unsent: unsent.length,
    held: rows.filter(({ state }) => state === 'held').length,
    refused: rows.filter(({ state, isAcknowledged }) => state === 'refused' && !isAcknowledged).length,
    enrolments: enrolments.map((one) => {
      const lease = leaseIn(one.lease, one.relayKey)
      return {
        user: one.user,
        name: one.name,
        device: one.device,
        key: one.key,
        trail: one.trail,
        state:
          one.wrapped === null || isUsedUp(one.attempts)
            ? 'erased'
            : one.isPasswordOld
              ? 'password-old'
              : 'ready',
        leaseUntil: Date.parse(lease.notAfter),
        left: signaturesLeft(lease, one.count),
        meanings: lease.meanings,
        attempts: one.attempts,
        lockedUntil: one.lockedUntil,
        unsent: unsent.filter(({ key }) => one.key.startsWith(`${key}+`)).length,
      }
    }),
    version,
    fault: null,
  }
}

/**
 * Records that were signed here and of which the copy of the trail does not say so yet: by trail and place, what was
 * meant. What was refused is none of them. `sizeOf`: how far the copy of a trail goes. Pure.
 */
export function signedHere(
  rows: readonly StatementView[],
  sizeOf: (trailId: string) => number,
): ReadonlyMap<string, Meaning> {
  const signed = new Map<string, Meaning>()
  for (const { state, trailId, seqs, meaning, record } of rows) {
    const isTold = record !== null && record < sizeOf(trailId)
    if (state === 'refused' || isTold) continue
    for (const seq of seqs) signed.set(placeKey(trailId, seq), meaning)
  }
  return signed
}

export function placeKey(trailId: string, seq: number): string {
  return `${trailId} ${seq}`
}
