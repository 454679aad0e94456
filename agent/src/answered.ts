import { type Body, isClaimOf, leafHash, refusalIn, type TrailRecord } from '@compliance-relay/shared/trail'
import { readRecordIn, type TrailStore } from './sqlite/trail-store.ts'

/**
 * The very refusal that a claim answers for, of any trail of the folder; undefined where it is not there, is another, or
 * says otherwise what was captured.
 */
export function refusalOf(store: TrailStore, claim: TrailRecord): TrailRecord | undefined {
  const named = refusalIn(claim)
  if (named === undefined) return undefined
  const { trail, seq } = named
  const known = store.trails().find(({ origin }) => origin === trail)
  if (known === undefined) return undefined
  const entry = store.entry(known.id, seq)
  return entry !== undefined && isClaimOf(claim, entry.record, leafHash(entry.line))
    ? entry.record
    : undefined
}

/** By which somebody answers for a refusal, in whichever trail; undefined while nobody does. */
export function claimOf(store: TrailStore, refusal: TrailRecord): TrailRecord | undefined {
  const digest = refusal.body['sha256'] ?? refusal.body['manifest']
  if (refusal.kind !== 'capture.refused' || typeof digest !== 'string') return undefined
  for (const { id } of store.trails())
    for (const seq of store.claimsOfDigest(id, digest)) {
      const claim = readRecordIn(store, id, seq)
      const of = claim && refusalOf(store, claim)
      if (of?.trail === refusal.trail && of.seq === refusal.seq) return claim
    }
  return undefined
}

/** Where the content of what a record is of stands: a claim has it in the refusal that it answers for. */
export function contentBody(store: TrailStore, record: TrailRecord): Body {
  const refusal = refusalOf(store, record)
  return refusal?.body['manifest'] === record.body['manifest'] ? (refusal?.body ?? record.body) : record.body
}
