import { complete, missing, type Outcome } from '../outcome.ts'
import { named, unreadable } from '../plain-rules.ts'
import { latin } from '../text.ts'
import type { Member } from '../types.ts'
import type { UnitFiles } from '../unit-files.ts'

/**
 * Bruker OPUS (infrared, Raman): `0A 0A FE FE`, then where the directory of blocks is and how many there are. Each entry is a
 * kind, a length in words of four bytes and a place. Blocks of parameters are names of three letters with their values,
 * up to `END`. Little-endian.
 */
const HEADER_BYTES = 24
const ENTRY_BYTES = 12
const BLOCKS_MAX = 1_000
const BLOCK_BYTES_MAX = 65_536
const PARAMETERS_MAX = 1_000
/** Types of a value: 0 and 1 are numbers, these are texts. */
const TEXTS = new Set([2, 3, 4])

interface Block {
  readonly offset: number
  readonly bytes: number
}

/** All blocks of the directory lie in the file. */
export function applyOpusBlocks(files: UnitFiles, pattern: string): Outcome {
  const member = files.find(pattern)
  if (member === undefined) return missing(`${pattern} is not there`)
  const blocks = blocksOf(files, member)
  if (blocks === undefined) return unreadable(member)
  if (blocks.length === 0) return missing(`${named(member.path)} has no whole directory`)
  const needed = blocks.reduce((most, { offset, bytes }) => Math.max(most, offset + bytes), 0)
  return member.size >= needed
    ? complete
    : missing(`${named(member.path)} has ${member.size} of ${needed} bytes`)
}

/** Key: a parameter's three letters, such as `SNM`; the first of that name that is a text. */
export function valueOfOpus(files: UnitFiles, member: Member, key: string): string | undefined {
  return files.once('opus', member, () => parametersOf(files, member)).get(key)
}

function parametersOf(files: UnitFiles, member: Member): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { offset, bytes } of blocksOf(files, member) ?? []) {
    const block = files.bytes(member, offset, Math.min(bytes, BLOCK_BYTES_MAX)) ?? new Uint8Array(0)
    const view = viewOf(block)
    for (let at = 0, n = 0; at + 8 <= block.length && n < PARAMETERS_MAX; n++) {
      const name = latin(block.subarray(at, at + 3))
      if (!/^[A-Z][A-Z0-9]{2}$/.test(name) || block[at + 3] !== 0 || name === 'END') break
      const length = 2 * view.getUint16(at + 6, true)
      const text = latin(block.subarray(at + 8, at + 8 + length)).split('\0')[0] ?? ''
      if (TEXTS.has(view.getUint16(at + 4, true)) && text.trim() !== '' && !found.has(name))
        found.set(name, text)
      at += 8 + length
    }
  }
  return found
}

function blocksOf(files: UnitFiles, member: Member): readonly Block[] | undefined {
  const header = files.bytes(member, 0, HEADER_BYTES)
  if (header === undefined) return undefined
  if (header.length < HEADER_BYTES || viewOf(header).getUint32(0) !== 0x0a0afefe) return []
  const count = Math.min(viewOf(header).getUint32(20, true), BLOCKS_MAX)
  const directory = files.bytes(member, viewOf(header).getUint32(12, true), count * ENTRY_BYTES)
  if (directory === undefined || directory.length < count * ENTRY_BYTES) return []
  const view = viewOf(directory)
  return Array.from({ length: count }, (_, i) => ({
    offset: view.getUint32(i * ENTRY_BYTES + 8, true),
    bytes: 4 * view.getUint32(i * ENTRY_BYTES + 4, true),
  }))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
