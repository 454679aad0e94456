import {
  contentDigestOf,
  hasStatement,
  namedBefore,
  printable,
  statementIn,
  type TrailRecord,
  utf8,
} from '../trail/index.ts'
import { aboutText } from './about.ts'

/**
 * The columns of `records.csv`: what people sort and filter by, each derived from the entry, and the entry itself,
 * exact. A verifier makes every cell again from the entry, so none can say something else.
 */
export const csvColumns = [
  'trail',
  'seq',
  'time',
  'kind',
  'actor',
  'actor_name',
  'actor_via',
  'project',
  'device',
  'path',
  'size',
  'digest',
  'changed_from',
  /** Who signed, by user id and by name; of a decision, whose signature it is about. */
  'signer',
  'signer_name',
  'meaning',
  'signed_at',
  /** What became of it: why it was held or refused, or how somebody decided. */
  'outcome',
  'reason',
  /** Which records, or whose account, key or token. */
  'about',
  'entry',
] as const

/** By it spreadsheet programs know UTF-8: without, names with an umlaut are opened as two strange letters. */
const BYTE_ORDER_MARK = '\ufeff'

/** RFC 4180: CRLF at the end of every line. */
export const csvHeader: Uint8Array = utf8(`${BYTE_ORDER_MARK}${csvColumns.join(',')}\r\n`)

/** The row of a record, whose line is `text`. */
export function csvRow(record: TrailRecord, text: string): Uint8Array {
  return utf8(`${[...cellsOf(record).map(safeCell), quoted(text)].join(',')}\r\n`)
}

function cellsOf(record: TrailRecord): string[] {
  const { trail, seq, time, kind, actor, body } = record
  const said = hasStatement(kind) ? statementIn(record) : undefined
  const isDecision = kind === 'signature.decided'
  const before = namedBefore(record)
  return [
    trail,
    String(seq),
    time,
    kind,
    actor.id,
    actor.name,
    actor.via,
    textOf(body['project']),
    textOf(body['device']),
    pathOf(body),
    typeof body['size'] === 'number' ? String(body['size']) : '',
    contentDigestOf(record) ?? '',
    before === undefined ? '' : `${before.seq}${before.trail === undefined ? '' : ` of ${before.trail}`}`,
    said?.user ?? (isDecision ? textOf(body['signer']) : ''),
    said?.name ?? (isDecision ? textOf(body['signerName']) : ''),
    said?.meaning ?? (isDecision ? textOf(body['meaning']) : ''),
    said?.at ?? '',
    isDecision ? textOf(body['decision']) : hasStatement(kind) ? textOf(body['code']) : '',
    said?.reason ?? textOf(body['reason']),
    aboutText(record),
  ]
}

/** Names that are no UTF-8 look alike as text: their bytes stand beside it. */
function pathOf({ path, pathRaw }: TrailRecord['body']): string {
  return typeof pathRaw === 'string' ? `${textOf(path)} (bytes ${pathRaw})` : textOf(path)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/**
 * A cell that a spreadsheet program shows as text and takes for nothing else (ASVS 1.2.10): what prints as nothing or turns
 * the direction is written out, and what begins like a formula has an apostrophe before it. The entry has it exactly.
 */
export function safeCell(text: string): string {
  // Nearly all cells are letters, digits and some marks, and need no second look.
  if (/^(?:[A-Za-z0-9/_.:][A-Za-z0-9/_.: -]*)?$/.test(text)) return text
  // Where `;` parts the cells, what follows one begins another.
  const plain = printable(text.replace(/\\(?=u[0-9a-f]{4})/g, '\\u005c')).replace(
    /;(?=\s*[=+\-@＝＋－＠])/gu,
    '\\u003b',
  )
  return quoted(/^[=+\-@＝＋－＠]/u.test(plain) ? `'${plain}` : plain)
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
