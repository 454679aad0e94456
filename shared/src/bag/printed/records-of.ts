import { FormatError, LINE_BYTES_MAX, readEntry, type TrailRecord } from '../../trail/index.ts'
import { type BagSource, linesIn } from '../bag-source.ts'
import { RECORDS } from '../layout.ts'

const COMMA = 0x2c

/** The records in a bag, in its order. What is no entry is a finding, and stands among them. */
export async function* recordsOf(source: BagSource): AsyncGenerator<TrailRecord> {
  if (!source.files.some(({ name }) => name === RECORDS)) return
  for await (const lines of linesIn(source.read(RECORDS), LINE_BYTES_MAX + 2))
    for (const line of lines) {
      if (line.length < 2) continue
      try {
        yield readEntry(line.at(-1) === COMMA ? line.subarray(0, -1) : line).record
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
      }
    }
}
