import type { Lease } from '@compliance-relay/shared/api'
import {
  fromHex,
  HASH_BYTES,
  hex,
  type Meaning,
  parseStatement,
  parseVkey,
  printNote,
  printStatement,
  type Statement,
  sha256,
  utf8,
} from '@compliance-relay/shared/trail'
import { clockFlags, type KnownClock, type SinceHead, sinceHeadSeconds } from '../outbox/clock-check.ts'
import type { Enrolment } from '../outbox/enrolment.ts'
import { type StatementRow, unsent } from '../outbox/statement-row.ts'

/** What somebody signs, as they were shown it. */
export interface ToSign {
  readonly user: string
  readonly meaning: Meaning
  readonly reason: string
  /** The trail as paths name it, and the last head of it that this device has verified. */
  readonly trailId: string
  readonly head: { readonly trail: string; readonly size: number; readonly root: Uint8Array }
  readonly since: SinceHead
  /** In ascending order; leaf hashes in hexadecimal. */
  readonly records: readonly { readonly seq: number; readonly leaf: string }[]
  /** Minutes east of UTC that this device shows. */
  readonly offsetMinutes: number
  /** Name and version of the app. */
  readonly app: string
}

/** Pure. */
export function statementOf(
  { user, meaning, reason, head, since, records, offsetMinutes, app }: ToSign,
  enrolment: Enrolment,
  lease: Lease,
  clock: KnownClock,
  now: number,
): Statement {
  const { name, device, count, previous, attempts, isLeaseUnsure } = enrolment
  return {
    at: new Date(now).toISOString(),
    checkpoint: { trail: head.trail, size: head.size, root: head.root },
    count: count + 1,
    meaning,
    name,
    reason,
    records: records.map(({ seq, leaf }) => ({ seq, leaf: fromHex(leaf, HASH_BYTES) })),
    user,
    app,
    clock: {
      offsetMinutes,
      sinceHeadSeconds: sinceHeadSeconds(since),
      flags: [
        ...clockFlags(clock, since),
        // So that whoever looks at signatures hears of tries on a device that was away.
        ...(attempts === 0 ? [] : [`wrong-passwords-${attempts}`]),
      ],
    },
    device,
    // Where it is not known which lease holds, the relay goes by its last.
    ...(isLeaseUnsure ? {} : { lease: lease.id }),
    ...(previous === '' ? {} : { previous: fromHex(previous, HASH_BYTES) }),
  }
}

/**
 * The note of a text that was signed elsewhere. Throws `FormatError` if it does not read as what it was made of, and an
 * Error if the signature does not hold.
 */
export function noteOf(text: string, vkey: string, signature: Uint8Array): Uint8Array<ArrayBuffer> {
  const { name, id, verify } = parseVkey(vkey)
  const bytes = utf8(printNote({ text, signatures: [{ name, id, signature }] })) as Uint8Array<ArrayBuffer>
  const read = parseStatement(bytes)
  if (printStatement(read.statement) !== text || !verify(utf8(text), signature))
    throw new Error('what was signed does not read as what was to be signed')
  return bytes
}

/** Whether what was kept is this statement, signed by this key. */
export function holds(note: Uint8Array, vkey: string): boolean {
  const { note: read } = parseStatement(note)
  const [line] = read.signatures
  return line !== undefined && parseVkey(vkey).verify(utf8(read.text), line.signature)
}

/** The row of a statement that was signed here. Pure. */
export function rowOf(
  note: Uint8Array<ArrayBuffer>,
  { meaning, reason, trailId, head, records }: ToSign,
  { key, user, name, count, relayKey }: Enrolment,
  now: number,
): StatementRow {
  return {
    ...unsent,
    hash: hex(sha256(note)),
    note,
    key: keyIdIn(key),
    count: count + 1,
    user,
    name,
    meaning,
    reason,
    trail: head.trail,
    trailId,
    relayKey,
    seqs: records.map(({ seq }) => seq),
    headSize: head.size,
    signedAt: now,
    from: 'here',
  }
}

/** `NAME+ID` of a key's line. */
export function keyIdIn(vkey: string): string {
  const { name, id } = parseVkey(vkey)
  return `${name}+${id}`
}
