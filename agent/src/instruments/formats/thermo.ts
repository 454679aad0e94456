import { missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import { timeOfFiletime } from '../time.ts'
import type { Member } from '../types.ts'
import type { UnitFiles } from '../unit-files.ts'

/**
 * Thermo Xcalibur raw files: `01 A1`, `Finnigan` in UTF-16, an audit tag with FILETIME and user at 0x28; then the row
 * of the sequence, the autosampler, and the file's info with the flag that it is in acquisition and where each
 * device's run header is. Little-endian. Versions 57 to 66 are known; of others only header and tag are read.
 */
const TAG_AT = 0x28
const HEADER_BYTES = 0x54c
const INFO_BYTES_MAX = 65_536
const INJECTION_BYTES = 64
const AUTOSAMPLER_BYTES = 24
const TEXT_LENGTH_MAX = 4_096
const DEVICES_MAX = 64
const RUN_HEADER_BYTES = 592 + 13 * 520

interface Thermo {
  readonly user: string
  readonly filetime: bigint
  readonly row: readonly string[]
  /** Whether what follows the row is known in this version. */
  readonly isKnown: boolean
  /** Undefined if it is not known or makes no sense. */
  readonly info: Info | undefined
}

interface Info {
  readonly isInAcquisition: boolean
  /** Milliseconds since 1970. */
  readonly universalTime: number
  readonly runHeaders: readonly number[]
}

export function applyThermoHeader(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern} is not there`)
  const thermo = readThermo(files, member)
  if (thermo === undefined) return unreadable(member)
  if (thermo === 'no header') return missing(`${named(member.path)} has no whole header of Finnigan's`)
  const { info } = thermo
  if (info === undefined && thermo.isKnown && member.size < INFO_BYTES_MAX)
    return missing(`${named(member.path)} ends in its file info`)
  if (info === undefined)
    return { notes: [`the file info of ${named(member.path)} is of a kind that is not known`] }
  if (info.isInAcquisition) return missing(`${named(member.path)} says that it is in acquisition`)
  if (info.runHeaders.length === 0) return missing(`${named(member.path)} has no run header yet`)
  const needed = Math.max(...info.runHeaders) + RUN_HEADER_BYTES
  return member.size >= needed
    ? {}
    : missing(`${named(member.path)} has ${member.size} of at least ${needed} bytes`)
}

/** Keys: user, acquired, sample, method, and of the first device instrument and serial. */
export function valueOfThermo(files: UnitFiles, member: Member, key: string): string | undefined {
  const thermo = readThermo(files, member)
  if (thermo === undefined || thermo === 'no header') return undefined
  switch (key) {
    case 'user':
      return thermo.user
    case 'acquired':
      return acquired(thermo)
    case 'sample':
      return thermo.row[2]
    case 'method':
      return thermo.row[9]
    case 'instrument':
      return device(files, member, thermo)?.model
    case 'serial':
      return device(files, member, thermo)?.serial
    default:
      return undefined
  }
}

function readThermo(files: UnitFiles, member: Member): Thermo | 'no header' | undefined {
  return files.once('thermo', member, () => parseThermo(files.bytes(member, 0, INFO_BYTES_MAX)))
}

function parseThermo(bytes: Uint8Array | undefined): Thermo | 'no header' | undefined {
  if (bytes === undefined) return undefined
  if (bytes.length < HEADER_BYTES) return 'no header'
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const magic = textAt(bytes, 2, 8)
  if (view.getUint16(0) !== 0x01a1 || magic !== 'Finnigan') return 'no header'
  const version = view.getUint32(0x24, true)
  const user = textAt(bytes, TAG_AT + 8, 25)
  const filetime = view.getBigUint64(TAG_AT, true)
  const reader = new Texts(bytes, HEADER_BYTES + INJECTION_BYTES)
  const row = reader.many(13)
  const isKnown = version >= 57 && version <= 66
  const info = isKnown && row !== undefined ? readInfo(reader, version, view) : undefined
  return { user, filetime, row: row ?? [], isKnown, info }
}

