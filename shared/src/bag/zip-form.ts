import { equalBytes, shown, utf8 } from '../trail/index.ts'
import { BagRepacked, BagUnreadable } from './faults.ts'

/*
 * The one form of zip that a bag is written in (FORMAT.md, section 11): files one after the other from the first byte on,
 * each streamed with its sizes behind it, then the list of them, then its end. All numbers are of 64 bits, whatever their
 * size. Nothing is between, before or behind; no names but plain ones; no comments, links, folders, encryption or times.
 * Of what is not exactly so, two programs could show two things.
 */

/** Files in a bag are at most so many: twice what the trails of one seal and their checkpoints make. */
const FILES_MAX = 20_000
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/
const NAME_LENGTH_MAX = 255
const END_BYTES = 56 + 20 + 22
const DESCRIPTOR_BYTES = 24
const LOCAL_BYTES = 30 + 20
const MAX_32 = 0xffff_ffff

/** Where a zip is not as a bag's is. */
export interface ZipFault {
  readonly file: string
  readonly expected: string
  readonly found: string
}

interface Listed {
  readonly name: string
  readonly crc: number
  readonly packed: number
  readonly unpacked: number
  readonly offset: number
}

/** Whether the one folder of a bag may be called so. */
export function isBagFolder(name: string): boolean {
  return name.length <= 100 && NAME.test(`${name}/x`) && !name.includes('/') && !name.endsWith('.')
}

/**
 * Faults of form, in the order of the files. Throws `BagUnreadable` for what does not even end as a bag does: cut off, or
 * packed by another program. `blob`: of the zip; its list is read once, and the few bytes around each file.
 */
export async function zipFaults(blob: Blob): Promise<readonly ZipFault[]> {
  const { count, bytes, start } = await endOf(blob)
  const list = await bytesOf(blob, start, start + bytes)
  const faults: ZipFault[] = []
  let at = 0
  let offset = 0
  let folder: string | undefined
  for (let i = 0; i < count; i++) {
    const one = listedAt(list, at)
    const name = one === undefined ? `file ${i + 1} of the zip` : shown(one.name, NAME_LENGTH_MAX)
    const fault = (expected: string, found: string) => faults.push({ file: name, expected, found })
    if (one === undefined) {
      fault('an entry in the list of the zip', 'none')
      return faults
    }
    const entry = entryOf(one)
    if (!NAME.test(one.name) || one.name.length > NAME_LENGTH_MAX)
      fault('letters, digits and . _ - in a folder', 'another name')
    folder ??= one.name.split('/', 1)[0]
    if (one.name.split('/', 1)[0] !== folder) fault(`a file of the folder ${folder}`, 'another folder')
    if (!equalBytes(list.subarray(at, at + entry.length), entry)) {
      fault('a plain file, packed as bags are', 'an entry with something else in it')
      // Where the next one begins, an entry of another form does not say for sure.
      return faults
    }
    if (one.offset !== offset) fault(`a file that begins at ${offset}`, String(one.offset))
    const local = await bytesOf(blob, one.offset, one.offset + LOCAL_BYTES + one.name.length)
    const behind = one.offset + LOCAL_BYTES + one.name.length + one.packed
    const descriptor = await bytesOf(blob, behind, behind + DESCRIPTOR_BYTES)
    if (!equalBytes(local, headerOf(one)) || !equalBytes(descriptor, descriptorOf(one)))
      fault('before and behind the file what the list says', 'something else')
    offset = behind + DESCRIPTOR_BYTES
    at += entry.length
  }
  if (at !== list.length || offset !== start)
    faults.push({ file: 'the zip', expected: 'files, their list, and nothing else', found: 'more' })
  return faults
}

async function endOf(
  blob: Blob,
): Promise<{ readonly count: number; readonly bytes: number; readonly start: number }> {
  const at = blob.size - END_BYTES
  const none = async () =>
    (await isWholeZip(blob))
      ? new BagRepacked()
      : new BagUnreadable('the zip', 'its end is not that of a bag: it is cut off, or no zip')
  if (at < 0) throw await none()
  const end = await bytesOf(blob, at, blob.size)
  const view = new DataView(end.buffer)
  const [count, bytes, start] = [32, 40, 48].map((place) => number64(view, place)) as [number, number, number]
  const isEnd = equalBytes(end, endBytes(count, bytes, start, at))
  if (!isEnd || count > FILES_MAX || bytes > count * (46 + NAME_LENGTH_MAX + 28) || start + bytes !== at)
    throw await none()
  return { count, bytes, start }
}

