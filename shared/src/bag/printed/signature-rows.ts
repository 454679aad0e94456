import { type Cell, type Column, type Row, strong, words } from './blocks.ts'
import { utc } from './field-lines.ts'
import { plainText } from './plain-text.ts'
import type { PrintedSignature, SignatureList } from './signature-list.ts'

/** What 21 CFR 11.50(a) wants shown, each in a column of its own: who, when, meaning; and why, of what, and what became of it. */
export const signatureColumns: readonly Column[] = [
  { name: 'Record', share: 6 },
  { name: 'Meaning, state', share: 17 },
  { name: 'Signed by', share: 13 },
  { name: 'Signed at', share: 20 },
  { name: 'Reason', share: 18 },
  { name: 'What was signed', share: 26 },
]

/** Above signatures of a bag that does not hold, or that nobody's word was given for. */
export const SAID_ALONE =
  'What stands here is only what the bag says of itself: of no signature is it shown that anybody made it, when, or what it comes to.'

/** - `isShown`: the bag holds. Of one that does not, no signature is said to count, and no time to be proven. */
export async function* signatureRows(signatures: SignatureList, isShown: boolean): AsyncGenerator<Row> {
  let trail: string | undefined
  for (const one of signatures.list) {
    if (one.record.trail !== trail) yield trailRow(one.record.trail)
    trail = one.record.trail
    yield rowOf(one, signatures, isShown)
  }
}

export function trailRow(trail: string): Row {
  return [[strong(`trail ${plainText(trail)}`)]]
}

function rowOf(one: PrintedSignature, signatures: SignatureList, isShown: boolean): Row {
  const { record, statement, seqs } = one
  const { name, user, meaning, reason } = statement
  return [
    [words(String(record.seq))],
    [strong(meaning), ...stateLines(one, signatures, isShown)],
    [strong(plainText(name)), words(plainText(user)), ...signerLines(one)],
    timeLines(one, isShown),
    [words(plainText(reason))],
    seqs.map((seq) => signedLine(signatures, record.trail, seq)),
  ]
}

/** The roles its signer had then, and by which device. */
function signerLines({ record, statement }: PrintedSignature): Cell {
  const { roles } = record.body
  const { device } = statement
  return [
    ...(Array.isArray(roles) && roles.length > 0 ? [words(plainText(roles.join(', ')))] : []),
    ...(device === undefined ? [] : [words(`on ${plainText(device)}`)]),
  ]
}

function stateLines(one: PrintedSignature, signatures: SignatureList, isShown: boolean): Cell {
  const { record } = one
  const decided = signatures.decidedBy(one)
  const withdrawn = signatures.withdrawnBy(one)
  const decision = decided?.body['decision'] === 'accepted' ? 'accepted' : 'refused'
  return [
    ...(isShown ? [] : [strong('not shown: only what the bag says of itself')]),
    ...(record.kind === 'signature.applied' ? [] : [words(`held: ${said(record.body['code'])}`)]),
    ...(decided === undefined
      ? []
      : [
          words(
            `${decision} by ${plainText(decided.actor.name)} (${plainText(decided.actor.id)}), ${utc(decided.time)}, record ${decided.seq}: ${said(decided.body['reason'])}`,
          ),
        ]),
    ...(withdrawn === undefined
      ? []
      : [strong(`withdrawn by its signer, ${utc(withdrawn.time)}, record ${withdrawn.seq}`)]),
    ...(isShown ? standingLines(one, signatures) : []),
  ]
}

/** What it comes to, where its record and those about it are shown. */
function standingLines(one: PrintedSignature, signatures: SignatureList): Cell {
  if (!signatures.counts(one))
    return [
      strong(
        signatures.decidedBy(one) === undefined ? 'does not count: nobody has decided yet' : 'does not count',
      ),
    ]
  if (signatures.withdrawnBy(one) !== undefined) return []
  return [words(one.statement.meaning === 'withdrawn' ? 'counts: what it names is taken back' : 'counts')]
}

/** Claimed by the device, and between which times of the relay it was made. */
function timeLines({ record, statement }: PrintedSignature, isShown: boolean): Cell {
  const { at, clock } = statement
  const { notBefore } = record
  return [
    strong(utc(at)),
    words('claimed: by the clock of the device'),
    ...(clock === undefined ? [] : [words(`shown to the signer as ${localTime(at, clock.offsetMinutes)}`)]),
    words(
      `${isShown ? 'proven' : 'not shown, it says'}: ${
        typeof notBefore === 'string' ? `after ${utc(plainText(notBefore))}, ` : ''
      }before ${utc(record.time)}, by the relay’s records`,
    ),
  ]
}

function signedLine(signatures: SignatureList, trail: string, seq: number) {
  const signed = signatures.signed(trail, seq)
  if (signed === undefined) return words(`${seq} (not in this bag)`)
  const text = `${seq}  ${plainText(signed.path)}`.replace('  ', ' ')
  return signed.changedBy === undefined
    ? words(text)
    : strong(`${text}: changed after it was signed, see record ${signed.changedBy}`)
}

function said(value: unknown): string {
  return typeof value === 'string' ? plainText(value) : ''
}

/** The same moment as the device showed it. */
function localTime(at: string, offsetMinutes: number): string {
  const shown = new Date(Date.parse(at) + offsetMinutes * 60_000).toISOString()
  return utc(shown).replace('UTC', offsetText(offsetMinutes))
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  const two = (n: number) => String(n).padStart(2, '0')
  return `UTC${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}
