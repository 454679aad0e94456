import { type Severity, severities } from '@compliance-relay/shared/relay'
import { printable } from '@compliance-relay/shared/trail'
import type { RecordMessage, TestMessage } from './message.ts'

/** "log audit" (RFC 5424, 6.2.1). */
const FACILITY = 13
const INFORMATIONAL = 6
const APPLICATION = 'compliance-relay'
/** RFC 5612 keeps this number for examples: it is nobody's, and the name before it tells ours. */
const DATA_ID = 'relay@32473'
const HOST_LENGTH_MAX = 255
const KIND_LENGTH_MAX = 32
const VALUE_BYTES_MAX = 250
/** What every receiver should take in one datagram (RFC 5426, 3.2). */
export const SYSLOG_BYTES_MAX = 2_048

/**
 * A message of RFC 5424. Names and paths in it may be anybody's: what would end a line, a value or a message, moves a
 * cursor or turns the direction is written out, so that one record is one message, and says what it says. Pure.
 */
export function syslogMessage(message: RecordMessage | TestMessage, host: string): Uint8Array {
  const { severity, time, kind, data, says } = 'test' in message ? partsOfTest(message) : partsOf(message)
  const params = data.map(([name, value]) => ` ${name}="${escaped(value)}"`).join('')
  const head = `<${FACILITY * 8 + severity}>1 ${time} ${word(host, HOST_LENGTH_MAX)} ${APPLICATION} - ${word(kind, KIND_LENGTH_MAX)} [${DATA_ID}${params}]`
  return cut(`${head} ${marked(printable(says))}`)
}

interface Parts {
  readonly severity: number
  readonly time: string
  readonly kind: string
  readonly data: readonly (readonly [name: string, value: string])[]
  readonly says: string
}

function partsOf({ record, leaf, alert, withheld }: RecordMessage): Parts {
  const { kind, time, trail, seq, actor, body } = record
  const { project, path } = body
  return {
    severity: alert === undefined ? INFORMATIONAL : numberOf(alert.severity),
    time,
    kind,
    data: [
      ['trail', trail],
      ['seq', String(seq)],
      ['kind', kind],
      ['leaf', leaf],
      ['actor', actor.id],
      ...(typeof project === 'string' ? [['project', project] as const] : []),
      ...(typeof path === 'string' ? [['path', path] as const] : []),
    ],
    says:
      alert?.says ?? `${kind} by ${actor.name}${withheld === undefined ? '' : ', about other projects, too'}`,
  }
}

function partsOfTest({ subscription, test, time }: TestMessage): Parts {
  return {
    severity: INFORMATIONAL,
    time,
    kind: 'relay.test',
    data: [
      ['subscription', subscription],
      ['test', test],
    ],
    says: 'a test: this is no record',
  }
}

/** Alert is 1, and emergency, which is 0, none of ours. */
function numberOf(severity: Severity): number {
  return severities.indexOf(severity) + 1
}

/** PRINTUSASCII, and something. */
function word(text: string, lengthMax: number): string {
  return text.replace(/[^!-~]/g, '-').slice(0, lengthMax) || '-'
}

/** RFC 5424, 6.3.3. Bounded as it is written, so that all values together always have room. */
function escaped(value: string): string {
  const parts: string[] = []
  let bytes = 0
  for (const character of value) {
    const written = printable(character).replace(/["\\\]]/g, '\\$&')
    bytes += Buffer.byteLength(written)
    if (bytes > VALUE_BYTES_MAX) return `${parts.join('')}…`
    parts.push(written)
  }
  return parts.join('')
}

/** Text beyond ASCII is said to be UTF-8 (RFC 5424, 6.4). */
function marked(text: string): string {
  return /^[ -~]*$/.test(text) ? text : `\ufeff${text}`
}

/** No longer than everybody takes, and no character cut in two. Only the sentence at the end can be that long. */
function cut(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  if (bytes.length <= SYSLOG_BYTES_MAX) return bytes
  let end = SYSLOG_BYTES_MAX
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}
