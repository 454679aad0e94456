/** A TrueType font without some of its tables (OpenType 1.9, "Organization of an OpenType Font"). */
export function withoutTables(font: Buffer, left: readonly string[]): Buffer {
  const count = font.readUInt16BE(4)
  const tables = Array.from({ length: count }, (_, i) =>
    font.subarray(HEADER + i * ENTRY, HEADER + (i + 1) * ENTRY),
  )
    .map((entry) => ({ entry, tag: entry.toString('latin1', 0, 4) }))
    .filter(({ tag }) => !left.includes(tag))
  const head = Buffer.alloc(HEADER + tables.length * ENTRY)
  font.copy(head, 0, 0, 4)
  head.writeUInt16BE(tables.length, 4)
  const pieces = [head]
  let at = head.length
  for (const [i, { entry }] of tables.entries()) {
    const [offset, length] = [entry.readUInt32BE(8), entry.readUInt32BE(12)]
    const place = HEADER + i * ENTRY
    entry.copy(head, place)
    head.writeUInt32BE(at, place + 8)
    const padded = Buffer.alloc(Math.ceil(length / 4) * 4)
    font.copy(padded, 0, offset, offset + length)
    pieces.push(padded)
    at += padded.length
  }
  return Buffer.concat(pieces)
}

const HEADER = 12
const ENTRY = 16
