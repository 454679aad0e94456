import { fromUtf8 } from './bytes.ts'
import { isKind, isOrigin } from './record.ts'
import {
  literal,
  skipFullString,
  skipHex,
  skipInteger,
  skipLiteral,
  skipObject,
  skipPlain,
} from './scan-value.ts'
import { isTimestamp } from './time.ts'

/** The fields of an entry; actor and body as the canonical text they have in the line. */
export interface EntryParts {
  readonly checksum: string
  readonly actorText: string
  readonly bodyText: string
  readonly kid: string
  readonly kind: string
  readonly prev: string
  readonly seq: number
  readonly time: string
  readonly trail: string
}

const lineStart = literal('{"checksum":"')
const recordStart = literal('","record":{"actor":')
const idKey = literal('{"id":')
const nameKey = literal(',"name":')
const viaKey = literal(',"via":')
const actorEndMark = literal('}')
const bodyKey = literal(',"body":')

const CHECKSUM_AT = lineStart.length
const CHECKSUM_END = CHECKSUM_AT + 64

/**
 * One pass over the bytes of a line: its fields if it is surely a canonical entry, undefined otherwise.
 * Several times as fast as parse, write and compare, and it builds no values; a verifier of a million
 * entries needs the body of few. The line is walked from left to right; every step returns where it
 * ended, or -1.
 */
export function scanEntry(line: Uint8Array, textOf: TextOf = ownTextOf(line)): EntryParts | undefined {
  const actorAt = skipLiteral(line, skipHex(line, skipLiteral(line, 0, lineStart), CHECKSUM_END), recordStart)
  const actorEnd = skipActor(line, actorAt)
  const bodyAt = skipLiteral(line, actorEnd, bodyKey)
  // The entry and its record enclose the body.
  const bodyEnd = bodyAt < 0 ? -1 : skipObject(line, bodyAt, 2)
  const tail = bodyEnd < 0 ? undefined : scanTail(line, bodyEnd, textOf)
  if (tail === undefined) return undefined
  return new ScannedEntry(textOf, { actorAt, actorEnd, bodyAt, bodyEnd }, tail)
}

/** The text of bytes of a line, from one place up to another. Bytes that are no UTF-8 are never asked for. */
export type TextOf = (from: number, to: number) => string

function ownTextOf(line: Uint8Array): TextOf {
  return (from, to) => fromUtf8(line.subarray(from, to))
}

function skipActor(line: Uint8Array, at: number): number {
  const id = skipFullString(line, skipLiteral(line, at, idKey))
  const name = skipFullString(line, skipLiteral(line, id, nameKey))
  const via = skipFullString(line, skipLiteral(line, name, viaKey))
  return skipLiteral(line, via, actorEndMark)
}

type Tail = Omit<EntryParts, 'checksum' | 'actorText' | 'bodyText'>

const kidKey = literal(',"kid":"')
const kindKey = literal('","kind":"')
const prevKey = literal('","prev":"')
const seqKey = literal('","seq":')
const timeKey = literal(',"time":"')
const trailKey = literal('","trail":"')
const lineEnd = literal('","v":1}}')

/** What follows the body: one form, and only ASCII. It becomes text once, and its fields are slices of that. */
function scanTail(line: Uint8Array, at: number, textOf: TextOf): Tail | undefined {
  const kidAt = skipLiteral(line, at, kidKey)
  const kindAt = skipLiteral(line, skipHex(line, kidAt, kidAt + 16), kindKey)
  const kindEnd = skipPlain(line, kindAt)
  const prevAt = skipLiteral(line, kindEnd, prevKey)
  const seqAt = skipLiteral(line, skipHex(line, prevAt, prevAt + 64), seqKey)
  const seqEnd = skipInteger(line, seqAt)
  const timeAt = skipLiteral(line, seqEnd, timeKey)
  const timeEnd = skipPlain(line, timeAt)
  const trailAt = skipLiteral(line, timeEnd, trailKey)
  const trailEnd = skipPlain(line, trailAt)
  if (skipLiteral(line, trailEnd, lineEnd) !== line.length) return undefined

  const text = textOf(kidAt, trailEnd)
  const slice = (from: number, to: number): string => text.slice(from - kidAt, to - kidAt)
  const kind = slice(kindAt, kindEnd)
  const seq = Number(slice(seqAt, seqEnd))
  const time = slice(timeAt, timeEnd)
  const trail = slice(trailAt, trailEnd)
  if (seq < 0 || !isKind(kind) || !isTimestamp(time) || !isOrigin(trail)) return undefined
  return { kid: slice(kidAt, kidAt + 16), kind, prev: slice(prevAt, prevAt + 64), seq, time, trail }
}

interface Places {
  readonly actorAt: number
  readonly actorEnd: number
  readonly bodyAt: number
  readonly bodyEnd: number
}

/** A line that has been scanned; actor and body become text only when asked for. */
class ScannedEntry implements EntryParts {
  readonly kid: string
  readonly kind: string
  readonly prev: string
  readonly seq: number
  readonly time: string
  readonly trail: string
  readonly #textOf: TextOf
  readonly #places: Places

  constructor(textOf: TextOf, places: Places, { kid, kind, prev, seq, time, trail }: Tail) {
    this.#textOf = textOf
    this.#places = places
    this.kid = kid
    this.kind = kind
    this.prev = prev
    this.seq = seq
    this.time = time
    this.trail = trail
  }

  get checksum(): string {
    return this.#textOf(CHECKSUM_AT, CHECKSUM_END)
  }

  get actorText(): string {
    return this.#textOf(this.#places.actorAt, this.#places.actorEnd)
  }

  get bodyText(): string {
    return this.#textOf(this.#places.bodyAt, this.#places.bodyEnd)
  }
}
