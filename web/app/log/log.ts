import type { Client, TrailView } from '@compliance-relay/shared/api'
import { hex, leafHash, parseCheckpoint } from '@compliance-relay/shared/trail'
import { checkRecord, type RecordCheck } from './check-record.ts'
import { type Coverage, coverageOf, type Part as FoundPart } from './coverage.ts'
import { capturesByDay, type Days } from './days.ts'
import { type DigestAnswer, findDigests } from './find-digests.ts'
import { type LagDay, lagsByDay } from './lags.ts'
import type { Conflict, LogDatabase, StoredTrail } from './log-database.ts'
import { emptyNames, type NamedField, namedFields } from './names.ts'
import { type Search, selectionOf } from './select.ts'
import { TrailCopy, Unverified } from './trail-copy.ts'
import type { Row } from './trail-index.ts'
import { type WholeRecord, wholeRecord } from './whole-record.ts'

/** While many records come they are shown anew so often at most: whoever looks has all of them searched each time. */
const SHOWN_MILLISECONDS = 1_000

/** How it stands with a trail on this device. */
export interface TrailStanding {
  readonly id: string
  readonly name: string
  readonly vkey: string
  /** Verified entries here, and how many a relay has said there are. */
  readonly size: number
  readonly of: number
  /** When a relay last gave the checkpoint that covers them, in milliseconds by this device's clock; 0: never. */
  readonly seen: number
  readonly isWritten: boolean
  readonly conflict: Conflict | null
  /** What came of the last try, where it was not taken: in words. */
  readonly fault: string | null
}

/** A row with the trail it is of. */
export interface ShownRow extends Row {
  readonly trail: string
}

/** All trails on this device. Runs in a worker; what it gives can be posted. */
export class Log {
  readonly #database: LogDatabase
  readonly #now: () => number
  readonly #names = emptyNames()
  readonly #copies = new Map<string, TrailCopy>()
  readonly #views = new Map<string, { isWritten: boolean; of: number; fault: string | null }>()
  #order: readonly string[] = []
  #version = 0
  /** When what is shown last was. */
  #shown = 0

