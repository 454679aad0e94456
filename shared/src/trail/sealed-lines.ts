import { concat, equalBytes, hexInto, utf8 } from './bytes.ts'
import { checksumOf, LINE_BYTES_MAX, partsIn, recordBytesOf, recordOf } from './entry.ts'
import { HASH_BYTES } from './hash.ts'
import { MacInput, type MacKey } from './mac-key.ts'
import type { TrailRecord } from './record.ts'
import type { EntryParts } from './scan-entry.ts'

/** What takes a second to try, at 8 µs for each of a hundred values of each byte. */
const MENDED_BYTES_MAX = 2_000
const LINE_BYTES_MIN = 90
const PREFIX = utf8('{"checksum":"')
const BETWEEN = utf8('","record":')
const END = utf8('}')

const RECORD_AT = PREFIX.length + 2 * HASH_BYTES + BETWEEN.length
/** As `2026-03-02T08:00:00.000Z`. */
const TIME_BYTES = 24
const BEFORE_SEQ = utf8('"seq":')
const BEFORE_TIME = utf8(',"time":"')
const ZERO = 0x30

function isAt(line: Uint8Array, at: number, expected: Uint8Array): boolean {
  if (at < 0) return false
  for (let i = 0; i < expected.length; i++) if (line[at + i] !== expected[i]) return false
  return true
}

/** Whether `"seq":<seq>,"time":"` ends here. */
function isPlace(line: Uint8Array, end: number, seq: number): boolean {
  let at = end - BEFORE_TIME.length
  if (!isAt(line, at, BEFORE_TIME)) return false
  let left = seq
  do {
    if (line[--at] !== ZERO + (left % 10)) return false
    left = Math.floor(left / 10)
  } while (left > 0)
  return isAt(line, at - BEFORE_SEQ.length, BEFORE_SEQ)
}

function lineOf(checksum: Uint8Array, record: Uint8Array): Uint8Array {
  return concat(PREFIX, checksum, BETWEEN, record, END)
}

function differing(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((count, byte, i) => count + (byte === other[i] ? 0 : 1), 0)
}

/** What a byte can have been: one bit away, or another character. */
function* couldBe(byte: number): Generator<number> {
  for (let bit = 1; bit < 256; bit <<= 1) yield byte ^ bit
  for (let character = 0x20; character < 0x7f; character++) yield character
}

/**
 * Tells, of single lines of one trail, whether its writer put them there: named as of that trail and place, and sealed
 * under its key. That none was taken away, only the lines around it or a root can tell. A key that was rotated is another.
 */
export class SealedLines {
  readonly #trail: string
  readonly #key: MacKey
  readonly #input = new MacInput(LINE_BYTES_MAX)
  readonly #mac = new Uint8Array(HASH_BYTES)
  readonly #digits = new Uint8Array(2 * HASH_BYTES)
  /** Of each line, behind its time. */
  readonly #end: Uint8Array

  constructor(trail: string, key: MacKey) {
    this.#trail = trail
    this.#key = key
    this.#end = utf8(`","trail":"${trail}","v":1}}`)
  }

  /** Undefined for any line that is not the one of this place, whatever it reads like. */
  record(seq: number, line: Uint8Array): TrailRecord | undefined {
    const parts = this.#parts(seq, line)
    return parts && recordOf(parts)
  }

  /**
   * Whether there is a record: what it says is not read. Whatever is sealed was written by whoever has the key, as records
   * are written; so behind the seal only its end is looked at, which names trail and place.
   */
  isOf(seq: number, line: Uint8Array): boolean {
    if (line.length < LINE_BYTES_MIN || line.length > LINE_BYTES_MAX) return false
    if (!isAt(line, 0, PREFIX) || !isAt(line, RECORD_AT - BETWEEN.length, BETWEEN)) return false
    const endAt = line.length - this.#end.length
    if (!isAt(line, endAt, this.#end) || !isPlace(line, endAt - TIME_BYTES, seq)) return false
    return equalBytes(this.#sealed(recordBytesOf(line)), checksumOf(line))
  }

  #parts(seq: number, line: Uint8Array): EntryParts | undefined {
    const parts = partsIn(line)
    if (parts === undefined || parts.trail !== this.#trail || parts.seq !== seq) return undefined
    if (parts.kid !== this.#key.kid) return undefined
    return equalBytes(this.#sealed(recordBytesOf(line)), checksumOf(line)) ? parts : undefined
  }

  /**
   * The line as it was, if no more than one byte of it is another now: a bit that fell over on a disk. The checksum says
   * whether it is, so nothing is guessed. Undefined for what is damaged further, and for lines that would take long.
   */
  withOneByteMended(seq: number, line: Uint8Array): Uint8Array | undefined {
    if (line.length > MENDED_BYTES_MAX || line.length < LINE_BYTES_MIN) return undefined
    const record = recordBytesOf(line).slice()
    const checksum = checksumOf(line)
    if (differing(this.#sealed(record), checksum) <= 1)
      return this.#ifOfPlace(seq, lineOf(this.#digits.slice(), record))
    for (let at = 0; at < record.length; at++) {
      const was = record[at] ?? 0
      for (const one of couldBe(was)) {
        record[at] = one
        if (equalBytes(this.#sealed(record), checksum)) return this.#ifOfPlace(seq, lineOf(checksum, record))
      }
      record[at] = was
    }
    return undefined
  }

  /** The record of a line as it is, or as it was if one byte of it is another. */
  mendedRecord(seq: number, line: Uint8Array): TrailRecord | undefined {
    const record = this.record(seq, line)
    if (record !== undefined) return record
    const mended = this.withOneByteMended(seq, line)
    return mended && this.record(seq, mended)
  }

  #ifOfPlace(seq: number, line: Uint8Array): Uint8Array | undefined {
    return this.record(seq, line) === undefined ? undefined : line
  }

  /** The digits of the checksum; they are overwritten by the next. */
  #sealed(record: Uint8Array): Uint8Array {
    this.#input.record.set(record)
    this.#key.macInto(this.#mac, this.#input.message(record.length))
    hexInto(this.#digits, 0, this.#mac)
    return this.#digits
  }
}
