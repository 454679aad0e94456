import type { Receipt, ResultOf } from '@compliance-relay/shared/api'
import type { Meaning } from '@compliance-relay/shared/trail'

/**
 * - `signed`: on this device, and nowhere else; `sending`: given, and no answer yet;
 * - what the relay said, with a receipt: `accepted`, `held` for a person to decide, `refused`.
 */
export const statementStates = ['signed', 'sending', 'accepted', 'held', 'refused'] as const
export type StatementState = (typeof statementStates)[number]

/** One e-signature made on this device, or brought to it. Never deleted by sending: only its state changes. */
export interface StatementRow {
  /** SHA-256 of the note, hexadecimal. */
  readonly hash: string
  /** The signed note, as it is given to the relay. */
  readonly note: Uint8Array<ArrayBuffer>
  /** The key that signed, as its line on the note names it: `NAME+ID`. */
  readonly key: string
  readonly count: number
  readonly user: string
  readonly name: string
  readonly meaning: Meaning
  readonly reason: string
  /** Origin of the trail, and how paths name it; empty where this device does not have it. */
  readonly trail: string
  readonly trailId: string
  /** The relay's key, that receipts are checked with. */
  readonly relayKey: string
  readonly seqs: readonly number[]
  /** Of the head that was signed over. */
  readonly headSize: number
  /** By the device's clock, milliseconds: a claim. */
  readonly signedAt: number
  /** `here`: signed on this device; `courier`: brought in a file. */
  readonly from: 'here' | 'courier'
  readonly state: StatementState
  /** What the relay said: why it is not accepted, in its words. */
  readonly code: string | null
  readonly says: string | null
  readonly receipt: string | null
  /** Of the receipt: place of the record, and when it was made, milliseconds. */
  readonly record: number | null
  readonly receivedAt: number | null
  /** The relay waits for the statement of this count first. */
  readonly wanted: number | null
  /** How often it was given, when last, when it may be again, and why it is not told yet. */
  readonly tries: number
  readonly triedAt: number
  readonly retryAt: number
  readonly fault: string | null
  /** Somebody has read that it was refused. */
  readonly isAcknowledged: boolean
}

/** What a row says that was not given yet. */
export const unsent = {
  state: 'signed',
  code: null,
  says: null,
  receipt: null,
  record: null,
  receivedAt: null,
  wanted: null,
  tries: 0,
  triedAt: 0,
  retryAt: 0,
  fault: null,
  isAcknowledged: false,
} as const

export type StatementItem = ResultOf<'giveStatements'>['items'][number]

/**
 * What waits for something else is given again so often by itself. Longer than a session lasts that nobody uses: what an
 * app asks by itself must not keep one open.
 */
export const AGAIN_MILLISECONDS = 3_600_000

export function isUnsent({ state }: { readonly state: StatementState }): boolean {
  return state === 'signed' || state === 'sending'
}

/** What a row becomes by what the relay said of it. `receipt`: the one that came, its signature checked. Pure. */
export function afterVerdict(
  row: StatementRow,
  item: StatementItem,
  receipt: Receipt | undefined,
  now: number,
): StatementRow {
  const said = { code: item.code, says: item.says, triedAt: now, fault: null, wanted: item.wanted }
  if (receipt !== undefined)
    return {
      ...row,
      ...said,
      state: receipt.verdict,
      receipt: item.receipt,
      record: receipt.record,
      receivedAt: Date.parse(receipt.time),
      retryAt: 0,
      // Somebody of QA may have decided since it was read.
      isAcknowledged: row.isAcknowledged && row.code === item.code,
    }
  return { ...row, ...said, state: 'signed', retryAt: now + AGAIN_MILLISECONDS }
}

/** What has to be given once more, for the relay has said that it does not have it: a relay that was put back. */
export function wantedAgain(rows: readonly StatementRow[], key: string, wanted: number): StatementRow[] {
  return rows.filter((row) => row.key === key && row.count >= wanted && !isUnsent(row))
}

/**
 * Those that are due to be given: what was never told, what has waited long enough, and what waits for another of its key
 * that is given now. What is held is asked for again, for somebody may have decided. Pure.
 */
export function dueOf(rows: readonly StatementRow[], now: number, isAsked: boolean): readonly StatementRow[] {
  const isTime = (row: StatementRow) =>
    row.state === 'held' ? now - row.triedAt >= AGAIN_MILLISECONDS : isUnsent(row) && row.retryAt <= now
  const given = new Set(rows.filter((row) => isUnsent(row) && isTime(row)).map(({ key }) => key))
  return rows.filter(
    (row) =>
      isTime(row) ||
      (isAsked && (isUnsent(row) || row.state === 'held')) ||
      (isUnsent(row) && row.wanted !== null && given.has(row.key)),
  )
}

/** Notes at once, and how long they are together: the relay takes 50, and bodies of a mebibyte. */
const ITEMS_MAX = 50
const BYTES_MAX = 700_000

/** What is given at once, of what is due: key by key, the one that has waited longest first; of one key by its counts. Pure. */
export function batchOf(due: readonly StatementRow[], itemsMax = ITEMS_MAX): readonly StatementRow[] {
  const byKey = Map.groupBy(due, ({ key }) => key)
  const groups = [...byKey.values()].map((rows) => rows.toSorted((a, b) => a.count - b.count))
  const sorted = groups.toSorted(([a], [b]) => (a?.signedAt ?? 0) - (b?.signedAt ?? 0)).flat()
  let bytes = 0
  const end = sorted.findIndex(({ note }, i) => {
    bytes += note.length
    return i > 0 && (i >= itemsMax || bytes > BYTES_MAX)
  })
  return end < 0 ? sorted : sorted.slice(0, end)
}
