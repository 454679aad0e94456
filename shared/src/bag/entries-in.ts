import { LINE_BYTES_MAX } from '../trail/index.ts'
import { type BagSource, linesIn } from './bag-source.ts'
import type { BagFindings } from './findings.ts'
import { RECORDS } from './layout.ts'

export interface Line {
  readonly line: Uint8Array
  /** Its number in the file, from 1. */
  readonly at: number
}

const OPEN = 0x5b
const CLOSE = 0x5d
const COMMA = 0x2c

/** The lines of records.json that are entries: `[`, one a line with a comma but for the last, `]`. */
export async function* entriesIn(
  source: BagSource,
  findings: BagFindings,
  read: (bytes: number) => void,
): AsyncGenerator<Line> {
  let at = 0
  let last: Line | undefined
  let isClosed = false
  const form = (line: number, expected: string, found: string) =>
    findings.add({ code: 'file-form', file: RECORDS, line, expected, found })
  for await (const lines of linesIn(source.read(RECORDS), LINE_BYTES_MAX + 2))
    for (const line of lines) {
      at++
      read(line.length + 1)
      if (at === 1) {
        if (line.length !== 1 || line[0] !== OPEN) form(at, '[', 'another line')
        continue
      }
      if (isClosed) {
        // However many there are: one is too many.
        form(at, 'nothing after ]', 'a line')
        return
      }
      if (line.length === 1 && line[0] === CLOSE) {
        if (last !== undefined) yield last
        last = undefined
        isClosed = true
        continue
      }
      if (last !== undefined) {
        if (last.line.at(-1) !== COMMA) form(last.at, 'a comma at the end', 'none')
        yield { line: last.line.at(-1) === COMMA ? last.line.subarray(0, -1) : last.line, at: last.at }
      }
      last = { line: line.slice(), at }
    }
  if (!isClosed) form(at, ']', 'the end of the file')
}
