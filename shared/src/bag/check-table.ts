import { equalBytes, FormatError, fromUtf8, LINE_BYTES_MAX, readEntry } from '../trail/index.ts'
import type { BagSource } from './bag-source.ts'
import { csvHeader, csvRow } from './csv.ts'
import { entriesIn } from './entries-in.ts'
import { BagFindings } from './findings.ts'
import { CSV } from './layout.ts'

/** The longest row that the longest entry can make: itself with its quotes doubled, and cells with each letter written out. */
const ROW_BYTES_MAX = 8 * LINE_BYTES_MAX

/** Which rows of the table are others than those of the records: both are read side by side once more. */
export async function findInTable(source: BagSource, findings: BagFindings): Promise<void> {
  const rows = rowsIn(source.read(CSV))
  let at = 0
  const compare = async (expected: Uint8Array): Promise<void> => {
    at++
    const { value } = await rows.next()
    if (value === undefined || !equalBytes(value, expected))
      findings.add({
        code: 'csv-changed',
        file: CSV,
        line: at,
        expected: 'the row of its record',
        found: value === undefined ? 'no row' : 'another row',
      })
  }
  await compare(csvHeader)
  for await (const { line } of entriesIn(source, new BagFindings(), () => {})) {
    const row = rowOf(line)
    if (row !== undefined) await compare(row)
  }
  const { value } = await rows.next()
  if (value !== undefined)
    findings.add({ code: 'csv-changed', file: CSV, line: at + 1, expected: 'no more rows', found: 'a row' })
}

function rowOf(line: Uint8Array): Uint8Array | undefined {
  try {
    return csvRow(readEntry(line).record, fromUtf8(line))
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

const QUOTE = 0x22
const NEWLINE = 0x0a

/** Rows of a table, each with the newline it ends with, quoted ones whole. Of one longer than any row no more is held. */
export async function* rowsIn(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let open: Uint8Array[] = []
  let held = 0
  let isQuoted = false
  const hold = (part: Uint8Array): void => {
    const kept = part.slice(0, Math.max(0, ROW_BYTES_MAX + 1 - held))
    if (kept.length > 0) open.push(kept)
    held += kept.length
  }
  const taken = (): Uint8Array => {
    const row = new Uint8Array(held)
    let at = 0
    for (const part of open) {
      row.set(part, at)
      at += part.length
    }
    open = []
    held = 0
    return row
  }
  for await (const piece of pieces) {
    let from = 0
    for (let i = 0; i < piece.length; i++) {
      if (piece[i] === QUOTE) isQuoted = !isQuoted
      if (piece[i] !== NEWLINE || isQuoted) continue
      hold(piece.subarray(from, i + 1))
      yield taken()
      from = i + 1
    }
    hold(piece.subarray(from))
  }
  if (held > 0) yield taken()
}
