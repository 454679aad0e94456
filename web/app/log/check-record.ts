import { fingerprintOf } from '@compliance-relay/shared/bag'
import {
  base64,
  checkNote,
  EnrolledSigners,
  fromUtf8,
  hex,
  inclusionProof,
  leafHash,
  parseCheckpoint,
  parseVkey,
  readEntry,
  rootOf,
  sentenceOf,
  statementIn,
  type TrailRecord,
  verifyInclusion,
} from '@compliance-relay/shared/trail'
import type { NamesOf } from './names.ts'
import { selectionOf } from './select.ts'
import type { TrailCopy } from './trail-copy.ts'
import { relatedTo } from './whole-record.ts'

/** One thing that was looked at, with what it came to. */
export interface CheckStep {
  readonly title: string
  /** Null where it could not be looked at. */
  readonly holds: boolean | null
  /** In a sentence, as it came out. */
  readonly says: string
  readonly values: readonly (readonly [name: string, value: string])[]
}

export interface RecordCheck {
  readonly steps: readonly CheckStep[]
  readonly notChecked: readonly string[]
  /** How long it took, in milliseconds. */
  readonly took: number
}

/** What no device can check that has only the public part of a trail. */
const NOT_CHECKED = [
  'The checksums (MAC) of the records: their key is the relay’s alone. Hash-checked here, MAC-checked by the relay.',
  'That nobody has cut the trail behind this checkpoint: whoever holds a later one can say that.',
  'That the key is the relay’s: compare its fingerprint with the one that was printed and filed.',
  'Whether what the record says of the world is true: the times, the person and the run are the claims they are shown as.',
] as const

/**
 * Reads a record from the disk of this device once more, and does all of it again: leaf hash, the way up to the root of the
 * signed checkpoint, the signature on that, and each e-signature against the key the trail enrolled. Undefined where there
 * is no such record.
 */
export async function checkRecord(
  copy: TrailCopy,
  names: NamesOf,
  seq: number,
  now: () => number,
): Promise<RecordCheck | undefined> {
  const begun = now()
  const line = await copy.line(seq)
  const { checkpoint } = copy.stored
  if (line === undefined || checkpoint === null) return undefined
  const steps = [
    lineStep(copy, seq, line),
    leafStep(line),
    await pathStep(copy, seq, line, checkpoint),
    checkpointStep(copy, checkpoint),
    ...(await signatureSteps(copy, names, seq)),
  ]
  return { steps, notChecked: NOT_CHECKED, took: now() - begun }
}

function lineStep({ stored }: TrailCopy, seq: number, line: Uint8Array): CheckStep {
  const values = [['bytes', String(line.length)]] as const
  try {
    const { record } = readEntry(line)
    const holds = record.seq === seq && record.trail === stored.name
    return {
      title: 'The line as it is stored here',
      holds,
      says: holds
        ? `It is an entry of the trail’s one form, and calls itself record ${record.seq} of ${record.trail}.`
        : `It calls itself record ${record.seq} of ${record.trail}.`,
      values,
    }
  } catch (error) {
    const says = `It is no entry: ${error instanceof Error ? error.message : String(error)}`
    return { title: 'The line as it is stored here', holds: false, says, values }
  }
}

function leafStep(line: Uint8Array): CheckStep {
  return {
    title: 'Its leaf hash',
    holds: true,
    says: 'Made now of the bytes of the line: SHA-256 of a zero byte and the line.',
    values: [['leaf', hex(leafHash(line))]],
  }
}

async function pathStep(
  copy: TrailCopy,
  seq: number,
  line: Uint8Array,
  checkpoint: Uint8Array,
): Promise<CheckStep> {
  const { size, root } = parseCheckpoint(checkpoint)
  if (size > copy.size) {
    const says = `The checkpoint is over ${size} entries, and ${copy.size} of them are on this device so far: once all are, this can be checked.`
    return { title: 'The way from the leaf to the root', holds: null, says, values: [] }
  }
  const path = inclusionProof(seq, size, await copy.nodesAt([seq, size - 1]))
  const holds = verifyInclusion(leafHash(line), seq, size, path, root)
  return {
    title: 'The way from the leaf to the root',
    holds,
    says: holds
      ? `With ${path.length} hashes beside it the leaf makes the root of the checkpoint: the record is in the trail, at this place, as it is.`
      : 'The leaf does not make the root of the checkpoint: this record is not the one that was signed for.',
    values: [
      ['root of the checkpoint', hex(root)],
      ['entries under it', String(size)],
      ...path.map((hash, i) => [`hash ${i + 1}`, hex(hash)] as const),
    ],
  }
}

function checkpointStep({ stored }: TrailCopy, bytes: Uint8Array): CheckStep {
  const { origin, note } = parseCheckpoint(bytes)
  const holds = origin === stored.name && checkNote(note, parseVkey(stored.vkey)) === 'good'
  return {
    title: 'The signature on the checkpoint',
    holds,
    says: holds
      ? 'It is of the key that this device was given when it first met this trail, and no other was taken since.'
      : 'It is not of the key that this device knows for this trail.',
    values: [
      ['checkpoint', fromUtf8(bytes).trimEnd()],
      ['key', stored.vkey],
      ['fingerprint', grouped(fingerprintOf(stored.vkey))],
    ],
  }
}

