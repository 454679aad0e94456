import { latin } from '../text.ts'
import { timeOfFiletime } from '../time.ts'
import type { Member } from '../types.ts'
import type { UnitFiles } from '../unit-files.ts'
import { CompoundFile } from './ole2.ts'
import { valueInXml } from './xml.ts'

/** Which stream of a LabSolutions file (.lcd, .gcd, .qgd) says what. */
const PLACES: Readonly<Record<string, readonly [stream: string, key: string]>> = {
  operator: ['File Property', 'FileProperty/szGeneratedBy'],
  software: ['File Property', 'FileProperty/szVersion'],
  instrument: ['SystemInformation', 'GUD/IN'],
  serial: ['GUC.1.CONFIG', 'UPD?ID=SeriN/Val'],
}

/** Keys: operator, software, instrument, serial, acquired. Where a stream is not there, there is no value. */
export function valueOfShimadzu(files: UnitFiles, member: Member, key: string): string | undefined {
  const file = files.once('ole2', member, () => CompoundFile.open(files, member))
  if (file === undefined || file === 'not one') return undefined
  if (key === 'acquired') return generated(textOf(file.stream('File Property')))
  const [stream = '', place = ''] = PLACES[key] ?? []
  const value = valueInXml(textOf(file.stream(stream)), place)
  return value === undefined ? undefined : plain(value)
}

/** The XML of one stream is in UTF-16 without a mark, that of another in eight bits behind four of a number. */
function textOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return ''
  return bytes[0] === 0x3c && bytes[1] === 0 ? new TextDecoder('utf-16le').decode(bytes) : latin(bytes)
}

/** Texts are written as `@StoX@` and the hex of their bytes. */
function plain(value: string): string {
  if (!value.startsWith('@StoX@')) return value
  const hex = value.slice('@StoX@'.length, 10_000)
  return /^(?:[0-9A-Fa-f]{2})*$/.test(hex) ? latin(new Uint8Array(Buffer.from(hex, 'hex'))) : value
}

function generated(xml: string): string | undefined {
  const low = Number(valueInXml(xml, 'FileProperty/dwLowGeneratedDateTime') ?? Number.NaN)
  const high = Number(valueInXml(xml, 'FileProperty/dwHighGeneratedDateTime') ?? Number.NaN)
  if (!Number.isInteger(low) || !Number.isInteger(high)) return undefined
  return timeOfFiletime((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0))
}
