import type { TrailRecord } from '@compliance-relay/shared/trail'
import { capturedDigests, roleOf } from '../../check/captured.ts'
import { WantedDigests } from './digest-column.ts'
import type { TrailCopy } from './trail-copy.ts'

/** Records of one content that are given one by one. */
const MATCHES_MAX = 20
/** Records that are read for one asking: of many copies of one file the newest are given. */
const READ_MAX = 2_000

/** A record that speaks of a content. */
export interface DigestMatch {
  /** In paths of the relay. */
  readonly trail: string
  readonly seq: number
  readonly kind: string
  /** Milliseconds since 1970 by the clock of the relay. */
  readonly time: number
  readonly path: string
  readonly as: 'file' | 'data-set' | 'raw-data' | 'member'
  /** Of a file in a data set: its paths there. */
  readonly members: readonly string[]
}

export interface DigestAnswer {
  readonly digest: string
  /** The newest of them. */
  readonly matches: readonly DigestMatch[]
  readonly more: number
}

/** Which records on this device speak of these digests: found by their beginnings, then read and compared whole. */
export async function findDigests(
  copies: readonly { readonly id: string; readonly copy: TrailCopy }[],
  digests: readonly string[],
): Promise<readonly DigestAnswer[]> {
  const wanted = new WantedDigests(digests)
  const found = new Map(digests.map((digest) => [digest, { matches: [] as DigestMatch[], more: 0 }]))
  let read = 0
  for (const { id, copy } of copies.toReversed())
    for (const seq of copy.index.speakingOf(wanted).toReversed()) {
      if (read++ >= READ_MAX) break
      const record = await copy.record(seq)
      if (record === undefined) continue
      for (const digest of new Set(capturedDigests(record))) {
        const answer = found.get(digest)
        if (answer === undefined) continue
        if (answer.matches.length >= MATCHES_MAX) answer.more++
        else answer.matches.push(matchOf(id, record, digest))
      }
    }
  return [...found].map(([digest, answer]) => ({ digest, ...answer }))
}

function matchOf(trail: string, record: TrailRecord, digest: string): DigestMatch {
  const { seq, kind, time, body } = record
  const path = typeof body['path'] === 'string' ? body['path'] : ''
  return { trail, seq, kind, time: Date.parse(time), path, members: [], ...roleOf(record, digest) }
}
