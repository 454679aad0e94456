import { inflateSync } from 'node:zlib'

interface Table {
  readonly tag: string
  readonly checksum: number
  readonly bytes: Buffer
}

/** A TrueType font without some of its tables (OpenType 1.9, "Organization of an OpenType Font"). */
export function withoutTables(font: Buffer, left: readonly string[]): Buffer {
  const tables = entriesIn(font, HEADER, ENTRY, font.readUInt16BE(4)).map((entry): Table => {
    const [offset, length] = [entry.readUInt32BE(8), entry.readUInt32BE(12)]
    return { ...namedIn(entry, 4), bytes: font.subarray(offset, offset + length) }
  })
  return fontOf(
    font.subarray(0, 4),
    tables.filter(({ tag }) => !left.includes(tag)),
  )
}

/** A TrueType font out of a WOFF file (W3C, WOFF 1.0), with some of its tables alone. */
export function unpacked(woff: Buffer, kept: readonly string[]): Buffer {
  const tables = entriesIn(woff, WOFF_HEADER, WOFF_ENTRY, woff.readUInt16BE(12)).flatMap((entry): Table[] => {
    const named = namedIn(entry, 16)
    if (!kept.includes(named.tag)) return []
    const [offset, packed, length] = [entry.readUInt32BE(4), entry.readUInt32BE(8), entry.readUInt32BE(12)]
    const bytes = woff.subarray(offset, offset + packed)
    return [{ ...named, bytes: packed === length ? bytes : inflateSync(bytes) }]
  })
  return fontOf(woff.subarray(4, 8), tables)
}

function entriesIn(font: Buffer, from: number, size: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => font.subarray(from + i * size, from + (i + 1) * size))
}

function namedIn(entry: Buffer, checksumAt: number): Omit<Table, 'bytes'> {
  return { tag: entry.toString('latin1', 0, 4), checksum: entry.readUInt32BE(checksumAt) }
}

function fontOf(flavour: Buffer, tables: readonly Table[]): Buffer {
  const head = Buffer.alloc(HEADER + tables.length * ENTRY)
  flavour.copy(head)
  head.writeUInt16BE(tables.length, 4)
  const pieces = [head]
  let at = head.length
  for (const [i, { tag, checksum, bytes }] of tables.entries()) {
    const place = HEADER + i * ENTRY
    head.write(tag, place, 'latin1')
    head.writeUInt32BE(checksum, place + 4)
    head.writeUInt32BE(at, place + 8)
    head.writeUInt32BE(bytes.length, place + 12)
    const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4)
    bytes.copy(padded)
    pieces.push(padded)
    at += padded.length
  }
  return Buffer.concat(pieces)
}

const HEADER = 12
const ENTRY = 16
const WOFF_HEADER = 44
const WOFF_ENTRY = 20