  private constructor(database: LogDatabase, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /** Opens all that is stored. What is stored and does not hold is let go: it can be had again. */
  static async open(database: LogDatabase, now: () => number): Promise<Log> {
    const log = await Log.begin(database, now)
    await log.readRest()
    return log
  }

  /**
   * Opens what is stored as far as it takes to say how much that is and to show the newest of it, each trail held against
   * its checkpoint. All else waits for `readRest`.
   */
  static async begin(database: LogDatabase, now: () => number): Promise<Log> {
    const log = new Log(database, now)
    for (const stored of await database.trails.orderBy('place').toArray()) {
      await log.#unlessNone(stored, async () => {
        log.#copies.set(stored.id, await TrailCopy.begin(database, stored, log.#names))
      })
      log.#order = [...log.#order, stored.id]
    }
    return log
  }

  /** Reads all columns that are not read yet. Only then is anything looked for in them. */
  async readRest(): Promise<void> {
    for (const id of this.#order.toReversed()) {
      const copy = this.#copy(id)
      await this.#unlessNone(copy.stored, () => copy.readRest())
    }
  }

  /** What does not hold is let go, and said. */
  async #unlessNone(stored: StoredTrail, read: () => Promise<void>): Promise<void> {
    try {
      await read()
    } catch (error) {
      if (!(error instanceof Unverified || error instanceof RangeError)) throw error
      await forget(this.#database, stored.id)
      const none = { ...stored, size: 0, checkpoint: null }
      this.#copies.set(stored.id, await TrailCopy.load(this.#database, none, this.#names))
      this.#views.set(stored.id, { isWritten: false, of: 0, fault: error.message })
      this.#show()
    }
  }

  standing(): readonly TrailStanding[] {
    return this.#order.map((id) => {
      const copy = this.#copy(id)
      const { name, vkey, seen, conflict } = copy.stored
      const view = this.#views.get(id)
      return {
        id,
        name,
        vkey,
        size: copy.size,
        of: Math.max(copy.size, view?.of ?? 0),
        seen,
        isWritten: view?.isWritten ?? false,
        conflict,
        fault: view?.fault ?? null,
      }
    })
  }

  get version(): number {
    return this.#version
  }

  /** Every value that records have in a field, for choosing from. */
  names(): { readonly [Field in NamedField]: readonly string[] } {
    return Object.fromEntries(
      namedFields.map((field) => [field, this.#names[field].texts.filter((text) => text !== '').sort()]),
    ) as { [Field in NamedField]: string[] }
  }

  /** Places of the records taken: number of the trail and seq, newest first. Those of all need no columns. */
  search(search: Search): Places {
    if (takesAll(search))
      return new Places(this.#order.map((id) => ({ id, ...allOf(this.#copy(id).index.size) })))
    const selection = selectionOf(search, this.#names)
    return new Places(
      this.#order.map((id) => {
        const seqs = this.#copy(id).index.select(selection)
        return { id, length: seqs.length, at: (i: number) => seqs[i] as number }
      }),
    )
  }

  /** The axis of what a search finds, in so many parts; undefined where it finds nothing. */
  coverage(search: Search, buckets: number): Coverage | undefined {
    const parts = this.#parts(search)
    const at = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time))
    return coverageOf(parts, this.#names, { from: at(search.from), to: at(search.to) }, buckets)
  }

  /** How much of what a search finds was captured on each of the last days; undefined where nothing was. */
  captures(search: Search, days: number): Days | undefined {
    return capturesByDay(this.#parts(search), this.#names.kind, days)
  }

  /** How long records had waited for this device on each of the last days; undefined where none has come yet. */
  async lags(days: number): Promise<readonly LagDay[] | undefined> {
    const trails = [...this.#copies.values()].map(async (copy) => ({
      sightings: await copy.sightings(),
      timeOf: (seq: number) => copy.index.timeOf(seq),
    }))
    return lagsByDay(await Promise.all(trails), days)
  }

  /** Whether a row can be shown by now: its columns are read. */
  has({ trail, seq }: { readonly trail: string; readonly seq: number }): boolean {
    return this.#copies.get(trail)?.index.has(seq) ?? false
  }

  row({ trail, seq }: { readonly trail: string; readonly seq: number }): ShownRow | undefined {
    const row = this.#copies.get(trail)?.index.row(seq)
    return row && { trail, ...row }
  }

  whole(trail: string, seq: number): Promise<WholeRecord | undefined> {
    return wholeRecord(this.#copies, this.#names, trail, seq)
  }

  /** Checks a record from its stored bytes on; undefined where it is not here. */
  async check(trail: string, seq: number): Promise<RecordCheck | undefined> {
    const copy = this.#copies.get(trail)
    return copy && checkRecord(copy, this.#names, seq, this.#now)
  }

  /** Which records speak of these contents. */
  findDigests(digests: readonly string[]): Promise<readonly DigestAnswer[]> {
    return findDigests(
      this.#order.map((id) => ({ id, copy: this.#copy(id) })),
      digests,
    )
  }

  /** Leaf hash of a record, in hexadecimal. */
  async leaf(trail: string, seq: number): Promise<string | undefined> {
    const line = await this.#copies.get(trail)?.line(seq)
    return line && hex(leafHash(line))
  }

  /** The head that statements are made over: of the trail that is written to, as far as it is here. */
  headOf(
    trail: string,
  ): { readonly trail: string; readonly size: number; readonly root: Uint8Array } | undefined {
    const bytes = this.#copies.get(trail)?.stored.checkpoint
    if (bytes === null || bytes === undefined) return undefined
    const { origin, size, root } = parseCheckpoint(bytes)
    return { trail: origin, size, root }
  }

  /** Asks which trails there are, and for what is new of each. Rejects with what the client says. */
  async pull(client: Client, onChange: () => void): Promise<void> {
    const { trails } = await client.call('listTrails', {})
    await this.#meet(trails)
    for (const { id, size } of trails) {
      const copy = this.#copy(id)
      const view = { ...this.#view(id), of: size }
      this.#views.set(id, view)
      // A trail that is not written to and is here whole is not asked for again.
      if (!view.isWritten && copy.size === size && copy.size > 0) continue
      await this.#pullOne(copy, client, onChange)
    }
    onChange()
  }

  async #pullOne(copy: TrailCopy, client: Client, onChange: () => void): Promise<void> {
    const { id } = copy.stored
    const before = copy.size
    try {
      await copy.pull(client, this.#now, (_, of) => {
        this.#views.set(id, { ...this.#view(id), of })
        if (Math.abs(this.#now() - this.#shown) >= SHOWN_MILLISECONDS) this.#show()
        onChange()
      })
      this.#views.set(id, { ...this.#view(id), fault: null })
      await copy.pack()
    } catch (error) {
      if (!(error instanceof Unverified)) throw error
      this.#views.set(id, { ...this.#view(id), fault: error.message })
    } finally {
      if (copy.size !== before) this.#show()
    }
  }

  #show(): void {
    this.#version++
    this.#shown = this.#now()
  }

  /** Takes in what another tab stored. */
  async catchUp(): Promise<void> {
    const stored = await this.#database.trails.orderBy('place').toArray()
    for (const one of stored)
      if (!this.#copies.has(one.id))
        this.#copies.set(one.id, await TrailCopy.load(this.#database, one, this.#names))
      else await this.#copy(one.id).catchUp()
    this.#order = stored.map(({ id }) => id)
    this.#version++
  }

  async #meet(trails: readonly TrailView[]): Promise<void> {
    for (const [place, { id, origin: name, vkey, isWritten, size }] of trails.entries()) {
      const copy = this.#copies.get(id)
      const fault = this.#views.get(id)?.fault ?? null
      this.#views.set(id, { isWritten, of: size, fault })
      if (copy === undefined) {
        const stored = { id, place, name, vkey, size: 0, checkpoint: null, seen: 0, conflict: null }
        await this.#database.trails.put(stored)
        this.#copies.set(id, await TrailCopy.load(this.#database, stored, this.#names))
      } else if (copy.stored.vkey !== vkey || copy.stored.name !== name) {
        this.#views.set(id, {
          isWritten,
          of: size,
          fault: `another key is given for ${name} than this device knows`,
        })
      }
    }
    const here = trails.map(({ id }) => id)
    this.#order = [...here, ...[...this.#copies.keys()].filter((id) => !here.includes(id))]
  }

  #parts(search: Search): FoundPart[] {
    const selection = selectionOf(search, this.#names)
    return this.#order.map((id) => {
      const { index } = this.#copy(id)
      return { index, seqs: index.select(selection) }
    })
  }

  #copy(id: string): TrailCopy {
    const copy = this.#copies.get(id)
    if (copy === undefined) throw new Error(`there is no trail ${id} here`)
    return copy
  }

  #view(id: string) {
    return this.#views.get(id) ?? { isWritten: false, of: 0, fault: null }
  }
}