/** A comment behind the end of a zip is no longer. */
const COMMENT_BYTES_MAX = 0xffff
const PLAIN_END_BYTES = 22

/** Whether it ends as zips do, and with what ends so has a list where that says. Only to say what is wrong: nothing of it is read. */
async function isWholeZip(blob: Blob): Promise<boolean> {
  const from = Math.max(0, blob.size - PLAIN_END_BYTES - COMMENT_BYTES_MAX)
  const tail = await bytesOf(blob, from, blob.size)
  const view = new DataView(tail.buffer)
  for (let at = tail.length - PLAIN_END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue
    const [bytes, start] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)]
    const isLarge = start === MAX_32 || view.getUint16(at + 10, true) === 0xffff
    const isEnd = at + PLAIN_END_BYTES + view.getUint16(at + 20, true) === tail.length
    if (isEnd && (isLarge || start + bytes <= from + at)) return true
  }
  return false
}

function listedAt(list: Uint8Array, at: number): Listed | undefined {
  if (at + 46 > list.length) return undefined
  const view = new DataView(list.buffer, list.byteOffset + at)
  const length = view.getUint16(28, true)
  const extra = view.getUint16(30, true)
  const isLarge = view.getUint32(42, true) === MAX_32
  if (extra !== (isLarge ? 28 : 20) || at + 46 + length + extra > list.length) return undefined
  const sizes = 46 + length + 4
  return {
    name: Array.from(list.subarray(at + 46, at + 46 + length), (byte) => String.fromCharCode(byte)).join(''),
    crc: view.getUint32(16, true),
    unpacked: number64(view, sizes),
    packed: number64(view, sizes + 8),
    offset: isLarge ? number64(view, sizes + 16) : view.getUint32(42, true),
  }
}

/** The rest is the same for every file: deflated, its sizes behind it, 1 January 1980, a plain file that all may read. */
function headerOf({ name }: Listed): Uint8Array {
  return fields(
    ['u32', 0x04034b50],
    ['u16', 45, 8, 8, 0, 0x21],
    ['u32', 0, MAX_32, MAX_32],
    ['u16', name.length, 20],
    name,
    ['u16', 1, 16],
    ['u64', 0, 0],
  )
}

function descriptorOf({ crc, packed, unpacked }: Listed): Uint8Array {
  return fields(['u32', 0x08074b50, crc], ['u64', packed, unpacked])
}

function entryOf({ name, crc, packed, unpacked, offset }: Listed): Uint8Array {
  const isLarge = offset >= MAX_32
  return fields(
    ['u32', 0x02014b50],
    ['u16', 0x0300, 45, 8, 8, 0, 0x21],
    ['u32', crc, MAX_32, MAX_32],
    ['u16', name.length, isLarge ? 28 : 20, 0, 0, 0],
    ['u32', 0x81a4_0000, isLarge ? MAX_32 : offset],
    name,
    ['u16', 1, isLarge ? 24 : 16],
    ['u64', unpacked, packed, ...(isLarge ? [offset] : [])],
  )
}

function endBytes(count: number, bytes: number, start: number, at: number): Uint8Array {
  return fields(
    ['u32', 0x06064b50],
    ['u64', 44],
    ['u16', 45, 45],
    ['u32', 0, 0],
    ['u64', count, count, bytes, start],
    ['u32', 0x07064b50, 0],
    ['u64', at],
    ['u32', 1, 0x06054b50],
    ['u16', 0xffff, 0xffff, 0xffff, 0xffff],
    ['u32', MAX_32, MAX_32],
    ['u16', 0],
  )
}

type Field = readonly ['u16' | 'u32' | 'u64', ...number[]] | string

/** Numbers with the lowest byte first, as a zip has them, and names. */
function fields(...all: readonly Field[]): Uint8Array {
  const bytes: number[] = []
  for (const field of all) {
    if (typeof field === 'string') {
      bytes.push(...utf8(field))
      continue
    }
    const [width, ...numbers] = field
    for (const number of numbers)
      for (let i = 0; i < Number(width.slice(1)) / 8; i++) bytes.push(Math.floor(number / 2 ** (8 * i)) % 256)
  }
  return Uint8Array.from(bytes)
}

/** Those too large for a number are made the largest: no zip has that many of anything. */
function number64(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true)
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
}

async function bytesOf(blob: Blob, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.slice(from, to).arrayBuffer())
  } catch (error) {
    throw new BagUnreadable('the zip', error instanceof Error ? error.message : String(error), {
      cause: error,
    })
  }
}
