import {
  type Body,
  changeIn,
  contentDigestOf,
  hasStatement,
  isKindIn,
  refusalIn,
  statementIn,
  subjectsOf,
  type TrailRecord,
  type Value,
} from '../../trail/index.ts'
import { recordText } from '../about.ts'
import { answersText } from '../claims-in-bag.ts'
import type { Beside } from './beside.ts'
import { type Cell, strong, words } from './blocks.ts'
import { fieldLines, inGroups, utc } from './field-lines.ts'
import { plainText } from './plain-text.ts'
import type { ReadRecord } from './records-of.ts'

/** Records of files and data sets. */
export const CAPTURES = [
  'file.*', 'dataset.*', 'capture.refused', 'capture.claimed', 'capture.failed', 'record.failed',
] // biome-ignore format: a list to be read through

/** UTC, to be read: the date, and the time. */
export function timeLines(time: string): Cell {
  const [date = '', clock = ''] = plainText(time).replace('Z', '').split('T')
  return [words(date), words(clock)]
}

/** Who, by name and id, and how the relay knows. What the relay did itself is no person’s. */
export function actorLines({ actor }: TrailRecord): Cell {
  const { name, id, via } = actor
  if (via === 'relay') return [strong('the relay'), words(plainText(name))]
  return [
    strong(plainText(name)),
    ...(id === name ? [] : [words(plainText(id))]),
    words(`by ${plainText(via)}`),
  ]
}

/** Of what a capture has read, to be printed. */
export function digestOf(record: TrailRecord): string {
  return digestText(contentDigestOf(record) ?? '')
}

/** A record may have anything in the place of a digest. */
export function digestText(digest: string): string {
  return inGroups(plainText(digest))
}

/** Place and digest of the record before, of the same path. */
export function beforeOf({ before }: Body): { readonly seq: number; readonly digest: string } | undefined {
  const { seq, digest } = fieldsOf(before)
  return typeof seq === 'number' ? { seq, digest: typeof digest === 'string' ? digest : '' } : undefined
}

export function fieldsOf(value: Value | undefined): Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {}
}

/** What is printed of a capture, beside the path, size and digest that have columns of their own. */
const ofCaptures = [
  'pathRaw', 'from', 'project', 'device', 'watch', 'complete', 'missing', 'aborted', 'late', 'reason', 'sentence', 'what', 'target',
  'changes', 'fileCount', 'unreadable', 'leftOut',
] // biome-ignore format: a list to be read through

/** What a record says, line by line, beside its digest and size. A statement stands among the signatures. */
export function saidLines(read: ReadRecord, beside: Beside): Cell {
  const { kind, body } = read.record
  const isCapture = isKindIn(CAPTURES, kind)
  const before = isCapture ? beside.beforeText(read.record) : undefined
  const fields = Object.entries(body).filter(([name]) =>
    isCapture ? ofCaptures.includes(name) : name !== 'note',
  )
  return [
    ...(isCapture ? [strong(plainText(textOf(body['path'])))] : []),
    ...(before === undefined
      ? []
      : [strong(plainText(`${changeIn(read.record)} after first entry, see ${before}`))]),
    ...claimLines(read, beside),
    ...noSignatureLines(read.record),
    ...refusedLines(read.record, beside),
    ...fields.flatMap(([name, value]) => fieldLines(name, value)),
  ]
}

/** What was refused as a signature: by whom, and of what. */
function refusedLines(record: TrailRecord, beside: Beside): Cell {
  const statement = record.kind === 'signature.refused' ? statementIn(record) : undefined
  if (statement === undefined) return []
  const { meaning, name, user, reason } = statement
  const of = subjectsOf(record).map((subject) =>
    plainText([recordText(subject, record.trail), beside.signed(subject)?.path ?? ''].join(' ').trim()),
  )
  return [
    strong(`refused: ${meaning} by ${plainText(name)} (${plainText(user)})`),
    ...of.map((text) => words(`of ${text}`)),
    words(`signer’s reason: ${plainText(reason)}`),
  ]
}

/** What calls itself a signature and is of no kind that can be one: of it nothing was verified. */
function noSignatureLines({ kind, actor }: TrailRecord): Cell {
  const isKnown = hasStatement(kind) || kind === 'signature.decided' || kind === 'signature.throttled'
  const isSaid = kind.startsWith('signature.') || actor.via === 'signature'
  return isKnown || !isSaid ? [] : [strong('no e-signature: records of this kind have none')]
}

/** Of a refusal who answers for it, and of a claim for what. */
function claimLines(read: ReadRecord, beside: Beside): Cell {
  const { record } = read
  if (record.kind === 'capture.refused') {
    const claim = beside.claimOf(read)
    const answers = strong(plainText(answersText(claim, record.trail)))
    return claim === undefined
      ? [answers]
      : [answers, words(`${utc(claim.time)}: ${plainText(claim.reason)}`)]
  }
  const refusal = refusalIn(record)
  if (refusal === undefined) return []
  const where = plainText(recordText(refusal, record.trail))
  const text = beside.isTold(record) ? where : `${where}, which is not in this bag as it is named here`
  return [strong(`answers for ${text}`)]
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
