import { missing, type Outcome } from '../outcome.ts'
import { named } from '../plain-rules.ts'
import type { UnitFiles } from '../unit-files.ts'

const INDEX_BYTES = 22
const WIDE_INDEX_BYTES = 30
/** What `_FUNCTNS.INF` has of each function. */
const FUNCTION_BYTES = 416
const FUNCTIONS_MAX = 999
const NAMED_MAX = 5

/**
 * MassLynx: each function's data `_FUNCnnn.DAT` has its index `_FUNCnnn.IDX`, and what the last scan of the index says
 * lies in the data; `_FUNCTNS.INF` says how many there are. (Index entries of 22 bytes begin with the place in the data; those of 30 are not read.)
 */
export function applyWatersFunctions(files: UnitFiles): Outcome {
  const phrases: string[] = []
  const functions = (files.at('_functns.inf')?.size ?? 0) / FUNCTION_BYTES
  if (Number.isInteger(functions))
    for (let n = 1; n <= Math.min(functions, FUNCTIONS_MAX); n++) {
      const data = `_func${String(n).padStart(3, '0')}.dat`
      if (files.at(data) === undefined) phrases.push(`${data} is not there`)
    }
  for (const data of files.findAll('_func#.dat')) {
    const index = files.at(`${data.path.slice(0, -4).toLowerCase()}.idx`)
    if (index === undefined) {
      phrases.push(`${named(data.path)} has no index`)
      continue
    }
    if (index.size < INDEX_BYTES || index.size % INDEX_BYTES !== 0 || index.size % WIDE_INDEX_BYTES === 0)
      continue
    const last = files.bytes(index, index.size - INDEX_BYTES, INDEX_BYTES)
    if (last === undefined || last.length < INDEX_BYTES) phrases.push(`${named(index.path)} cannot be read`)
    else if (new DataView(last.buffer, last.byteOffset, last.length).getUint32(0, true) > data.size)
      phrases.push(`${named(data.path)} is shorter than its index says`)
  }
  return missing(...phrases.slice(0, NAMED_MAX))
}
