import { SignatureStates, type StateAct, stateActIn } from '@compliance-relay/shared/bag'
import { isSignable, type TrailRecord } from '@compliance-relay/shared/trail'
import { capturedDigests } from '../../check/captured.ts'
import type { WantedDigests } from './digest-column.ts'
import { type Facts, factsOf } from './facts.ts'
import { type NamesOf, namedFields } from './names.ts'
import { NONE, PACK_WIDTH, Pack, type StoredPack } from './pack.ts'
import { type Selection, selectIn, stateBits } from './select.ts'

/** A record as a list shows it. */
export interface Row extends Omit<Facts, 'before' | 'marks'> {
  readonly seq: number
  /** Bits of `stateBits`; 0 of a record that is not to be signed. */
  readonly state: number
  readonly before: number | undefined
}

/** What is kept of records beside their lines: columns to look for them by, and what became of their signatures. */
export class TrailIndex {
  /** Undefined are those that are not read yet: all but the newest, at a start. */
  readonly #packs: (Pack | undefined)[] = []
  /** By the number of a pack that is not read yet: places in it whose signatures come to something. */
  readonly #later = new Map<number, Set<number>>()
  readonly #names: NamesOf
  readonly #states = new SignatureStates()
  readonly #acts: StateAct[] = []
  /** By the place of a record: places of the records of signatures that are about it. */
  readonly #about = new Map<number, number[]>()

  constructor(names: NamesOf) {
    this.#names = names
  }

