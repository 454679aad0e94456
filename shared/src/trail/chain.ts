import { fromUtf8, hexInto, utf8, utf8Into } from './bytes.ts'
import { canonical } from './canonical.ts'
import { checksumOf, type EntryParts, LINE_BYTES_MAX } from './entry.ts'
import { FormatError, shown } from './format-error.ts'
import { HASH_BYTES } from './hash.ts'
import { MacInput, type MacKey } from './mac-key.ts'
import { parseJson } from './parse-json.ts'
import { type Body, type Draft, isKind, isOrigin, NO_CHECKSUM } from './record.ts'
import { isTimestamp } from './time.ts'

/** Where a trail ends: all that the next record needs to know of those before it. */
export interface Head {
  readonly trail: string
  /** Number of records, and so the seq of the next. */
  readonly size: number
  /** Checksum of the last entry, 64 zeros where there is none. */
  readonly checksum: string
  /** Name of the MAC key in force, undefined before the first record. */
  readonly kid: string | undefined
}

export function emptyHead(trail: string): Head {
  return { trail, size: 0, checksum: NO_CHECKSUM, kid: undefined }
}

export interface Linked {
  /** The bytes to store, newline not included. A view of a larger buffer: to be copied, not transferred. */
  readonly line: Uint8Array<ArrayBuffer>
  readonly head: Head
}

/** What an entry line has beside its record. */
const LINE_FRAME_BYTES = 89
const RECORD_BYTES_MAX = LINE_BYTES_MAX - LINE_FRAME_BYTES

const lineStart = utf8('{"checksum":"')
const lineMiddle = utf8('","record":')

/** Makes entries of one key. Holds the room it puts records together in, so that each costs one allocation. */
export class Linker {
  readonly #key: MacKey
  readonly #input = new MacInput(RECORD_BYTES_MAX)
  readonly #mac = new Uint8Array(HASH_BYTES)
  /** The head given out last: it need not be looked at again. */
  #made: Head | undefined
  #slab = new Uint8Array(0)
  #slabUsed = 0

  constructor(key: MacKey) {
    this.#key = key
  }

  /**
   * Makes the entry that follows a head, and the head after it. Pure: nothing is stored.
   * Throws `FormatError` if the draft has no place in a trail, and an Error if the key is not in force.
   */
  link(head: Head, draft: Draft): Linked {
    const { kid, macInto } = this.#key
    if (head.kid !== undefined && head.kid !== kid) {
      throw new Error(`the key in force is ${head.kid}, the key given is ${kid}: rotate first`)
    }
    if (head !== this.#made) requireHead(head)
    const size = this.#writeRecord(recordTexts(head, draft, kid))
    macInto(this.#mac, this.#input.message(size))
    const line = this.#room(size + LINE_FRAME_BYTES)
    writeLine(line, this.#mac, this.#input.record.subarray(0, size))
    const next = kidAfter(draft.kind, draft.body) ?? kid
    this.#made = { trail: head.trail, size: head.size + 1, checksum: fromUtf8(checksumOf(line)), kid: next }
    return { line, head: this.#made }
  }

  #writeRecord(texts: readonly string[]): number {
    const room = this.#input.record
    let size = 0
    for (const text of texts) {
      const written = utf8Into(text, size === 0 ? room : room.subarray(size))
      if (written < 0)
        throw new FormatError('line-too-long', `at most ${RECORD_BYTES_MAX} bytes of record`, 'more')
      size += written
    }
    return size
  }

  // Many small buffers cost more than what is written into them, so lines share one until it is full.
  #room(size: number): Uint8Array<ArrayBuffer> {
    if (this.#slabUsed + size > this.#slab.length) {
      this.#slab = new Uint8Array(Math.max(SLAB_BYTES, size))
      this.#slabUsed = 0
    }
    this.#slabUsed += size
    return this.#slab.subarray(this.#slabUsed - size, this.#slabUsed)
  }
}

const SLAB_BYTES = 65_536

/** One entry; see `Linker.link`. */
export function link(head: Head, draft: Draft, key: MacKey): Linked {
  return new Linker(key).link(head, draft)
}

function writeLine(line: Uint8Array, checksum: Uint8Array, record: Uint8Array): void {
  line.set(lineStart)
  hexInto(line, lineStart.length, checksum)
  line.set(lineMiddle, lineStart.length + 2 * HASH_BYTES)
  line.set(record, LINE_FRAME_BYTES - 1)
  line[line.length - 1] = 0x7d
}

/**
 * The canonical record, in pieces: text with one wide character is slow to join to text without. What is
 * checked here is all that canonical form does not promise by itself, so that every line made can be read:
 * a relay that wrote what it cannot read would find out years later.
 */
function recordTexts(
  { trail, size, checksum }: Head,
  { actor, body, kind, time }: Draft,
  kid: string,
): readonly string[] {
  require(typeof kind === 'string' && isKind(kind), 'kind', 'lower-case words joined by dots', kind)
  require(typeof time === 'string' && isTimestamp(time), 'time', 'YYYY-MM-DDTHH:mm:ss.sssZ', time)
  const { id, name, via } = actor
  require(isFull(id) && isFull(name) && isFull(via), 'actor', 'id, name and via', actor)
  require(typeof body === 'object' && body !== null && !Array.isArray(body), 'body', 'an object', typeof body)
  // The keys in JCS order. Only the body is of unknown shape, so only the body is walked.
  const who = `{"id":${canonical(id)},"name":${canonical(name)},"via":${canonical(via)}}`
  return [
    `{"actor":${who},"body":`,
    canonical(body, 2),
    `,"kid":"${kid}","kind":"${kind}","prev":"${checksum}","seq":${canonical(size)},"time":"${time}","trail":"${trail}","v":1}`,
  ]
}

function requireHead({ trail, size, checksum }: Head): void {
  require(typeof trail === 'string' && isOrigin(trail), 'trail', 'an origin', trail)
  require(Number.isSafeInteger(size) && size >= 0, 'seq', 'an integer from 0', size)
  require(/^[0-9a-f]{64}$/.test(checksum), 'prev', '64 hexadecimal digits', checksum)
}

function isFull(text: unknown): boolean {
  return typeof text === 'string' && text !== ''
}

function require(holds: boolean, field: string, form: string, found: unknown): void {
  if (!holds)
    throw new FormatError('field-value', `${field}: ${form}`, shown(JSON.stringify(found) ?? typeof found))
}

/** The head after an entry that has been read and found to follow. */
export function headAfter({ kind, kid, checksum, seq, trail, bodyText }: EntryParts): Head {
  const next = kind === 'key.rotated' ? kidAfter(kind, parseJson(bodyText) as Body) : undefined
  return { trail, size: seq + 1, checksum, kid: next ?? kid }
}

/**
 * The key that a record puts in force, if it is a `key.rotated`. The rule every verifier applies: the kid
 * changes right after a `key.rotated` that names it, and never otherwise (the check CVE-2023-31439 lacked).
 */
export function kidAfter(kind: string, body: Body): string | undefined {
  const { next } = body
  return kind === 'key.rotated' && typeof next === 'string' && /^[0-9a-f]{16}$/.test(next) ? next : undefined
}
