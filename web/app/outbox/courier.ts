import {
  FormatError,
  fromUtf8,
  hex,
  parseStatement,
  readStrictJson,
  sha256,
  utf8,
  type Value,
} from '@compliance-relay/shared/trail'
import { receiptIn } from './sender.ts'
import { type StatementRow, unsent } from './statement-row.ts'

/*
 * Signatures in a file, to be carried to a device with a network, and their receipts back. Each authenticates itself:
 * whoever carries them can lose them, and change nothing.
 */

const FORMAT = 'compliance-relay/courier/v1'
export const COURIER_BYTES_MAX = 32 * 1024 * 1024

interface Courier {
  readonly format: typeof FORMAT
  readonly statements: readonly { readonly note: string; readonly receipt: string | null }[]
}

/** What is saved: notes as they are, with the receipts there are. */
export function printCourier(rows: readonly Pick<StatementRow, 'note' | 'receipt'>[]): string {
  const courier: Courier = {
    format: FORMAT,
    statements: rows.map(({ note, receipt }) => ({ note: fromUtf8(note), receipt })),
  }
  return `${JSON.stringify(courier, null, 1)}\n`
}

/** What a trail is called here, and whose receipts it has. */
export interface KnownTrail {
  readonly id: string
  readonly name: string
  readonly vkey: string
}

export interface Brought {
  /** Signatures of trails that this device knows. */
  readonly rows: readonly StatementRow[]
  /** Of others, or none: how many were left out. */
  readonly strange: number
}

/** Throws `NoCourier` for a file that is none. What is in it is believed only as far as receipts say. */
export function readCourier(text: string, trails: readonly KnownTrail[], now: number): Brought {
  const rows: StatementRow[] = []
  const statements = statementsIn(text)
  for (const { note, receipt } of statements) {
    const row = rowIn(note, trails)
    if (row === undefined) continue
    rows.push(receipt === null ? row : withReceipt(row, receipt, now))
  }
  return { rows, strange: statements.length - rows.length }
}

export class NoCourier extends Error {}

/** The row with what a receipt that holds says; as it is if it does not hold. */
export function withReceipt(row: StatementRow, text: string, now: number): StatementRow {
  const receipt = receiptIn(text, row)
  if (receipt === undefined) return row
  return {
    ...row,
    state: receipt.verdict,
    code: receipt.code,
    receipt: text,
    record: receipt.record,
    receivedAt: Date.parse(receipt.time),
    triedAt: now,
    fault: null,
    wanted: null,
  }
}

function statementsIn(text: string): Courier['statements'] {
  let value: Value
  try {
    value = readStrictJson(text)
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof SyntaxError)) throw error
    throw new NoCourier('This file is no copy of unsent items.')
  }
  const { format, statements } = (value ?? {}) as { format?: unknown; statements?: unknown }
  if (format !== FORMAT || !Array.isArray(statements))
    throw new NoCourier('This file is no copy of unsent items, or one of a later version of this app.')
  return statements.flatMap((one) => {
    const { note, receipt } = (one ?? {}) as { note?: unknown; receipt?: unknown }
    return typeof note === 'string' ? [{ note, receipt: typeof receipt === 'string' ? receipt : null }] : []
  })
}

function rowIn(text: string, trails: readonly KnownTrail[]): StatementRow | undefined {
  const note = utf8(text) as Uint8Array<ArrayBuffer>
  try {
    const { statement, note: read } = parseStatement(note)
    const [line] = read.signatures
    const trail = trails.find(({ name }) => name === statement.checkpoint.trail)
    if (line === undefined || trail === undefined) return undefined
    return {
      ...unsent,
      hash: hex(sha256(note)),
      note,
      key: `${line.name}+${line.id}`,
      count: statement.count,
      user: statement.user,
      name: statement.name,
      meaning: statement.meaning,
      reason: statement.reason,
      trail: trail.name,
      trailId: trail.id,
      relayKey: trail.vkey,
      seqs: statement.records.map(({ seq }) => seq),
      headSize: statement.checkpoint.size,
      signedAt: Date.parse(statement.at),
      from: 'courier',
    }
  } catch (error) {
    if (error instanceof FormatError || error instanceof SyntaxError) return undefined
    throw error
  }
}
