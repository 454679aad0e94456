import { DigestColumn, type StoredDigests } from './digest-column.ts'
import type { Facts } from './facts.ts'
import { type NamedField, Names, type NamesOf, namedFields } from './names.ts'

/** Records in a full pack: those of 256 bundles, and so of one tile of the level above theirs. */
export const PACK_WIDTH = 65_536
/** No version before. */
export const NONE = 0xffff_ffff

/** Packs that were stored before these were as narrow as they can be have the widest. */
type Numbers = Uint8Array | Uint16Array | Uint32Array

/** A pack as it is stored. The numbers in its columns are places in its own lists of names: it needs no other pack. */
export interface StoredPack {
  readonly width: number
  readonly time: Float64Array
  /** Each as narrow as its list of names allows: what is stored is read whole before anything is shown. */
  readonly columns: { readonly [Field in NamedField]: Numbers }
  readonly names: { readonly [Field in NamedField]: readonly string[] }
  readonly before: Uint32Array
  /** What each record is about, a line each. */
  readonly what: string
  /** Not in packs that were stored before files could be looked for. */
  readonly digests?: StoredDigests
  /** Nor before they were marked. */
  readonly marks?: Uint8Array
}

/** The columns of up to 65,536 records that follow one another in a trail. */
export class Pack {
  width = 0
  readonly time: Float64Array
  readonly columns: { readonly [Field in NamedField]: Uint32Array } = {
    kind: new Uint32Array(PACK_WIDTH),
    person: new Uint32Array(PACK_WIDTH),
    project: new Uint32Array(PACK_WIDTH),
    device: new Uint32Array(PACK_WIDTH),
    instrument: new Uint32Array(PACK_WIDTH),
  }
  readonly before: Uint32Array
  /** What its signatures come to, as `states` of the index has it. */
  readonly state = new Uint8Array(PACK_WIDTH)
  /** Bits of `markBits`. */
  readonly marks = new Uint8Array(PACK_WIDTH)
  readonly digests: DigestColumn
  readonly #texts: Texts

  constructor(
    texts = new Texts(),
    digests = new DigestColumn(),
    time: Float64Array = new Float64Array(PACK_WIDTH),
    before: Uint32Array = new Uint32Array(PACK_WIDTH),
  ) {
    this.#texts = texts
    this.digests = digests
    this.time = time
    this.before = before
  }

  /**
   * Taken up again, under the numbers that are in use now; what is stored is the pack's from then on. Throws a RangeError
   * for a pack that is none.
   */
  static of(stored: StoredPack, names: NamesOf): Pack {
    const { width } = stored
    const { time, before } = stored
    // A full one is taken as it is: a million records have 12 MB of these two.
    const pack = new Pack(
      Texts.of(stored.what, width),
      DigestColumn.of(stored.digests),
      time.length === PACK_WIDTH ? time : widened(new Float64Array(PACK_WIDTH), time),
      before.length === PACK_WIDTH ? before : widened(new Uint32Array(PACK_WIDTH), before),
    )
    pack.width = width
    pack.marks.set(stored.marks ?? [])
    for (const field of namedFields) {
      const now = Uint32Array.from(stored.names[field], (text) => names[field].numberOf(text))
      const [from, to] = [stored.columns[field], pack.columns[field]]
      if (from.length !== width || largest(from) >= now.length)
        throw new RangeError(`a pack names a ${field} that it does not list`)
      // Of the only trail of a device they are what they were.
      if (now.every((number, own) => number === own)) to.set(from)
      else for (let i = 0; i < width; i++) to[i] = now[from[i] as number] as number
    }
    return pack
  }

  get isFull(): boolean {
    return this.width === PACK_WIDTH
  }

  /** `digests`: of the files the record vouches for. */
  add(facts: Facts, names: NamesOf, digests: readonly string[] = []): void {
    const at = this.width
    this.time[at] = facts.time
    for (const field of namedFields) this.columns[field][at] = names[field].numberOf(facts[field])
    this.before[at] = facts.before ?? NONE
    this.marks[at] = facts.marks
    this.#texts.add(facts.what)
    for (const digest of digests) this.digests.add(digest, at)
    this.width++
  }