  get size(): number {
    const newest = this.#packs.at(-1)
    return newest === undefined ? 0 : (this.#packs.length - 1) * PACK_WIDTH + newest.width
  }

  /** Throws an Error as long as some are not read: whoever looks through a part takes it for the whole. */
  get packs(): readonly Pack[] {
    if (this.#packs.includes(undefined)) throw new Error('not all columns are read yet')
    return this.#packs as Pack[]
  }

  /** Numbers of the packs that are still to be read, newest first. */
  get unread(): readonly number[] {
    return this.#packs.flatMap((pack, i) => (pack === undefined ? [i] : [])).reverse()
  }

  /** Whether the columns of a record are read. */
  has(seq: number): boolean {
    const pack = this.#packs[Math.floor(seq / PACK_WIDTH)]
    return pack !== undefined && seq % PACK_WIDTH < pack.width
  }

  /** All records that do something to signatures, in order: with the packs, all that is to be stored. */
  get acts(): readonly StateAct[] {
    return this.#acts
  }

  /** The next record. */
  add(record: TrailRecord): void {
    if (record.seq !== this.size)
      throw new RangeError(`expected record ${this.size}, and this is ${record.seq}`)
    let pack = this.#packs.at(-1)
    if (pack === undefined || pack.isFull) {
      pack = new Pack()
      this.#packs.push(pack)
    }
    const facts = factsOf(record)
    pack.state[pack.width] = isSignable(record.kind) ? stateBits.unsigned : 0
    pack.add(facts, this.#names, capturedDigests(record))
    const act = stateActIn(record)
    if (act !== undefined) this.#take(act)
  }

  /**
   * Takes up what was stored of `size` records: the newest pack and all acts. The packs before are to be read one by one,
   * by `take`. Throws a RangeError for a pack that is not this one.
   */
  begin(size: number, newest: StoredPack, acts: readonly StateAct[]): void {
    const last = Math.ceil(size / PACK_WIDTH) - 1
    this.#packs.length = last
    this.#packs.fill(undefined)
    this.#packs.push(this.#packOf(newest, size - last * PACK_WIDTH))
    for (const act of acts) this.#take(act)
  }

  /** Takes up a pack before the newest. Throws a RangeError for one that is none. */
  take(index: number, stored: StoredPack): void {
    if (this.#packs[index] !== undefined) return
    this.#packs[index] = this.#packOf(stored, PACK_WIDTH)
    for (const seq of this.#later.get(index) ?? []) this.#setState(seq)
    this.#later.delete(index)
  }

  #packOf(stored: StoredPack, width: number): Pack {
    if (stored.width !== width)
      throw new RangeError(`expected a pack of ${width}, and this is of ${stored.width}`)
    const pack = Pack.of(stored, this.#names)
    const states = Uint8Array.from(this.#names.kind.texts, (kind) =>
      isSignable(kind) ? stateBits.unsigned : 0,
    )
    const { state, columns } = pack
    for (let i = 0; i < width; i++) state[i] = states[columns.kind[i] as number] as number
    return pack
  }

  /** By the clock of the relay, in milliseconds; undefined where no such record is here. */
  timeOf(seq: number): number | undefined {
    const pack = this.packs[Math.floor(seq / PACK_WIDTH)]
    const at = seq % PACK_WIDTH
    return pack === undefined || at >= pack.width ? undefined : pack.time[at]
  }

  row(seq: number): Row | undefined {
    const pack = this.#packs[Math.floor(seq / PACK_WIDTH)]
    const at = seq % PACK_WIDTH
    if (pack === undefined || at >= pack.width) return undefined
    const before = pack.before[at] as number
    const [kind, person, project, device, instrument] = namedFields.map((field) =>
      this.#names[field].textOf(pack.columns[field][at] as number),
    ) as [string, string, string, string, string]
    return {
      seq,
      time: pack.time[at] as number,
      kind,
      person,
      project,
      device,
      instrument,
      what: pack.what(at),
      state: pack.state[at] as number,
      before: before === NONE ? undefined : before,
    }
  }

  /** The version that came after a record, if one did. */
  next(seq: number): number | undefined {
    // Looked for by the engine itself, when one record is looked at: a place kept for each takes a start longer.
    const { packs } = this
    for (let i = packs.length - 1; i >= Math.floor(seq / PACK_WIDTH); i--) {
      const { before, width } = packs[i] as Pack
      const at = before.lastIndexOf(seq, width - 1)
      if (at >= 0) return i * PACK_WIDTH + at
    }
    return undefined
  }

  /** Places of the records of signatures, decisions and withdrawals about a record, oldest first. */
  signaturesAbout(seq: number): readonly number[] {
    return this.#about.get(seq) ?? []
  }

  /** Places of the records taken, oldest first. */
  select(selection: Selection): Uint32Array {
    const out = new Uint32Array(this.size + 1)
    let end = 0
    for (const [i, pack] of this.packs.entries()) end = selectIn(pack, selection, i * PACK_WIDTH, out, end)
    return out.subarray(0, end)
  }

  /** Places of records that may speak of one of these digests, oldest first: each is to be read and looked at. */
  speakingOf(wanted: WantedDigests): number[] {
    return this.packs.flatMap((pack, i) => pack.digests.find(wanted).map((at) => i * PACK_WIDTH + at))
  }

  #take(act: StateAct): void {
    this.#acts.push(act)
    if (act.act !== 'rules')
      for (const seq of act.act === 'decide' ? [act.held] : act.said.seqs) {
        const about = this.#about.get(seq)
        if (about === undefined) this.#about.set(seq, [act.record])
        else about.push(act.record)
      }
    for (const seq of this.#states.do(act)) this.#setState(seq)
  }

  #setState(seq: number): void {
    const number = Math.floor(seq / PACK_WIDTH)
    const pack = this.#packs[number]
    const at = seq % PACK_WIDTH
    if (pack === undefined && number < this.#packs.length) {
      const later = this.#later.get(number) ?? new Set()
      this.#later.set(number, later.add(seq))
    }
    if (pack === undefined || at >= pack.width || pack.state[at] === 0) return
    const project = this.#names.project.textOf(pack.columns.project[at] as number)
    pack.state[at] = this.#states.of(seq, project).reduce((bits, state) => bits | stateBits[state], 0)
  }
}
