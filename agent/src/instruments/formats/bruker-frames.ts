import { missing, type Outcome } from '../outcome.ts'
import { named } from '../plain-rules.ts'
import type { UnitFiles } from '../unit-files.ts'
import { rowsInSqlite } from './sqlite.ts'

/** In the table Frames: Id, Time, Polarity, ScanMode, MsMsType, TimsId. */
const COLUMNS = 6
/** The last page of the table is asked first, and has fewer rows than this. */
const ROWS_MAX = 1_000
const FRAME_HEADER_BYTES = 8

/**
 * timsTOF (opentims): the table Frames of `analysis.tdf` has, as TimsId, where each frame begins in `analysis.tdf_bin`; a
 * frame begins with its size in bytes, little-endian. The last of them lies in the file. Likewise `.tsf` and `.tsf_bin`.
 */
export function applyBrukerFrames(files: UnitFiles): Outcome {
  return missing(
    ...['analysis.tdf', 'analysis.tsf'].flatMap((name) => {
      const table = files.at(name)
      const data = files.at(`${name}_bin`)
      if (table === undefined || data === undefined) return []
      let last = -1
      let rows = 0
      for (const row of rowsInSqlite(files, table, 'Frames', COLUMNS)) {
        if (++rows > ROWS_MAX) break
        const at = row[COLUMNS - 1] ?? ''
        if (/^\d{1,15}$/.test(at)) last = Math.max(last, Number(at))
      }
      if (last < 0) return []
      const header = files.bytes(data, last, FRAME_HEADER_BYTES)
      const isThere = header !== undefined && header.length === FRAME_HEADER_BYTES
      const size = isThere ? new DataView(header.buffer, header.byteOffset).getUint32(0, true) : 1
      return data.size >= last + Math.max(size, FRAME_HEADER_BYTES)
        ? []
        : [`${named(data.path)} is shorter than ${named(table.path)} says`]
    }),
  )
}