/** Each e-signature on the record, and each word about one, in the order they stand in the trail. */
async function signatureSteps(copy: TrailCopy, names: NamesOf, seq: number): Promise<CheckStep[]> {
  const related = await relatedTo(copy, seq)
  if (related.length === 0) return []
  const signed = related.flatMap((record) => statementIn(record) ?? [])
  const places = signed.flatMap(({ checkpoint, records }) => [
    ...records.map((one) => one.seq),
    checkpoint.size - 1,
  ])
  const nodes = await copy.nodesAt(
    [...places, ...related.map((one) => one.seq)].filter((one) => one < copy.size),
  )
  const before = (at: number) => ({
    trail: copy.stored.name,
    leaf: (one: number) => (one < at ? nodes(0, one) : undefined),
    root: (size: number) => (size <= at ? rootOf(size, nodes) : undefined),
    time: (one: number) => {
      const time = one < at ? copy.index.row(one)?.time : undefined
      return time === undefined ? undefined : new Date(time).toISOString()
    },
  })
  const signers = new EnrolledSigners([parseVkey(copy.stored.vkey)])
  const keys = await keyRecords(copy, names, related.at(-1)?.seq ?? 0)
  const all = [...keys, ...related].sort((a, b) => a.seq - b.seq)
  return all.flatMap((record) => {
    const faults: string[] = []
    const say = (code: Parameters<typeof sentenceOf>[0], expected: string, found: string) => {
      // What else this key has signed is not read here, so its count is not followed.
      if (code !== 'statement-count-gap')
        faults.push(`${sentenceOf(code)}: expected ${expected}, found ${found}`)
    }
    const { kind, body, actor } = record
    const at = record.seq
    if (kind === 'key.enrolled') signers.enrol(body, say)
    else if (kind === 'key.revoked') signers.revoke(body, say)
    else if (kind === 'signature.applied')
      return [signatureStep(record, signers.check(at, body, actor, before(at), say), faults, keys)]
    else if (kind === 'signature.decided')
      return [decisionStep(record, signers.decide(at, body, actor, say), faults)]
    else {
      signers.passOver(kind, at, nodes(0, at), body, before(at), say)
      return kind === 'signature.held' ? [heldStep(record, faults)] : []
    }
    return []
  })
}

/** Key records are few, and each names its key: they are found by their kind. */
async function keyRecords(copy: TrailCopy, names: NamesOf, last: number): Promise<TrailRecord[]> {
  const selection = selectionOf({ kinds: ['key.enrolled', 'key.revoked'] }, names)
  const seqs = [...copy.index.select(selection)].filter((one) => one < last)
  const records = await Promise.all(seqs.map((one) => copy.record(one)))
  return records.filter((one) => one !== undefined)
}

function signatureStep(
  record: TrailRecord,
  holds: boolean,
  faults: readonly string[],
  keys: readonly TrailRecord[],
): CheckStep {
  const statement = statementIn(record)
  const note = String(record.body['note'] ?? '')
  const name = /^— (\S+) /m.exec(note)?.[1] ?? ''
  const enrolled = keys.find(
    ({ kind, body }) => kind === 'key.enrolled' && String(body['key']).startsWith(`${name}+`),
  )
  return {
    title: `The e-signature in record ${record.seq}${statement === undefined ? '' : `: ${statement.meaning} by ${statement.name}`}`,
    holds,
    says: holds
      ? 'It verifies under a key that the trail had enrolled and not revoked by then, over this very record and a head that this trail had.'
      : faults.join('; ') || 'It does not verify.',
    values: [
      ...(enrolled === undefined
        ? []
        : [['key', `${String(enrolled.body['key'])}, enrolled by record ${enrolled.seq}`] as const]),
      ...(statement === undefined
        ? []
        : [
            [
              'head its signer saw',
              `${statement.checkpoint.size} entries, root ${base64(statement.checkpoint.root)}`,
            ] as const,
          ]),
    ],
  }
}

function heldStep({ seq, body }: TrailRecord, faults: readonly string[]): CheckStep {
  return {
    title: `The statement held by record ${seq}`,
    holds: faults.length === 0,
    says:
      faults.length > 0
        ? faults.join('; ')
        : `It was held (${String(body['code'] ?? 'no reason')}) and is no signature by itself; a decision may make it one.`,
    values: [],
  }
}

function decisionStep(
  { seq, actor, body }: TrailRecord,
  counts: boolean,
  faults: readonly string[],
): CheckStep {
  const isRefusal = body['decision'] === 'refused'
  return {
    title: `The decision in record ${seq}, by ${actor.name}`,
    holds: faults.length === 0,
    says:
      faults.length > 0
        ? faults.join('; ')
        : counts
          ? 'It accepts the held statement, which verifies: from here on that is a signature.'
          : isRefusal
            ? 'It refuses the held statement, which is no signature.'
            : 'It decides about a statement that does not verify: there is no signature.',
    values: [],
  }
}

function grouped(digits: string): string {
  return digits.replace(/(.{8})(?=.)/g, '$1 ')
}
