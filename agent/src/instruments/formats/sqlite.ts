import { complete, missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import { decodeText, latin } from '../text.ts'
import type { Member } from '../types.ts'
import type { UnitFiles } from '../unit-files.ts'

/**
 * SQLite databases that instruments write, such as Bruker's `analysis.tdf` (sqlite.org/fileformat2): as much as it takes to
 * find a value in a small table of keys and values. Big-endian. What is in a journal beside it is not read.
 */
const HEADER_BYTES = 100
/** Of each table; a damaged one can have as many pages as it says and rows that lie in each other. */
const TABLE_BYTES_MAX = 8 << 20
const ROWS_MAX = 10_000
const COLUMNS_MAX = 64
const VALUE_BYTES_MAX = 1_024
const INTERIOR = 5
const LEAF = 13
/** Bytes of a value by its serial type: null, integers of 1 to 8 bytes, a float, 0 and 1. */
const FIXED_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

/** The file has all pages that its header counts. */
export function applySqliteSize(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern.replaceAll('|', ' or ')} is not there`)
  const header = files.bytes(member, 0, HEADER_BYTES)
  if (header === undefined) return unreadable(member)
  const pageBytes = pageBytesOf(header)
  if (pageBytes === undefined) return missing(`${named(member.path)} does not begin as a database does`)
  const view = viewOf(header)
  // Old writers leave the count as it was, and then the change counter is another.
  const isSaid = view.getUint32(24) === view.getUint32(92)
  const needed = isSaid ? view.getUint32(28) * pageBytes : pageBytes
  return member.size >= needed
    ? complete
    : missing(`${named(member.path)} has ${member.size} of ${needed} bytes`)
}

/** Key: `Table/Name` is the second column of the row of that table that has the name in its first. */
export function valueInSqlite(files: UnitFiles, member: Member, key: string): string | undefined {
  const [table = '', name = ''] = key.split('/')
  return files.once(`sqlite ${table}`, member, () => rowsOf(files, member, table)).get(name)
}

function rowsOf(files: UnitFiles, member: Member, table: string): ReadonlyMap<string, string> {
  const rows = new Map<string, string>()
  for (const [key = '', value = ''] of rowsInSqlite(files, member, table, 2))
    if (!rows.has(key)) rows.set(key, value)
  return rows
}

/**
 * The first columns of a table's rows, as text; what is no text and no integer is empty. Those of its last page come
 * first. Nothing if there is no such table.
 */
export function* rowsInSqlite(
  files: UnitFiles,
  member: Member,
  table: string,
  columns: number,
): Generator<readonly string[]> {
  const pageBytes = pageBytesOf(files.bytes(member, 0, HEADER_BYTES) ?? new Uint8Array(0))
  if (pageBytes === undefined) return
  // The first page is the table of tables: type, name, table, root page, SQL.
  for (const [kind, name, , root] of records(files, member, pageBytes, 1, 4)) {
    if (kind !== 'table' || name !== table) continue
    return yield* records(files, member, pageBytes, Number(root), columns)
  }
}

function pageBytesOf(header: Uint8Array): number | undefined {
  if (header.length < HEADER_BYTES || latin(header.subarray(0, 15)) !== 'SQLite format 3') return undefined
  const said = viewOf(header).getUint16(16)
  const bytes = said === 1 ? 65_536 : said
  return bytes >= 512 && (bytes & (bytes - 1)) === 0 ? bytes : undefined
}

/** The first columns of each row of a table, as text. A tree that goes in circles or is damaged ends early. */
function* records(
  files: UnitFiles,
  member: Member,
  pageBytes: number,
  root: number,
  columns: number,
): Generator<string[]> {
  const open = [root]
  const seen = new Set<number>()
  let rows = 0
  for (let number = open.pop(); number !== undefined; number = open.pop()) {
    if (!(number >= 1) || seen.has(number)) continue
    if ((seen.size + 1) * pageBytes > TABLE_BYTES_MAX || rows > ROWS_MAX) return
    seen.add(number)
    const page = files.bytes(member, (number - 1) * pageBytes, pageBytes)
    if (page === undefined || page.length < pageBytes) continue
    const view = viewOf(page)
    const start = number === 1 ? HEADER_BYTES : 0
    const kind = view.getUint8(start)
    if (kind !== INTERIOR && kind !== LEAF) continue
    const cellsAt = start + (kind === INTERIOR ? 12 : 8)
    const cells = Math.min(view.getUint16(start + 3), Math.floor((pageBytes - cellsAt) / 2))
    for (let i = 0; i < cells; i++) {
      const at = view.getUint16(cellsAt + 2 * i)
      if (kind === LEAF && rows++ < ROWS_MAX) yield record(page, at, columns)
      else if (kind === INTERIOR && at + 4 <= pageBytes) open.push(view.getUint32(at))
    }
    if (kind === INTERIOR) open.push(view.getUint32(start + 8))
  }
}

/** A row that goes on in further pages is read as far as it is in this one. */
function record(page: Uint8Array, cellAt: number, columns: number): string[] {
  const cell = new Varints(page, cellAt)
  cell.next()
  cell.next()
  const start = cell.at
  const headerEnd = start + cell.next()
  const types: number[] = []
  while (cell.at < headerEnd && types.length < Math.min(columns, COLUMNS_MAX)) types.push(cell.next())
  let at = headerEnd
  return types.map((type) => {
    const length = type < 12 ? (FIXED_BYTES[type] ?? 0) : (type - (type % 2) - 12) / 2
    const bytes = page.subarray(at, at + Math.min(length, VALUE_BYTES_MAX))
    at += length
    if (type >= 12) return type % 2 === 1 && bytes.length > 0 ? decodeText(bytes) : ''
    if (type === 8 || type === 9) return String(type - 8)
    if (type < 1 || type > 6 || bytes.length < length) return ''
    return String(bytes.reduce((sum, byte, i) => sum * 256 + (i === 0 && byte > 127 ? byte - 256 : byte), 0))
  })
}

class Varints {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  /** Of up to nine bytes, seven bits each; behind the end it is 0. */
  next(): number {
    let value = 0
    for (let i = 0; i < 9; i++) {
      const byte = this.#bytes[this.at++] ?? 0
      value = i === 8 ? value * 256 + byte : value * 128 + (byte & 127)
      if (byte < 128) break
    }
    return value
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