function readInfo(reader: Texts, version: number, view: DataView): Info | undefined {
  if (reader.many(3) === undefined) return undefined
  reader.skip(4)
  if (version >= 60 && reader.many(15) === undefined) return undefined
  reader.skip(AUTOSAMPLER_BYTES)
  if (reader.many(1) === undefined) return undefined
  const at = reader.at
  const isWide = version >= 64
  const devicesAt = isWide ? at + 36 + 12 * DEVICES_MAX + 8 : at + 36
  const eachBytes = isWide ? 16 : 12
  if (devicesAt + eachBytes * DEVICES_MAX > view.byteLength) return undefined
  const year = view.getUint16(at + 4, true)
  const devices = view.getUint32(at + 28, true)
  if (year < 1980 || year > 2200 || devices > DEVICES_MAX) return undefined
  const runHeaders: number[] = []
  for (let i = 0; i < devices; i++) {
    const place = devicesAt + i * eachBytes + 8
    const offset = isWide ? Number(view.getBigUint64(place, true)) : view.getUint32(place, true)
    if (offset > 0) runHeaders.push(offset)
  }
  const [month = 0, , day = 0, hour = 0, minute = 0, second = 0, millisecond = 0] = Array.from(
    { length: 7 },
    (_, i) => view.getUint16(at + 6 + 2 * i, true),
  )
  const universalTime = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  return { isInAcquisition: view.getUint32(at + 20, true) !== 0, universalTime, runHeaders }
}

/**
 * The audit tag has the workstation's local time, the file's info the same moment in universal time. Where they differ
 * by what a zone can, the zone is known; else the local time is given without one.
 */
function acquired({ filetime, info }: Thermo): string | undefined {
  const local = timeOfFiletime(filetime)?.replace('Z', '')
  if (local === undefined || info === undefined) return local
  const minutes = Math.round((Date.parse(`${local}Z`) - info.universalTime) / 60_000)
  if (minutes === 0 || minutes % 15 !== 0 || Math.abs(minutes) > 14 * 60) return local
  const two = (n: number): string => String(n).padStart(2, '0')
  const size = Math.abs(minutes)
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** Behind a run header stand four texts of the device: model, name, serial number, version of its software. */
function device(
  files: UnitFiles,
  member: Member,
  { info }: Thermo,
): { model: string; serial: string } | undefined {
  const start = info?.runHeaders[0]
  const bytes = start === undefined ? undefined : files.bytes(member, start + RUN_HEADER_BYTES, 2_048)
  if (bytes === undefined) return undefined
  // How many numbers are before them differs by version.
  for (let at = 0; at < 1_024; at += 4) {
    const texts = new Texts(bytes, at).many(3)
    if (texts?.every((text) => /^[ -~\u00a0-\u00ff]{2,64}$/.test(text))) {
      const [model = '', , serial = ''] = texts
      return { model, serial }
    }
  }
  return undefined
}

/** Texts one after the other, each behind its length in characters. */
class Texts {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.at = at
  }

  skip(bytes: number): void {
    this.at += bytes
  }

  /** Undefined if they are not all there. */
  many(count: number): readonly string[] | undefined {
    const texts: string[] = []
    for (let i = 0; i < count; i++) {
      if (this.at + 4 > this.#bytes.length) return undefined
      const length = this.#view.getUint32(this.at, true)
      if (length > TEXT_LENGTH_MAX || this.at + 4 + 2 * length > this.#bytes.length) return undefined
      texts.push(textAt(this.#bytes, this.at + 4, length))
      this.at += 4 + 2 * length
    }
    return texts
  }
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return new TextDecoder('utf-16le').decode(bytes.subarray(at, at + 2 * length)).split('\0')[0] ?? ''
}
