import { missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import type { Member } from '../types.ts'
import type { UnitFiles } from '../unit-files.ts'

/** [MS-CFB], the compound file: a FAT says which sectors there are; streams are chains of them. */
const HEADER_BYTES = 512
const NO_SECTOR = 0xfffffffa
const FREE = 0xffffffff
const FAT_SECTORS_MAX = 65_536
const DIRECTORY_BYTES_MAX = 4 << 20
const ENTRY_BYTES = 128
const STREAM_BYTES_MAX = 1 << 20
const BLOCK_BYTES = 65_536
const BLOCKS_MAX = 256

/** The FAT has an entry for each sector; the last that is not free must be in the file. */
export function applyOle2Size(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern} is not there`)
  const file = files.once('ole2', member, () => CompoundFile.open(files, member))
  if (file === undefined) return unreadable(member)
  if (file === 'not one') return missing(`${named(member.path)} does not begin as a compound file does`)
  const needed = file.neededBytes()
  if (needed === undefined) return missing(`${named(member.path)} ends in its allocation table`)
  return member.size >= needed ? {} : missing(`${named(member.path)} has ${member.size} of ${needed} bytes`)
}

export class CompoundFile {
  readonly #files: UnitFiles
  readonly #member: Member
  readonly #header: DataView
  readonly #sectorBytes: number
  readonly #blocks = new Map<number, Uint8Array>()
  readonly #fatSectors: readonly number[]

  private constructor(files: UnitFiles, member: Member, header: DataView) {
    this.#files = files
    this.#member = member
    this.#header = header
    this.#sectorBytes = 1 << header.getUint16(30, true)
    this.#fatSectors = this.#listFatSectors()
  }

  static open(files: UnitFiles, member: Member): CompoundFile | 'not one' | undefined {
    const bytes = files.bytes(member, 0, HEADER_BYTES)
    if (bytes === undefined) return undefined
    if (bytes.length < HEADER_BYTES) return 'not one'
    const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const isOne =
      header.getBigUint64(0) === 0xd0cf11e0a1b11ae1n && [9, 12].includes(header.getUint16(30, true))
    return isOne ? new CompoundFile(files, member, header) : 'not one'
  }

  /** Undefined if the FAT itself is not all there. */
  neededBytes(): number | undefined {
    const count = Math.min(this.#header.getUint32(44, true), FAT_SECTORS_MAX)
    if (this.#fatSectors.length < count || count === 0) return undefined
    for (let i = count - 1; i >= 0; i--) {
      const sector = this.#sector(this.#fatSectors[i] ?? NO_SECTOR)
      if (sector === undefined) return undefined
      for (let j = this.#sectorBytes / 4 - 1; j >= 0; j--)
        if (sector.getUint32(4 * j, true) !== FREE)
          return (i * (this.#sectorBytes / 4) + j + 2) * this.#sectorBytes
    }
    return this.#sectorBytes
  }

  /** The beginning of the first stream of that name. */
  stream(name: string): Uint8Array | undefined {
    const directory = this.#chain(this.#header.getUint32(48, true), DIRECTORY_BYTES_MAX)
    const view = new DataView(directory.buffer, directory.byteOffset, directory.length)
    for (let at = 0; at + ENTRY_BYTES <= directory.length; at += ENTRY_BYTES) {
      const bytes = Math.min(Number(view.getBigUint64(at + 120, true) & 0xffffffffn), STREAM_BYTES_MAX)
      const nameBytes = Math.min(64, Math.max(0, view.getUint16(at + 64, true) - 2))
      if (bytes === 0 || new TextDecoder('utf-16le').decode(directory.subarray(at, at + nameBytes)) !== name)
        continue
      const start = view.getUint32(at + 116, true)
      // Short streams are in a stream of their own, that of the root, in units of 64 bytes.
      if (bytes >= this.#header.getUint32(56, true)) return this.#chain(start, bytes)
      return this.#shortChain(start, bytes, view.getUint32(116, true))
    }
    return undefined
  }

  #shortChain(start: number, bytes: number, root: number): Uint8Array {
    const unitBytes = 1 << Math.min(12, this.#header.getUint16(32, true))
    const table = this.#chain(this.#header.getUint32(60, true), STREAM_BYTES_MAX)
    const view = new DataView(table.buffer, table.byteOffset, table.length)
    const units = this.#chain(root, 4 * STREAM_BYTES_MAX)
    const out = new Uint8Array(Math.ceil(bytes / unitBytes) * unitBytes)
    let length = 0
    for (let unit = start; length < bytes && unit < NO_SECTOR; length += unitBytes) {
      out.set(units.subarray(unit * unitBytes, (unit + 1) * unitBytes), length)
      unit = 4 * unit + 4 <= table.length ? view.getUint32(4 * unit, true) : NO_SECTOR
    }
    return out.subarray(0, Math.min(length, bytes))
  }

  /** Sectors one after the other, as far as they are there. A chain that goes in circles ends at the bound. */
  #chain(start: number, bytesMax: number): Uint8Array {
    const parts: Uint8Array[] = []
    let length = 0
    for (let sector = start; sector < NO_SECTOR && length < bytesMax; length += this.#sectorBytes) {
      const view = this.#sector(sector)
      if (view === undefined) break
      parts.push(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
      sector = this.#next(sector)
    }
    const out = new Uint8Array(parts.length * this.#sectorBytes)
    for (const [i, part] of parts.entries()) out.set(part, i * this.#sectorBytes)
    return out.subarray(0, Math.min(out.length, bytesMax))
  }

  #next(sector: number): number {
    const each = this.#sectorBytes / 4
    const table = this.#sector(this.#fatSectors[Math.floor(sector / each)] ?? NO_SECTOR)
    return table === undefined ? NO_SECTOR : table.getUint32(4 * (sector % each), true)
  }

  #sector(sector: number): DataView | undefined {
    if (sector >= NO_SECTOR) return undefined
    const at = (sector + 1) * this.#sectorBytes
    const bytes = this.#block(Math.floor(at / BLOCK_BYTES)).subarray(at % BLOCK_BYTES)
    if (bytes.length < this.#sectorBytes) return undefined
    return new DataView(bytes.buffer, bytes.byteOffset, this.#sectorBytes)
  }

  /** Sectors are small and chains jump, so the file is read in larger pieces and the last of them are kept. */
  #block(index: number): Uint8Array {
    const known = this.#blocks.get(index)
    if (known !== undefined) return known
    if (this.#blocks.size >= BLOCKS_MAX) this.#blocks.clear()
    const block = this.#files.bytes(this.#member, index * BLOCK_BYTES, BLOCK_BYTES) ?? new Uint8Array(0)
    this.#blocks.set(index, block)
    return block
  }

  #listFatSectors(): readonly number[] {
    const count = Math.min(this.#header.getUint32(44, true), FAT_SECTORS_MAX)
    const sectors: number[] = []
    for (let at = 76; at < HEADER_BYTES && sectors.length < count; at += 4)
      sectors.push(this.#header.getUint32(at, true))
    const each = this.#sectorBytes / 4 - 1
    for (let next = this.#header.getUint32(68, true); sectors.length < count; ) {
      const view = this.#sector(next)
      if (view === undefined) break
      for (let i = 0; i < each && sectors.length < count; i++) sectors.push(view.getUint32(4 * i, true))
      next = view.getUint32(4 * each, true)
    }
    return sectors
  }
}
