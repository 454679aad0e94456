import type { Client } from '@compliance-relay/shared/api'
import {
  checkNote,
  decodeBundle,
  equalBytes,
  HASH_BYTES,
  type Hash,
  type NodeReader,
  parseCheckpoint,
  parseVkey,
  readEntry,
  recordsInBundle,
  TILE_WIDTH,
  type TrailRecord,
  tilePath,
} from '@compliance-relay/shared/trail'
import { Hashes, hashOfBundle, leavesOf, nodesOfBundles, rootOfBundles } from './bundle-hashes.ts'
import type { Conflict, LogDatabase, Sighting, StoredBundle, StoredTrail } from './log-database.ts'
import type { NamesOf } from './names.ts'
import { PACK_WIDTH } from './pack.ts'
import { bundlesFrom } from './read-bundles.ts'
import { TrailIndex } from './trail-index.ts'

/** Bundles stored in one transaction. */
const STORED_AT_ONCE = 32
/** Columns are stored again after so many more records: what is behind them is made of lines at a start, in a moment. */
const PACKED_EACH = 4_096
/** A sighting is kept so often at most: a bound is later by as much, and a year of them is small. */
const SIGHTED_MILLISECONDS = 60_000

/** What came of asking. */
export type Pulled =
  | { readonly came: 'unchanged' | 'grown' }
  /** The relay holds less than this device, or something else: nothing stored was touched. */
  | { readonly came: 'conflict'; readonly conflict: Conflict }

/** What the relay gave is not what its own checkpoint says, or is no checkpoint of this trail: nothing of it was taken. */
export class Unverified extends Error {}

/** A bundle with what is made of its bytes, once. */
interface Gathered extends Pick<StoredBundle, 'index' | 'width' | 'bytes'> {
  readonly lines: readonly Uint8Array[]
  readonly leaves: Uint8Array
  /** Over all its leaves; undefined where it is not full. */
  readonly hash: Hash | undefined
}

/**
 * One trail on this device: lines in the database, hashes and columns in memory. Every bundle is held against a signed
 * checkpoint before it is stored, and each checkpoint against all that is stored: the root is made of the hashes that
 * are here, so one that fits goes on from what was seen before.
 */
export class TrailCopy {
  readonly index: TrailIndex
  readonly #database: LogDatabase
  readonly #names: NamesOf
  #stored: StoredTrail
  /** Of full bundles. */
  readonly #hashes = new Hashes()
  /** Of the last bundle, if it is not full. */
  #leaves: Uint8Array = new Uint8Array(0)
  /** Records in stored packs. */
  #packed = 0
  #etag: string | undefined

  private constructor(database: LogDatabase, stored: StoredTrail, names: NamesOf) {
    this.#database = database
    this.#stored = stored
    this.#names = names
    this.index = new TrailIndex(names)
  }

  /**
   * Takes up what is stored, of columns the newest: until `readRest` has read the others, no more is to be asked for than rows
   * that are here. Rejects with `Unverified` or a RangeError if what is stored is not what was.
   */
  static async begin(database: LogDatabase, stored: StoredTrail, names: NamesOf): Promise<TrailCopy> {
    const copy = new TrailCopy(database, stored, names)
    await copy.#load()
    return copy
  }

  /** The same, with all columns. */
  static async load(database: LogDatabase, stored: StoredTrail, names: NamesOf): Promise<TrailCopy> {
    const copy = await TrailCopy.begin(database, stored, names)
    await copy.readRest()
    return copy
  }

  /** Reads the columns that are left, newest first, and lets others have their turn between two packs. Rejects as `begin`. */
  async readRest(): Promise<void> {
    const { id: trail, name } = this.#stored
    for (const index of this.index.unread) {
      const stored = await this.#database.packs.get([trail, index])
      if (stored === undefined) throw new Unverified(`columns of ${name} are not here any more`)
      this.index.take(index, stored)
    }
  }

  get stored(): StoredTrail {
    return this.#stored
  }

  get size(): number {
    return this.#stored.size
  }

  /** The line of a record, or undefined where none is stored. */
  async line(seq: number): Promise<Uint8Array | undefined> {
    if (seq >= this.size) return undefined
    const bundle = await this.#bundle(Math.floor(seq / TILE_WIDTH))
    return bundle && decodeBundle(bundle.bytes, bundle.width)[seq % TILE_WIDTH]
  }