/** Whether a search leaves nothing out. */
export function takesAll(search: Search): boolean {
  return Object.values(search).every((wanted) => wanted === undefined || wanted === '')
}

/** Places found in one trail, oldest first. */
interface Part {
  readonly id: string
  readonly length: number
  readonly at: (index: number) => number
}

function allOf(length: number): Omit<Part, 'id'> {
  return { length, at: (index) => index }
}

/** What a search found, over all trails, newest trail and newest record first. */
export class Places {
  readonly count: number
  readonly #parts: readonly Part[]

  constructor(parts: readonly Part[]) {
    this.#parts = parts.toReversed()
    this.count = parts.reduce((count, { length }) => count + length, 0)
  }

  /** Those from one up to another, 0 the newest. */
  slice(from: number, to: number): { readonly trail: string; readonly seq: number }[] {
    const found: { trail: string; seq: number }[] = []
    let first = 0
    for (const { id, length, at: seqAt } of this.#parts) {
      for (let at = Math.max(from, first); at < Math.min(to, first + length); at++)
        found.push({ trail: id, seq: seqAt(length - 1 - (at - first)) })
      first += length
    }
    return found
  }
}

async function forget(database: LogDatabase, trail: string): Promise<void> {
  const all = [
    [trail, 0],
    [trail, Number.POSITIVE_INFINITY],
  ] as const
  await database.transaction(
    'rw',
    database.bundles,
    database.packs,
    database.acts,
    database.tops,
    database.trails,
    async () => {
      await database.bundles
        .where('[trail+index]')
        .between(...all)
        .delete()
      await database.packs
        .where('[trail+index]')
        .between(...all)
        .delete()
      await database.acts.delete(trail)
      await database.tops.delete(trail)
      await database.trails.update(trail, { size: 0, checkpoint: null })
    },
  )
}
