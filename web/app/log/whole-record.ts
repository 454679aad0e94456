import {
  fromUtf8,
  hex,
  leafHash,
  parseCheckpoint,
  parseVkey,
  readEntry,
  refusalIn,
  type TrailRecord,
} from '@compliance-relay/shared/trail'
import type { NamesOf } from './names.ts'
import { selectionOf } from './select.ts'
import { type ShownSignature, signaturesOn } from './signatures-on.ts'
import type { TrailCopy } from './trail-copy.ts'
import type { Row } from './trail-index.ts'

/** A record on this device, by its trail's id. */
export interface RecordPlace {
  readonly trail: string
  readonly seq: number
}

/** A record as it stands in the trail, with what the device knows of it. What of it is verified, `checkRecord` says. */
export interface WholeRecord {
  readonly trail: string
  readonly seq: number
  /** As it is stored, so that it can be shown byte for byte. */
  readonly line: string
  readonly leaf: string
  readonly record: TrailRecord
  readonly row: Row & { readonly trail: string }
  readonly next: number | null
  /** The version before, and the next one: what they say, to be compared. */
  readonly beforeRecord: TrailRecord | null
  readonly nextRecord: TrailRecord | null
  /** Records of signatures, decisions and withdrawals about it. */
  readonly signatures: readonly TrailRecord[]
  readonly shown: readonly ShownSignature[]
  /** Of a refusal: who answers for it; of a claim: what it answers for. */
  readonly claims: readonly (RecordPlace & { readonly name: string })[]
  readonly refusal: RecordPlace | null
  readonly anchor: Anchor | null
}

/** The signed checkpoint on this device that covers it, and what this device can say of when. */
export interface Anchor {
  readonly size: number
  readonly root: string
  readonly vkey: string
  readonly keyName: string
  /** When this device was first given a checkpoint with it, and last one without it, by its own clock. */
  readonly with: { readonly size: number; readonly at: number } | null
  readonly without: { readonly size: number; readonly at: number } | null
}

/** Reads a record and what is about it; undefined where it is not on this device. */
export async function wholeRecord(
  copies: ReadonlyMap<string, TrailCopy>,
  names: NamesOf,
  trail: string,
  seq: number,
): Promise<WholeRecord | undefined> {
  const copy = copies.get(trail)
  const line = await copy?.line(seq)
  const row = copy?.index.row(seq)
  if (copy === undefined || line === undefined || row === undefined) return undefined
  const { record } = readEntry(line)
  const related = await relatedTo(copy, seq)
  const next = copy.index.next(seq) ?? null
  return {
    trail,
    seq,
    line: fromUtf8(line),
    leaf: hex(leafHash(line)),
    record,
    row: { trail, ...row },
    next,
    beforeRecord: (row.before === undefined ? undefined : await copy.record(row.before)) ?? null,
    nextRecord: (next === null ? undefined : await copy.record(next)) ?? null,
    signatures: related,
    shown: signaturesOn(seq, related),
    claims: record.kind === 'capture.refused' ? await claimsOf(copies, names, record) : [],
    refusal: refusalOf(copies, record),
    anchor: await anchorOf(copy, seq),
  }
}

/** Records of signatures about a place, and those about these: decisions and withdrawals, in order. */
export async function relatedTo(copy: TrailCopy, seq: number): Promise<TrailRecord[]> {
  const places = new Set<number>()
  let asked: readonly number[] = [seq]
  while (asked.length > 0) {
    asked = asked.flatMap((one) => copy.index.signaturesAbout(one)).filter((one) => !places.has(one))
    for (const one of asked) places.add(one)
  }
  const records = await Promise.all([...places].sort((a, b) => a - b).map((one) => copy.record(one)))
  return records.filter((one) => one !== undefined)
}

/** Claims have the path of what they claim: those with it are read, and the one that names this record is it. */
async function claimsOf(copies: ReadonlyMap<string, TrailCopy>, names: NamesOf, refused: TrailRecord) {
  const path = typeof refused.body['path'] === 'string' ? refused.body['path'] : undefined
  const selection = selectionOf(
    { kinds: ['capture.claimed'], ...(path === undefined ? {} : { text: path }) },
    names,
  )
  const claims: (RecordPlace & { readonly name: string })[] = []
  for (const [trail, copy] of copies)
    for (const seq of copy.index.select(selection)) {
      const claim = await copy.record(seq)
      const refusal = claim && refusalIn(claim)
      if (claim !== undefined && refusal?.seq === refused.seq && refusal.trail === refused.trail)
        claims.push({ trail, seq, name: claim.actor.name })
    }
  return claims
}

function refusalOf(copies: ReadonlyMap<string, TrailCopy>, record: TrailRecord): RecordPlace | null {
  const refusal = refusalIn(record)
  if (refusal === undefined) return null
  for (const [trail, { stored, size }] of copies)
    if (stored.name === refusal.trail && refusal.seq < size) return { trail, seq: refusal.seq }
  return null
}

async function anchorOf(copy: TrailCopy, seq: number): Promise<Anchor | null> {
  const { checkpoint, vkey } = copy.stored
  if (checkpoint === null) return null
  const { size, root } = parseCheckpoint(checkpoint)
  if (seq >= size) return null
  const around = await copy.sightingsAround(seq)
  const of = (one: { readonly size: number; readonly at: number } | undefined) =>
    one === undefined ? null : { size: one.size, at: one.at }
  return {
    size,
    root: hex(root),
    vkey,
    keyName: parseVkey(vkey).name,
    with: of(around.with),
    without: of(around.without),
  }
}
