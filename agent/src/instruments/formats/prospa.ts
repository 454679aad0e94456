import { complete, missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import type { UnitFiles } from '../unit-files.ts'

const HEADER_BYTES = 32
/** Bytes of a point by type: float, complex, double, x with float, x with complex. */
const POINT_BYTES: Readonly<Record<number, number>> = { 500: 4, 501: 8, 502: 8, 503: 8, 504: 12 }

/**
 * Magritek's Prospa data (`data.1d`, `data.2d`): `SORP ATAD 1.1V`, then type and four sizes, little-endian. The file
 * has as many points as the sizes say. Of an unknown type only the magic is judged.
 */
export function applyProspaSize(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern.replaceAll('|', ' or ')} is not there`)
  const header = files.bytes(member, 0, HEADER_BYTES)
  if (header === undefined) return unreadable(member)
  if (header.length < HEADER_BYTES) return missing(`${named(member.path)} has no header`)
  const view = new DataView(header.buffer, header.byteOffset, header.length)
  if (view.getUint32(0) !== 0x534f5250)
    return missing(`${named(member.path)} does not begin as Prospa data does`)
  const points = [16, 20, 24, 28].reduce((product, at) => product * Math.max(1, view.getUint32(at, true)), 1)
  const needed = HEADER_BYTES + points * (POINT_BYTES[view.getUint32(12, true)] ?? 0)
  return member.size >= needed
    ? complete
    : missing(`${named(member.path)} has ${member.size} of ${needed} bytes`)
}
