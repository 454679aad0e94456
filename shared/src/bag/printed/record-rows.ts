import { isKindIn, standing, type TrailRecord } from '../../trail/index.ts'
import type { ExportState } from '../signature-states.ts'
import type { Beside } from './beside.ts'
import { type Column, code, type Row, strong, words } from './blocks.ts'
import { plainText } from './plain-text.ts'
import { actorLines, beforeOf, digestOf, digestText, saidLines, timeLines } from './record-text.ts'
import type { ReadRecord } from './records-of.ts'

export interface RecordTable {
  readonly heading: string
  /** Above it, what it is and what stands in it. */
  readonly says: string
  readonly columns: readonly Column[]
  readonly takes: (record: TrailRecord, beside: Beside) => boolean
  readonly row: (read: ReadRecord, beside: Beside) => Row
}

/** As wide as half a digest in its groups. */
const DIGEST_SHARE = 21

const first = [
  { name: 'Record', share: 6 },
  { name: 'Time (claimed)', share: 8 },
]

const everyRecord: RecordTable = {
  heading: 'Records',
  says: 'Every record in the bag, in its order.',
  columns: [
    ...first,
    { name: 'What', share: 11 },
    { name: 'Who', share: 13 },
    { name: 'Path, and what it says', share: 33 },
    { name: 'Size', share: 8 },
    { name: 'SHA-256', share: DIGEST_SHARE },
  ],
  takes: () => true,
  row: (read, beside) => {
    const { record } = read
    const { seq, time, kind, body } = record
    return [
      [words(String(seq))],
      timeLines(time),
      [words(plainText(kind))],
      actorLines(record),
      saidLines(read, beside),
      [words(typeof body['size'] === 'number' ? String(body['size']) : '')],
      [code(digestOf(record))],
    ]
  },
}

export const changesTable: RecordTable = {
  heading: 'Changed after first entry',
  says: 'What was there before it was changed, renamed or deleted is in the record named; both stay.',
  columns: [
    ...first,
    { name: 'What', share: 9 },
    { name: 'Who', share: 12 },
    { name: 'Path, reason', share: 23 },
    { name: 'Before', share: DIGEST_SHARE },
    { name: 'After', share: DIGEST_SHARE },
  ],
  takes: ({ body }) => beforeOf(body) !== undefined,
  row: (read, beside) => {
    const { record } = read
    const { seq, time, kind, body } = record
    const before = beforeOf(body)
    return [
      [words(String(seq))],
      timeLines(time),
      [words(plainText(kind))],
      actorLines(record),
      [...saidLines(read, beside), ...('reason' in body ? [] : [words('reason: none was recorded')])],
      [words(plainText(beside.beforeText(record) ?? '')), code(digestText(before?.digest ?? ''))],
      [code(digestOf(record))],
    ]
  },
}

/** Only of a bag that holds. */
export const statesTable: RecordTable = {
  heading: 'What signatures come to',
  says: 'Each record that was signed or has a signature that waits, with what its signatures come to where the bag ends, by the signing rules in the bag: an export of a part may lack one. What is not listed here is unsigned.',
  columns: [
    { name: 'Record', share: 6 },
    { name: 'What', share: 14 },
    { name: 'Path', share: 60 },
    { name: 'State', share: 20 },
  ],
  // Also what was signed and comes to nothing: its signatures were withdrawn, or others were due before them.
  takes: (record, beside) =>
    beside.signaturesOn(record).length > 0 || beside.statesOf(record).includes('held'),
  row: ({ record }, beside) => {
    const { seq, kind, body } = record
    const signatures = beside.signaturesOn(record)
    return [
      [words(String(seq))],
      [words(plainText(kind))],
      [words(plainText(typeof body['path'] === 'string' ? body['path'] : ''))],
      [
        strong(
          beside
            .statesOf(record)
            .map((state) => stateText(state, signatures))
            .join(', '),
        ),
      ],
    ]
  },
}

function stateText(state: ExportState, signatures: readonly { readonly withdrawn: number | null }[]): string {
  if (state === 'held') return 'a held signature waits for a decision'
  if (state !== 'unsigned' || signatures.length === 0) return state
  return standing(signatures).length === 0
    ? 'unsigned: each signature on it was withdrawn'
    : 'unsigned: what was signed stands, and fills no step of the signing rule'
}

const told = [
  ...first,
  { name: 'What', share: 12 },
  { name: 'Who', share: 14 },
  { name: 'What it says', share: 60 },
]

function toldRow(read: ReadRecord, beside: Beside): Row {
  const { record } = read
  const { seq, time, kind } = record
  return [
    [words(String(seq))],
    timeLines(time),
    [words(plainText(kind))],
    actorLines(record),
    saidLines(read, beside),
  ]
}

const refusals: RecordTable = {
  heading: 'Refused, failed and claimed',
  says: 'What nobody answered for, with who answered for it later; what could not be read, and what was refused to people.',
  columns: told,
  takes: (record, beside) =>
    /\.(?:refused|failed|claimed|throttled|locked|forged)$|-refused$/.test(record.kind) &&
    !beside.isTold(record),
  row: toldRow,
}

const gaps: RecordTable = {
  heading: 'Gaps',
  says: 'When nobody looked, or a clock or a folder was not as it should be. A start says from when to when nobody did (gap).',
  columns: told,
  takes: ({ kind, body }) =>
    (kind === 'trail.opened' && body['previous'] !== null) ||
    // The first start of all comes after no gap.
    (kind === 'relay.started' && body['gap'] !== null) ||
    isKindIn(
      ['relay.stopped', 'relay.paused', 'clock.stepped', 'watch.unavailable', 'watch.available'],
      kind,
    ),
  row: toldRow,
}

export const everyRecordTable: RecordTable = everyRecord
/** Records that are looked for, once more beside each other. */
export const lookedFor: readonly RecordTable[] = [changesTable, refusals, gaps]
