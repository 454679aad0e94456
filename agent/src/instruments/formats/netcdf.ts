import { complete, missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import { decodeText } from '../text.ts'
import type { Member } from '../types.ts'
import type { UnitFiles } from '../unit-files.ts'

/** NetCDF classic (CDF-1, -2, -5), in which ANDI chromatography and mass spectrometry are. Big-endian. */
const HEADER_BYTES_USUAL = 65_536
const HEADER_BYTES_MAX = 4 << 20
const ITEMS_MAX = 20_000
/** byte, char, short, int, float, double; of CDF-5 ubyte, ushort, uint, int64, uint64. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8]
const TYPE_CHAR = 2
const STREAMING = new Set([0xffffffff, 2 ** 64])

interface Header {
  readonly records: number
  readonly attributes: ReadonlyMap<string, string>
  /** Where the data of each variable ends, and for those with records what a record takes. */
  readonly variables: readonly {
    readonly begin: number
    readonly bytes: number
    readonly isRecord: boolean
  }[]
}

/** The file reaches to the end of its last variable, and has all the records its header counts. */
export function applyNetcdfSize(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern} is not there`)
  const header = readHeader(files, member)
  if (header === undefined) return unreadable(member)
  if (header === 'no header') return missing(`${named(member.path)} has no whole header of netCDF`)
  const { records, variables } = header
  const inRecords = variables.filter(({ isRecord }) => isRecord)
  // Padded to four bytes, but not where there is a single one.
  const padded = inRecords.map(({ bytes }) => (inRecords.length > 1 ? 4 * Math.ceil(bytes / 4) : bytes))
  const recordBytes = padded.reduce((sum, bytes) => sum + bytes, 0)
  const earlier = STREAMING.has(records) || records === 0 ? 0 : (records - 1) * recordBytes
  const ends = variables.map(({ begin, bytes, isRecord }) => {
    if (!isRecord) return begin + bytes
    return records === 0 ? 0 : begin + earlier + bytes
  })
  const needed = ends.reduce((most, end) => Math.max(most, end), 0)
  return member.size >= needed
    ? complete
    : missing(`${named(member.path)} has ${member.size} of ${needed} bytes`)
}

/** The global attribute of that name. */
export function valueOfNetcdf(files: UnitFiles, member: Member, key: string): string | undefined {
  const header = readHeader(files, member)
  return header === undefined || header === 'no header' ? undefined : header.attributes.get(key)
}

function readHeader(files: UnitFiles, member: Member): Header | 'no header' | undefined {
  return files.once('netcdf', member, () => {
    const usual = parseHeader(files.bytes(member, 0, HEADER_BYTES_USUAL))
    return usual === 'no header' ? parseHeader(files.bytes(member, 0, HEADER_BYTES_MAX)) : usual
  })
}

function parseHeader(bytes: Uint8Array | undefined): Header | 'no header' | undefined {
  if (bytes === undefined) return undefined
  try {
    return parse(new Cursor(bytes))
  } catch (error) {
    if (error instanceof RangeError) return 'no header'
    throw error
  }
}

/** Throws RangeError where the header ends too early or counts more than there can be. */
function parse(cursor: Cursor): Header {
  const records = cursor.count()
  const dimensions = cursor.list(10, () => {
    cursor.name()
    return cursor.count()
  })
  const attributes = new Map(cursor.list(12, () => attribute(cursor)))
  const variables = cursor.list(11, () => {
    cursor.name()
    const lengths = cursor.many(cursor.count(), () => dimensions[cursor.count()] ?? 0)
    cursor.list(12, () => attribute(cursor))
    const typeBytes = TYPE_BYTES[cursor.number()] ?? 0
    cursor.count()
    const begin = cursor.offset()
    // The dimension of records has length 0 in the header, and can only be the first.
    const isRecord = lengths[0] === 0
    const points = lengths.slice(isRecord ? 1 : 0).reduce((product, length) => product * length, 1)
    return { begin, bytes: points * typeBytes, isRecord }
  })
  return { records, attributes, variables }
}

function attribute(cursor: Cursor): [string, string] {
  const name = cursor.name()
  const type = cursor.number()
  const values = cursor.padded(cursor.count() * (TYPE_BYTES[type] ?? 0))
  return [
    name,
    type === TYPE_CHAR ? (decodeText(values.subarray(0, 4_096), 'utf-8').split('\0')[0] ?? '') : '',
  ]
}

class Cursor {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #version: number
  #at = 4

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#version = this.#view.getUint32(0) - 0x43444600
    if (![1, 2, 5].includes(this.#version)) throw new RangeError('not netCDF classic')
  }

  number(): number {
    this.#at += 4
    return this.#view.getUint32(this.#at - 4)
  }

  count(): number {
    return this.#version === 5 ? this.#wide() : this.number()
  }

  offset(): number {
    return this.#version === 1 ? this.number() : this.#wide()
  }

  padded(length: number): Uint8Array {
    const start = this.#at
    this.#at += 4 * Math.ceil(length / 4)
    if (!(this.#at <= this.#bytes.length)) throw new RangeError('ends too early')
    return this.#bytes.subarray(start, start + length)
  }

  name(): string {
    return decodeText(this.padded(this.count()), 'utf-8')
  }

  many<T>(count: number, item: () => T): T[] {
    if (count > ITEMS_MAX) throw new RangeError('too many')
    return Array.from({ length: count }, item)
  }

  /** A list with its tag, or the two zeros that stand for none. */
  list<T>(tag: number, item: () => T): T[] {
    const found = this.number()
    const count = this.count()
    if (found !== tag && (found !== 0 || count !== 0)) throw new RangeError('not the list that is due')
    return this.many(count, item)
  }

  #wide(): number {
    this.#at += 8
    return Number(this.#view.getBigUint64(this.#at - 8))
  }
}
