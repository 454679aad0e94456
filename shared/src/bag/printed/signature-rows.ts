import { boundsOf, type ProvenBound } from '../proven-bounds.ts'
import { changedText, type SignatureInBag } from '../signatures-in-bag.ts'
import type { BagReport } from '../verify-bag.ts'
import type { Beside } from './beside.ts'
import { type Cell, type Column, type Row, strong, words } from './blocks.ts'
import { utc } from './field-lines.ts'
import { plainText } from './plain-text.ts'

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
export async function* signatureRows(
  beside: Beside,
  trails: BagReport['trails'],
  isShown: boolean,
): AsyncGenerator<Row> {
  let trail: string | undefined
  for (const one of beside.signatures.list) {
    if (one.record.trail !== trail) yield trailRow(one.record.trail)
    trail = one.record.trail
    const bounds = isShown
      ? boundsOf(
          trails.find((own) => own.trail === trail),
          one.record.seq,
        )
      : []
    yield rowOf(one, beside, bounds, isShown)
  }
}

export function trailRow(trail: string): Row {
  return [[strong(`trail ${plainText(trail)}`)]]
}

function rowOf(one: SignatureInBag, beside: Beside, bounds: readonly ProvenBound[], isShown: boolean): Row {
  const { record, statement, fold } = one
  const { name, user, meaning, reason } = statement
  return [
    [words(String(record.seq))],
    [strong(meaning), ...stateLines(one, isShown)],
    [strong(plainText(name)), words(plainText(user)), ...signerLines(one)],
    [...timeLines(one, isShown), ...bounds.map(boundLine)],
    [words(plainText(reason))],
    fold.seqs.map((seq) => signedLine(one, beside, seq)),
  ]
}

/** The roles its signer had then, and by which device. */
function signerLines({ fold: { roles }, statement: { device } }: SignatureInBag): Cell {
  return [
    ...(roles.length > 0 ? [words(plainText(roles.join(', ')))] : []),
    ...(device === undefined ? [] : [words(`on ${plainText(device)}`)]),
  ]
}

function stateLines(one: SignatureInBag, isShown: boolean): Cell {
  const { fold, heldFor, decidedBy, withdrawnBy } = one
  const decision = fold.decided?.isAccepted === true ? 'accepted' : 'refused'
  return [
    ...(isShown ? [] : [strong('not shown: only what the bag says of itself')]),
    ...(fold.isHeld ? [words(`held: ${plainText(heldFor)}`)] : []),
    ...(decidedBy === undefined
      ? []
      : [
          words(
            `${decision} by ${plainText(decidedBy.actor.name)} (${plainText(decidedBy.actor.id)}), ${utc(decidedBy.time)}, record ${decidedBy.seq}: ${plainText(decidedBy.reason)}`,
          ),
        ]),
    ...(withdrawnBy === undefined
      ? []
      : [strong(`withdrawn by its signer, ${utc(withdrawnBy.time)}, record ${withdrawnBy.seq}`)]),
    ...(isShown ? standingLines(one) : []),
  ]
}

/** What it comes to, where its record and those about it are shown. */
function standingLines({ fold, statement, decidedBy, withdrawnBy }: SignatureInBag): Cell {
  if (fold.counts === null)
    return [strong(decidedBy === undefined ? 'does not count: nobody has decided yet' : 'does not count')]
  if (withdrawnBy !== undefined) return []
  return [words(statement.meaning === 'withdrawn' ? 'counts: what it names is taken back' : 'counts')]
}

/** Claimed by the device, and between which times of the relay it was made. */
function timeLines({ record, statement, notBefore }: SignatureInBag, isShown: boolean): Cell {
  const { at, clock } = statement
  return [
    strong(utc(at)),
    words('claimed: by the clock of the device'),
    ...(clock === undefined ? [] : [words(`shown to the signer as ${localTime(at, clock.offsetMinutes)}`)]),
    words(
      `${isShown ? 'proven' : 'not shown, it says'}: ${
        notBefore === undefined ? '' : `after ${utc(notBefore)}, `
      }before ${utc(record.time)}, by the relay’s records`,
    ),
  ]
}

function signedLine(one: SignatureInBag, beside: Beside, seq: number) {
  const signed = beside.signed({ trail: one.record.trail, seq })
  if (signed === undefined) return words(`${seq} (not in this bag)`)
  const text = `${seq}  ${plainText(signed.path)}`.replace('  ', ' ')
  return signed.after.length === 0
    ? words(text)
    : strong(`${text}: ${plainText(changedText(one, signed.after, beside.versions))}`)
}

/** By when the record of it was there, by a clock that is not the relay’s. */
function boundLine({ time, by }: ProvenBound) {
  return words(`proven: there by ${utc(time)}, by ${plainText(by)}`)
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