  what(at: number): string {
    return this.#texts.at(at)
  }

  /** Marks the records whose text has this in it, whatever its case. `wanted` is folded by `folded`. */
  markTexts(wanted: string, marks: Uint8Array): void {
    this.#texts.mark(wanted, marks)
  }

  stored(names: NamesOf): StoredPack {
    const { width } = this
    const own = namedFields.map(
      (field) => [field, ownNumbers(this.columns[field], width, names[field])] as const,
    )
    return {
      width,
      time: this.time.slice(0, width),
      columns: Object.fromEntries(own.map(([field, { column }]) => [field, column])) as StoredPack['columns'],
      names: Object.fromEntries(own.map(([field, { list }]) => [field, list])) as StoredPack['names'],
      before: this.before.slice(0, width),
      what: this.#texts.joined,
      digests: this.digests.stored(),
      marks: this.marks.slice(0, width),
    }
  }
}

function widened<Column extends Float64Array | Uint32Array>(wide: Column, narrow: Column): Column {
  wide.set(narrow)
  return wide
}

/** -1 of none. */
function largest(numbers: Numbers): number {
  let most = -1
  for (let i = 0; i < numbers.length; i++) if ((numbers[i] as number) > most) most = numbers[i] as number
  return most
}

/** A column over the names that occur in it. */
function ownNumbers(column: Uint32Array, width: number, names: Names) {
  const own = new Names()
  const numbers = new Map<number, number>()
  const wide = new Uint32Array(width)
  for (let i = 0; i < width; i++) {
    const number = column[i] ?? 0
    let mine = numbers.get(number)
    if (mine === undefined) {
      mine = own.numberOf(names.textOf(number))
      numbers.set(number, mine)
    }
    wide[i] = mine
  }
  const list = own.texts
  // A pack has no more names than a Uint16Array has numbers.
  return { column: list.length <= 256 ? Uint8Array.from(wide) : Uint16Array.from(wide), list }
}

/** As texts are compared: whatever their case, and however their accents are written. */
export function folded(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/** Lines of text in one string: a search over one long string takes a tenth of one over many. */
class Texts {
  #joined = ''
  #added: string[] = []
  #count = 0
  #folded: { readonly text: string; readonly ends: Uint32Array } | undefined
  /** Of the lines in `#joined`. */
  #ends: Uint32Array | undefined

  static of(joined: string, count: number): Texts {
    const texts = new Texts()
    texts.#joined = joined
    texts.#count = count
    return texts
  }

  add(text: string): void {
    this.#added.push(text)
    this.#count++
    this.#folded = undefined
  }

  get joined(): string {
    if (this.#added.length > 0) {
      this.#joined += `${this.#added.join('\n')}\n`
      this.#added = []
      this.#ends = undefined
    }
    return this.#joined
  }

  at(index: number): string {
    const joined = this.#count - this.#added.length
    if (index >= joined) return this.#added[index - joined] ?? ''
    this.#ends ??= endsOfLines(this.#joined, joined)
    const from = index === 0 ? 0 : (this.#ends[index - 1] ?? 0) + 1
    return this.#joined.slice(from, this.#ends[index])
  }

  mark(wanted: string, marks: Uint8Array): void {
    if (this.#folded === undefined) {
      const text = folded(this.joined)
      this.#folded = { text, ends: endsOfLines(text, this.#count) }
    }
    const { text, ends } = this.#folded
    let line = 0
    for (let at = text.indexOf(wanted); at >= 0; ) {
      line = lineOf(ends, at, line)
      marks[line] = 1
      // One hit a line is enough.
      at = text.indexOf(wanted, (ends[line] ?? text.length) + 1)
    }
  }
}

function endsOfLines(text: string, count: number): Uint32Array {
  const ends = new Uint32Array(count)
  let at = -1
  for (let i = 0; i < count; i++) {
    at = text.indexOf('\n', at + 1)
    ends[i] = at
  }
  return ends
}

/** The first line from `from` on that ends at or behind a place. */
function lineOf(ends: Uint32Array, at: number, from: number): number {
  let [low, high] = [from, ends.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ends[middle] ?? 0) < at) low = middle + 1
    else high = middle
  }
  return low
}
