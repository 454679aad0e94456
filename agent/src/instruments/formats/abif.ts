import { complete, missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import type { UnitFiles } from '../unit-files.ts'

const HEADER_BYTES = 34
const ENTRY_BYTES = 28
const ENTRIES_MAX = 10_000
/** Up to so many bytes of data stand in the entry itself. */
const INLINE_BYTES = 4

/**
 * Applied Biosystems' sequencers (ABIF, .ab1 and .fsa; file format of 2006): the header says where the directory is, and
 * each of its entries where its data are. Big-endian. All of it lies in the file.
 */
export function applyAbifDirectory(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern} is not there`)
  const header = files.bytes(member, 0, HEADER_BYTES)
  if (header === undefined) return unreadable(member)
  if (header.length < HEADER_BYTES) return missing(`${named(member.path)} ends in its header`)
  const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES)
  const [entries, at] = [view.getUint32(18), view.getUint32(26)]
  const bytes = Math.min(entries, ENTRIES_MAX) * ENTRY_BYTES
  if (bytes === 0) return missing(`${named(member.path)} has no directory`)
  const directory = files.bytes(member, at, bytes)
  if (directory === undefined) return unreadable(member)
  if (directory.length < bytes)
    return missing(`${named(member.path)} has ${member.size} of ${at + bytes} bytes`)
  const table = new DataView(directory.buffer, directory.byteOffset, bytes)
  let end = 0
  for (let entry = 0; entry < bytes; entry += ENTRY_BYTES) {
    const size = table.getUint32(entry + 16)
    if (size > INLINE_BYTES) end = Math.max(end, table.getUint32(entry + 20) + size)
  }
  return end <= member.size ? complete : missing(`${named(member.path)} has ${member.size} of ${end} bytes`)
}
