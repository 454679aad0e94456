import { readEntry, type Subject, subjectsOf, type TrailRecord } from '../trail/index.ts'
import { type ExportFilter, type FilterList, filterLists, isValueOf, takenBeside, takenBy } from './filter.ts'
import type { SignatureStates } from './signature-states.ts'

/** Which records of a trail a bag takes: one bit each. */
export class Chosen {
  #bits = new Uint8Array(1_024)
  count = 0

  add(seq: number): void {
    const at = seq >> 3
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(at + 1, 2 * this.#bits.length))
      larger.set(this.#bits)
      this.#bits = larger
    }
    if (this.has(seq)) return
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (seq & 7))
    this.count++
  }

  has(seq: number): boolean {
    return (((this.#bits[seq >> 3] ?? 0) >> (seq & 7)) & 1) === 1
  }
}

/** Records chosen of each trail, by its name. */
export type ChosenOf = ReadonlyMap<string, Chosen>

/** Whether a record is about one of those that are there. */
export function isAboutOneOf(chosen: ChosenOf, record: TrailRecord): boolean {
  return subjectsOf(record).some(({ trail, seq }: Subject) => chosen.get(trail)?.has(seq) === true)
}

/** Without which a record cannot be read: what it decides about, or answers for. */
export function readWith(record: TrailRecord): readonly Subject[] {
  return record.kind === 'signature.decided' || record.kind === 'capture.claimed' ? subjectsOf(record) : []
}

/** Values of a filter that no record has had yet. */
export class Unmatched {
  readonly #left: { readonly list: FilterList; readonly value: string }[]

  constructor(filter: ExportFilter) {
    this.#left = filterLists.flatMap((list) => (filter[list] ?? []).map((value) => ({ list, value })))
  }

  take(record: TrailRecord, states: readonly string[]): void {
    for (let i = this.#left.length - 1; i >= 0; i--) {
      const { list, value } = this.#left[i] as { list: FilterList; value: string }
      const isOf = list === 'states' ? states.includes(value) : isValueOf([value], list, record)
      if (isOf) this.#left.splice(i, 1)
    }
  }

  get left(): readonly { readonly list: FilterList; readonly value: string }[] {
    return this.#left
  }
}

/**
 * Chooses records, shown trail after trail in their order: those the filter takes, those nothing can be judged without,
 * and what was signed, decided or claimed about those.
 */
export class Choosing {
  readonly chosen = new Map<string, Chosen>()
  /** How many the filter itself takes. */
  asked = 0
  readonly unmatched: Unmatched
  readonly #filter: ExportFilter

  constructor(filter: ExportFilter) {
    this.#filter = filter
    this.unmatched = new Unmatched(filter)
  }

  /** `states`: of its trail, where the filter asks for some. Throws `FormatError` for a line that is no entry. */
  show(line: Uint8Array, states: SignatureStates | undefined): void {
    const { record } = readEntry(line)
    const { trail, seq, kind } = record
    let chosen = this.chosen.get(trail)
    if (chosen === undefined) {
      chosen = new Chosen()
      this.chosen.set(trail, chosen)
    }
    const inStates = states?.ofRecord(record) ?? []
    this.unmatched.take(record, inStates)
    const { states: wanted } = this.#filter
    const isAsked =
      takenBy(this.#filter, record) === 'asked' &&
      (wanted === undefined || inStates.some((one) => wanted.includes(one)))
    if (isAsked) this.asked++
    const beside = isAsked ? undefined : takenBeside(this.#filter, kind)
    if (!isAsked && beside !== 'always' && !(beside === 'with' && isAboutOneOf(this.chosen, record))) return
    chosen.add(seq)
    for (const one of readWith(record)) {
      const there = this.chosen.get(one.trail)
      if (there !== undefined && (one.trail !== trail || one.seq < seq)) there.add(one.seq)
    }
  }
}
