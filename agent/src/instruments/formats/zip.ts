import { inflateRawSync } from 'node:zlib'
import { matches } from '../glob.ts'
import { missing, type Outcome } from '../outcome.ts'
import { named } from '../plain-rules.ts'
import { decodeText } from '../text.ts'
import type { Member } from '../types.ts'
import type { UnitFiles } from '../unit-files.ts'

/** APPNOTE.TXT 6.3: the end of central directory with its comment, and the zip64 form of both. */
const END_BYTES = 22
const COMMENT_BYTES_MAX = 65_535
const DIRECTORY_BYTES_MAX = 8 << 20
const ENTRY_BYTES = 46
const INSIDE_BYTES_MAX = 4 << 20

interface Entry {
  readonly name: string
  readonly method: number
  readonly storedBytes: number
  readonly offset: number
}

/** The archive's directory is at its end and written last: if it is whole and all entries lie before it, so is the file. */
export function applyZipDirectory(files: UnitFiles, pattern: string): Outcome {
  const members = files.isFile ? files.all.slice(0, 1) : files.findAll(pattern)
  if (members.length === 0) return missing(`${pattern} is not there`)
  const phrases: string[] = []
  for (const member of members) {
    const directory = readDirectory(files, member)
    if (typeof directory === 'string') phrases.push(`${named(member.path)} ${directory}`)
  }
  return missing(...phrases)
}

/** The text of the first file inside that matches. Undefined if there is none or it cannot be read. */
export function textInZip(files: UnitFiles, member: Member, inside: string): string | undefined {
  return files.once(`zip ${inside}`, member, () => readInside(files, member, inside))
}

function readInside(files: UnitFiles, member: Member, inside: string): string | undefined {
  const directory = readDirectory(files, member)
  if (typeof directory === 'string') return undefined
  const entry = directory.find(({ name }) => matches(inside, name.toLowerCase()))
  if (entry === undefined || entry.storedBytes > INSIDE_BYTES_MAX) return undefined
  const head = files.bytes(member, entry.offset, 30)
  if (head === undefined || head.length < 30) return undefined
  const view = viewOf(head)
  if (view.getUint32(0, true) !== 0x04034b50) return undefined
  const start = entry.offset + 30 + view.getUint16(26, true) + view.getUint16(28, true)
  const stored = files.bytes(member, start, entry.storedBytes)
  if (stored === undefined || stored.length < entry.storedBytes) return undefined
  const plain = entry.method === 0 ? stored : entry.method === 8 ? inflate(stored) : undefined
  return plain === undefined ? undefined : decodeText(plain)
}

function inflate(stored: Uint8Array): Uint8Array | undefined {
  try {
    return inflateRawSync(stored, { maxOutputLength: INSIDE_BYTES_MAX })
  } catch {
    return undefined
  }
}

/** The entries, or the phrase what is wrong. */
function readDirectory(files: UnitFiles, member: Member): readonly Entry[] | string {
  const tail = files.tail(member, END_BYTES + COMMENT_BYTES_MAX)
  if (tail === undefined) return 'cannot be read'
  const view = viewOf(tail)
  let end = tail.length - END_BYTES
  while (
    end >= 0 &&
    !(
      view.getUint32(end, true) === 0x06054b50 &&
      end + END_BYTES + view.getUint16(end + 20, true) <= tail.length
    )
  )
    end--
  if (end < 0) return 'has no directory at its end'
  let bytes = view.getUint32(end + 12, true)
  let offset = view.getUint32(end + 16, true)
  let before = member.size - tail.length + end
  if (offset === 0xffffffff || bytes === 0xffffffff || view.getUint16(end + 10, true) === 0xffff) {
    const wide = readWideEnd(files, member, before)
    if (wide === undefined) return 'has no zip64 directory at its end'
    ;({ bytes, offset, before } = wide)
  }
  if (offset + bytes > before) return 'has a directory that lies beyond its end'
  if (bytes > DIRECTORY_BYTES_MAX) return []
  const directory = files.bytes(member, offset, bytes)
  if (directory === undefined) return 'cannot be read'
  const entries = readEntries(directory)
  if (entries === undefined) return 'has a directory that cannot be read'
  const beyond = entries.some((entry) => entry.offset + entry.storedBytes > offset)
  return beyond ? 'has entries that lie beyond its end' : entries
}

function readWideEnd(files: UnitFiles, member: Member, end: number) {
  const locator = files.bytes(member, end - 20, 20)
  if (locator === undefined || locator.length < 20 || viewOf(locator).getUint32(0, true) !== 0x07064b50)
    return undefined
  const before = Number(viewOf(locator).getBigUint64(8, true))
  const record = files.bytes(member, before, 56)
  if (record === undefined || record.length < 56 || viewOf(record).getUint32(0, true) !== 0x06064b50)
    return undefined
  const view = viewOf(record)
  return { bytes: Number(view.getBigUint64(40, true)), offset: Number(view.getBigUint64(48, true)), before }
}

function readEntries(directory: Uint8Array): readonly Entry[] | undefined {
  const view = viewOf(directory)
  const entries: Entry[] = []
  for (let at = 0; at < directory.length; ) {
    if (at + ENTRY_BYTES > directory.length || view.getUint32(at, true) !== 0x02014b50) return undefined
    const [nameBytes = 0, extraBytes = 0, commentBytes = 0] = [28, 30, 32].map((place) =>
      view.getUint16(at + place, true),
    )
    const next = at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes
    if (next > directory.length) return undefined
    const name = decodeText(directory.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes), 'utf-8')
    const extra = directory.subarray(at + ENTRY_BYTES + nameBytes, at + ENTRY_BYTES + nameBytes + extraBytes)
    const isWide = view.getUint32(at + 24, true) === 0xffffffff
    const wide = wideNumbers(extra)
    // In this order, each only where the narrow field is full.
    if (isWide) wide.shift()
    const number = (narrow: number): number => (narrow === 0xffffffff ? (wide.shift() ?? Number.NaN) : narrow)
    const storedBytes = number(view.getUint32(at + 20, true))
    const offset = number(view.getUint32(at + 42, true))
    if (!Number.isSafeInteger(storedBytes + offset)) return undefined
    entries.push({ name, method: view.getUint16(at + 10, true), storedBytes, offset })
    at = next
  }
  return entries
}

/** The numbers of the zip64 extra field. */
function wideNumbers(extra: Uint8Array): number[] {
  const view = viewOf(extra)
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view.getUint16(at + 2, true)
    if (view.getUint16(at, true) === 1) {
      const numbers: number[] = []
      for (let i = at + 4; i + 8 <= Math.min(extra.length, at + 4 + length) && numbers.length < 3; i += 8)
        numbers.push(Number(view.getBigUint64(i, true)))
      return numbers
    }
    at += 4 + length
  }
  return []
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
