import { missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import { latin } from '../text.ts'
import type { Member } from '../types.ts'
import type { UnitFiles } from '../unit-files.ts'

/**
 * JEOL Delta (`.jdf`): a header of 1,360 bytes, big-endian even where the data is not; a file whose header is turned
 * round begins with `RMN.LOEJ`. The places were found on 38 files of Delta 4 to 5.
 */
const HEADER_BYTES = 1_360
const SECTIONS = [
  { what: 'parameters', start: { at: 1_212, wide: false }, length: { at: 1_216, wide: false } },
  { what: 'data', start: { at: 1_284, wide: false }, length: { at: 1_288, wide: true } },
  { what: 'context', start: { at: 1_296, wide: true }, length: { at: 1_304, wide: false } },
] as const
const TEXTS: Readonly<Record<string, readonly [at: number, length: number]>> = {
  title: [48, 124],
  node: [408, 16],
  site: [424, 128],
  author: [552, 128],
  comment: [680, 128],
}

interface Header {
  readonly view: DataView
  readonly bytes: Uint8Array
  readonly isLittle: boolean
}

export function applyJeolSize(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern} is not there`)
  const header = readHeader(files, member)
  if (header === undefined) return unreadable(member)
  if (header === 'no header') return missing(`${named(member.path)} has no header of JEOL's`)
  const number = ({ at, wide }: { at: number; wide: boolean }): number =>
    wide ? Number(header.view.getBigUint64(at, header.isLittle)) : header.view.getUint32(at, header.isLittle)
  const short = SECTIONS.find(({ start, length }) => number(start) + number(length) > member.size)
  if (short !== undefined) {
    const needed = number(short.start) + number(short.length)
    return missing(`${named(member.path)} ends in its ${short.what}, at ${member.size} of ${needed} bytes`)
  }
  return number({ at: 1_288, wide: true }) === 0 ? missing(`${named(member.path)} has no data`) : {}
}

/** Keys: title, node, site, author, comment, created. */
export function valueOfJeol(files: UnitFiles, member: Member, key: string): string | undefined {
  const header = readHeader(files, member)
  if (header === undefined || header === 'no header') return undefined
  if (key === 'created') return timeOf(header.view.getUint32(400, header.isLittle))
  const [at, length] = TEXTS[key] ?? [0, 0]
  return latin(header.bytes.subarray(at, at + length)).split('\0')[0]
}

function readHeader(files: UnitFiles, member: Member): Header | 'no header' | undefined {
  const bytes = files.once('jeol', member, () => files.bytes(member, 0, HEADER_BYTES))
  if (bytes === undefined) return undefined
  const magic = latin(bytes.subarray(0, 8))
  if (bytes.length < HEADER_BYTES || (magic !== 'JEOL.NMR' && magic !== 'RMN.LOEJ')) return 'no header'
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return { view, bytes, isLittle: magic === 'RMN.LOEJ' }
}

/** Seven bits of years since 1990, four of the month, five of the day; then the day in 65,536ths. No zone. */
function timeOf(packed: number): string | undefined {
  const year = 1990 + (packed >>> 25)
  const month = (packed >>> 21) & 15
  const day = (packed >>> 16) & 31
  if (month < 1 || month > 12 || day < 1) return undefined
  const seconds = Math.floor(((packed & 0xffff) * 86_400) / 65_536)
  const two = (n: number): string => String(n).padStart(2, '0')
  const clock = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
  return `${year}-${two(month)}-${two(day)}T${clock}`
}