  async record(seq: number): Promise<TrailRecord | undefined> {
    const line = await this.line(seq)
    return line && readEntry(line).record
  }

  /** The nodes of the tree over all entries here, with the leaves under these places. Rejects with a RangeError for none. */
  async nodesAt(seqs: readonly number[]): Promise<NodeReader> {
    const last = Math.floor(this.size / TILE_WIDTH)
    const opened = new Map([[last, this.#leaves]])
    for (const index of new Set(seqs.map((seq) => Math.floor(seq / TILE_WIDTH)))) {
      const bundle = index === last ? undefined : await this.#bundle(index)
      if (bundle !== undefined) opened.set(index, leavesOf(decodeBundle(bundle.bytes, bundle.width)))
    }
    return nodesOfBundles(this.#hashes.bytes.slice(), opened)
  }

  /** When this device was given checkpoints of how many records: one a minute at most, and none of as many as before. */
  async sightings(): Promise<readonly Sighting[]> {
    const { id } = this.#stored
    return this.#database.sightings.where('[trail+size]').between([id, 0], [id, Infinity]).toArray()
  }

  /** When this device was first given a checkpoint with a record under it, and last one without. */
  async sightingsAround(
    seq: number,
  ): Promise<{ readonly without: Sighting | undefined; readonly with: Sighting | undefined }> {
    const { id: trail } = this.#stored
    const { sightings } = this.#database
    const sized = () => sightings.where('[trail+size]')
    return {
      without: await sized().between([trail, 0], [trail, seq], true, true).last(),
      with: await sized().between([trail, seq], [trail, Infinity], false, true).first(),
    }
  }

  /**
   * Asks for the newest checkpoint and what is new under it. Rejects with what the client says, with what the database
   * says, or with `Unverified`; what was stored by then is whole. Only one device tab does this at a time.
   */
  async pull(
    client: Client,
    now: () => number,
    onProgress: (size: number, of: number) => void,
  ): Promise<Pulled> {
    const { id, name, vkey } = this.#stored
    const answer = await client.read('readCheckpoint', { trail: id }, this.#etag)
    if (answer.bytes === undefined) {
      await this.#keep({ seen: now() })
      await this.#sight(now())
      return { came: 'unchanged' }
    }
    const head = parseCheckpoint(answer.bytes)
    if (head.origin !== name || !isSignedBy(head.note, vkey))
      throw new Unverified(`what was given is no checkpoint of ${name} under the key this device knows`)
    if (head.size < this.size) return this.#conflict('behind', answer.bytes, now())
    const target =
      head.size === this.size
        ? { hashes: this.#hashes.bytes, leaves: this.#leaves }
        : await this.#nodesUnder(client, head.size)
    if (!equalBytes(rootOfBundles(head.size, target.hashes, target.leaves), head.root)) {
      if (this.size === 0) throw new Unverified(`the hashes that were given do not make the root of ${name}`)
      return this.#conflict('forked', answer.bytes, now())
    }
    if (head.size === this.size) {
      await this.#keep({ checkpoint: answer.bytes, seen: now(), conflict: null })
      await this.#sight(now())
      this.#etag = answer.etag
      return { came: 'unchanged' }
    }
    const seen = now()
    await this.#pullUnder(client, head.size, target, { checkpoint: answer.bytes, seen }, onProgress)
    await this.#sight(seen)
    this.#etag = answer.etag
    return { came: 'grown' }
  }

  /** Takes in what another tab has stored. */
  async catchUp(): Promise<void> {
    const stored = await this.#database.trails.get(this.#stored.id)
    if (stored === undefined) return
    await this.#read(this.size, stored.size)
    this.#stored = stored
  }

  /** Stores columns, so that the next start need not make them, if there are so many more records. */
  async pack(atLeast = PACKED_EACH): Promise<void> {
    const { size } = this.index
    if (size - this.#packed < atLeast) return
    const { id: trail } = this.#stored
    const first = Math.floor(this.#packed / PACK_WIDTH)
    const rows = this.index.packs.slice(first).map((pack, i) => ({
      trail,
      index: first + i,
      ...pack.stored(this.#names),
    }))
    const { acts } = this.index
    const hashes = this.#hashes.bytes.slice(0, Math.floor(size / TILE_WIDTH) * HASH_BYTES)
    const { packs, acts: actsOf, tops } = this.#database
    await this.#database.transaction('rw', packs, actsOf, tops, async () => {
      await packs.bulkPut(rows)
      await actsOf.put({ trail, acts })
      await tops.put({ trail, size, hashes })
    })
    this.#packed = size
  }

  /** The hashes that a trail of `size` has: those here, and behind them what the relay says. */
  async #nodesUnder(client: Client, size: number) {
    const { id: trail } = this.#stored
    const full = Math.floor(size / TILE_WIDTH)
    const begun = this.#hashes.count
    const hashes = Hashes.of(this.#hashes.bytes)
    // The bundle that is begun here, if it is full by now, goes on from the leaves here or from no trail this device knows.
    if (begun < full && this.#leaves.length > 0)
      hashes.push(hashOfBundle(await this.#goneOn(client, begun, TILE_WIDTH)))
    for (let tile = Math.floor(hashes.count / TILE_WIDTH); tile * TILE_WIDTH < full; tile++) {
      const width = Math.min(TILE_WIDTH, full - tile * TILE_WIDTH)
      const given = await readTile(client, trail, 1, tile, width)
      hashes.push(given.subarray((hashes.count - tile * TILE_WIDTH) * HASH_BYTES))
    }
    const rest = size % TILE_WIDTH
    if (rest === 0) return { hashes: hashes.bytes, leaves: new Uint8Array(0) }
    return { hashes: hashes.bytes, leaves: await this.#goneOn(client, full, rest) }
  }

  /** The leaves of a bundle: those here, if it is the one that is begun here, and behind them what the relay says. */
  async #goneOn(client: Client, index: number, width: number): Promise<Uint8Array> {
    const leaves = (await readTile(client, this.#stored.id, 0, index, width)).slice()
    if (index === this.#hashes.count) leaves.set(this.#leaves)
    return leaves
  }

  async #pullUnder(
    client: Client,
    size: number,
    target: { readonly hashes: Uint8Array; readonly leaves: Uint8Array },
    seen: Pick<StoredTrail, 'checkpoint' | 'seen'>,
    onProgress: (size: number, of: number) => void,
  ): Promise<void> {
    const last = Math.ceil(size / TILE_WIDTH)
    const expected = Hashes.of(target.hashes)
    const bundles = bundlesFrom(client, this.#stored.id, this.#hashes.count, size)
    let gathered: Gathered[] = []
    // While the disk stores some, others come and are verified; one transaction at a time, so that none overtakes another.
    let storing: Promise<void> = Promise.resolve()
    const store = async (before: Promise<void>, some: readonly Gathered[]) => {
      await before
      await this.#store(some, seen)
      onProgress(this.size, size)
      // All of the last pack and all acts are written each time: not more often than a pack is full.
      await this.pack(PACK_WIDTH)
    }
    try {
      for await (const { index, width, bytes } of bundles) {
        gathered.push(this.#verified(bytes, index, width, expected, target.leaves))
        if (gathered.length < STORED_AT_ONCE && index < last - 1) continue
        // No more than these wait for the disk.
        await storing
        storing = store(storing, gathered)
        // One that fails is met when it is waited for.
        storing.catch(() => undefined)
        gathered = []
      }
      await storing
    } catch (error) {
      // What has come so far is verified: with a network that breaks every minute it would never get on.
      await storing
      await this.#store(gathered, seen)
      throw error
    }
  }

  #verified(bytes: Uint8Array, index: number, width: number, expected: Hashes, leaves: Uint8Array): Gathered {
    const own = gatheredOf({ index, width, bytes })
    const isRight = own.hash === undefined ? equalBytes(own.leaves, leaves) : expected.isAt(index, own.hash)
    if (!isRight)
      throw new Unverified(
        `entries ${index * TILE_WIDTH} to ${index * TILE_WIDTH + width - 1} are not those of the checkpoint`,
      )
    return own
  }

  /** Bundles and how far they go, in one transaction; then what is kept in memory. */
  async #store(gathered: readonly Gathered[], seen: Pick<StoredTrail, 'checkpoint' | 'seen'>): Promise<void> {
    const { id: trail } = this.#stored
    const end = gathered.at(-1)
    if (end === undefined) return
    const stored = { ...this.#stored, ...seen, conflict: null, size: end.index * TILE_WIDTH + end.width }
    await this.#database.transaction('rw', this.#database.bundles, this.#database.trails, async () => {
      await this.#database.bundles.bulkPut(
        gathered.map(({ index, width, bytes }) => ({ trail, index, width, bytes })),
      )
      await this.#database.trails.put(stored)
    })
    for (const one of gathered) this.#take(one)
    this.#stored = stored
  }

  #take({ index, bytes, lines, leaves, hash }: Gathered): void {
    const more = lines.slice(this.index.size - index * TILE_WIDTH)
    for (const record of recordsInBundle(bytes, more)) this.index.add(record)
    if (hash !== undefined) this.#hashes.push(hash)
    this.#leaves = hash === undefined ? leaves : new Uint8Array(0)
  }

  async #load(): Promise<void> {
    const { trails, bundles, packs, acts, tops } = this.#database
    // Of one moment: another tab may be storing more. What is read later are full packs, which no tab changes.
    await this.#database.transaction('r', [trails, bundles, packs, acts, tops], async () => {
      this.#stored = (await trails.get(this.#stored.id)) ?? this.#stored
      const { id: trail, size } = this.#stored
      const top = await tops.get(trail)
      if (top !== undefined) {
        const newest = await packs.get([trail, Math.ceil(top.size / PACK_WIDTH) - 1])
        if (newest === undefined) throw new Unverified('the newest columns are not here any more')
        this.index.begin(top.size, newest, (await acts.get(trail))?.acts ?? [])
        this.#hashes.push(top.hashes)
      }
      this.#packed = this.index.size
      await this.#read(Math.floor(this.index.size / TILE_WIDTH) * TILE_WIDTH, size)
    })
    const { size, name, checkpoint } = this.#stored
    if (this.index.size !== size)
      throw new Unverified(`of ${name} ${size} records were stored, and ${this.index.size} are here`)
    if (checkpoint === null) return
    const head = parseCheckpoint(checkpoint)
    if (head.size === size && !equalBytes(rootOfBundles(size, this.#hashes.bytes, this.#leaves), head.root))
      throw new Unverified(`what was stored of ${name} is not what it was`)
  }

  /** Bundles from the one that has `from` on, as they are stored. */
  async #read(from: number, to: number): Promise<void> {
    const { id: trail } = this.#stored
    const first = Math.floor(from / TILE_WIDTH)
    this.#hashes.truncate(first)
    await this.#database.bundles
      .where('[trail+index]')
      .between([trail, first], [trail, Math.ceil(to / TILE_WIDTH)], true, false)
      .each((bundle) => this.#take(gatheredOf(bundle)))
  }

  async #bundle(index: number): Promise<StoredBundle | undefined> {
    return this.#database.bundles.get([this.#stored.id, index])
  }

  /** Keeps that all that is here was under a checkpoint of the relay by then. */
  async #sight(at: number): Promise<void> {
    const { id: trail } = this.#stored
    const { sightings } = this.#database
    const last = await sightings.where('[trail+size]').between([trail, 0], [trail, Infinity]).last()
    if (last !== undefined && (last.size >= this.size || Math.abs(at - last.at) < SIGHTED_MILLISECONDS))
      return
    await sightings.put({ trail, size: this.size, at })
  }

  async #keep(more: Partial<StoredTrail>): Promise<void> {
    const stored = { ...this.#stored, ...more }
    await this.#database.trails.put(stored)
    this.#stored = stored
  }

  async #conflict(what: Conflict['what'], checkpoint: Uint8Array, at: number): Promise<Pulled> {
    const conflict = { what, checkpoint, at }
    await this.#keep({ conflict })
    return { came: 'conflict', conflict }
  }
}

function gatheredOf({ index, width, bytes }: Pick<StoredBundle, 'index' | 'width' | 'bytes'>): Gathered {
  const lines = decodeBundle(bytes, width)
  const leaves = leavesOf(lines)
  const hash = width === TILE_WIDTH ? hashOfBundle(leaves) : undefined
  return { index, width, bytes, lines, leaves, hash }
}

async function readTile(
  client: Client,
  trail: string,
  level: number,
  index: number,
  width: number,
): Promise<Uint8Array> {
  const tile = tilePath({ level, index, width }).slice(`tile/${level}/`.length)
  const { bytes } = await client.read('readTile', { trail, level: String(level), tile })
  if (bytes?.length !== width * HASH_BYTES) throw new Unverified('a tile of another length')
  return bytes
}

function isSignedBy(note: Parameters<typeof checkNote>[0], vkey: string): boolean {
  return checkNote(note, parseVkey(vkey)) === 'good'
}
