import { equalBytes, FormatError, fromUtf8, LINE_BYTES_MAX, readEntry } from '../trail/index.ts'
import { type BagSource, linesIn } from './bag-source.ts'
import { csvHeader, csvRow } from './csv.ts'
import { entriesIn } from './entries-in.ts'
import { BagFindings } from './findings.ts'
import { CSV } from './layout.ts'

/** The longest row that the longest entry can make: itself with its quotes doubled, and cells with each letter written out. */
const ROW_BYTES_MAX = 8 * LINE_BYTES_MAX

/**
 * Which rows of a table that is another are others: it is read beside the records once more. No cell has an end of a line
 * in it, so a row is a line, and a quote too many hides none.
 */
export async function findInTable(source: BagSource, findings: BagFindings): Promise<void> {
  const rows = rowsIn(source)
  let at = 0
  let isFound = false
  const found = (expected: string, what: string): void => {
    isFound = true
    findings.add({ code: 'csv-changed', file: CSV, line: at, expected, found: what })
  }
  const compare = async (expected: Uint8Array | undefined): Promise<void> => {
    at++
    const { value } = await rows.next()
    // Of what is no entry nobody can say how its row should be: that is a finding already.
    if (expected === undefined) return
    if (value === undefined) found('the row of its record', 'no row')
    else if (!equalBytes(value, expected.subarray(0, -1))) found('the row of its record', 'another row')
  }
  await compare(csvHeader)
  for await (const { line } of entriesIn(source, new BagFindings(), () => {})) await compare(rowOf(line))
  at++
  if ((await rows.next()).value !== undefined) found('no more rows', 'a row')
  if (!isFound) found('a newline at the end of each row', 'none at the last')
}

async function* rowsIn(source: BagSource): AsyncGenerator<Uint8Array> {
  for await (const lines of linesIn(source.read(CSV), ROW_BYTES_MAX)) yield* lines
}

function rowOf(line: Uint8Array): Uint8Array | undefined {
  try {
    return csvRow(readEntry(line).record, fromUtf8(line))
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}
