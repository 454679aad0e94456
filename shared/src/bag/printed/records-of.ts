import { LINE_BYTES_MAX, recordIn, type TrailRecord } from '../../trail/index.ts'
import { type BagSource, linesIn } from '../bag-source.ts'
import { BagUnreadable } from '../faults.ts'
import { RECORDS } from '../layout.ts'
import type { BagReport } from '../verify-bag.ts'

const COMMA = 0x2c

export interface ReadRecord {
  readonly record: TrailRecord
  /** Its line in its trail, until the next one is read. */
  readonly line: Uint8Array
}

/**
 * The records in a bag, in its order, of the lines that verifying looked at. What is no entry is a finding, and stands
 * among them; so does that the file cannot be read on. Throws `BagUnreadable` where that is no finding.
 */
export async function* recordsOf(
  source: BagSource,
  { checked, findings, omitted }: BagReport,
): AsyncGenerator<ReadRecord> {
  if (!source.files.some(({ name }) => name === RECORDS)) return
  let at = 0
  try {
    for await (const lines of linesIn(source.read(RECORDS), LINE_BYTES_MAX + 2))
      for (const whole of lines) {
        // The first line is a bracket.
        if (at++ > checked.lines) return
        if (whole.length < 2) continue
        const line = whole.at(-1) === COMMA ? whole.subarray(0, -1) : whole
        const record = recordIn(line)
        if (record !== undefined) yield { record, line }
      }
  } catch (error) {
    // Of very many such findings only the first are given.
    const isFound =
      findings.some(({ code, file }) => code === 'file-unreadable' && file === RECORDS) ||
      omitted.some(({ code }) => code === 'file-unreadable')
    if (!(error instanceof BagUnreadable && isFound)) throw error
  }
}
