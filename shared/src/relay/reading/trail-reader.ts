import { Problem, type TrailView } from '../../api/index.ts'
import {
  type Checkpoint,
  checkNote,
  concat,
  encodeBundle,
  equalBytes,
  FormatError,
  type Hash,
  parseCheckpoint,
  parseTilePath,
  parseVkey,
  TILE_WIDTH,
  type Tile,
} from '../../trail/index.ts'
import { sha256Hex } from '../sha256-hex.ts'
import type { ListedTrail, StoredTrails } from './readable-trails.ts'
import { pause, TileHashes } from './tile-hashes.ts'

const ID_LENGTH = 16
/** More than a relay that begins a new trail every day has in a year; the newest are listed. */
const LISTED_MAX = 500
/** An answer with so many bytes of bundles has enough; it holds more by less than a bundle. */
const BUNDLES_BYTES = 4 * 2 ** 20

/** How a trail is called in paths: its name has slashes in it. */
export function trailId(origin: string): string {
  return sha256Hex(origin).slice(0, ID_LENGTH)
}

export interface CheckpointGiven {
  readonly note: Uint8Array
  readonly size: number
}

export interface TileGiven {
  readonly bytes: Uint8Array
  /** Whether it is a full one: it will never be another. */
  readonly isFull: boolean
}

/**
 * What is read of trails: checkpoints, tiles and entries, and of these only what the newest checkpoint covers. Hashes are
 * made from the entries that are given out beside them, or were when the trail was verified; they are never taken from
 * what is stored of hashes. Who reads checks all of it against the checkpoint, so a relay that gave out something else would
 * be seen to.
 */
export class TrailReader {
  readonly #stored: StoredTrails
  readonly #hashes = new Map<string, TileHashes>()
  /** Of each trail the checkpoint whose signature was checked last. */
  readonly #checked = new Map<string, CheckpointGiven>()

  constructor(stored: StoredTrails) {
    this.#stored = stored
  }

  /** Roots of the first full tiles of a trail, as whoever verified it made them: its entries need not be read for these. */
  knows(origin: string, roots: readonly Hash[]): void {
    this.#hashes.set(origin, this.#newHashes(origin, roots))
  }

  list(): TrailView[] {
    return this.#stored
      .list()
      .slice(-LISTED_MAX)
      .map(({ origin, vkey, isWritten, before }) => ({
        id: trailId(origin),
        origin,
        vkey,
        size: this.#sizeOf({ origin, vkey, isWritten, before }),
        isWritten,
        before,
      }))
  }

  /** Throws `Problem` `not-found` if there is no such trail, or nothing of it is signed yet. */
  checkpoint(id: string): CheckpointGiven {
    const covered = this.#covered(this.trail(id))
    if (covered === undefined) throw new Problem('not-found')
    return covered
  }

  /** `path` as C2SP has it. Throws `Problem`: `not-found` for what the newest checkpoint does not cover. */
  async tile(id: string, path: string): Promise<TileGiven> {
    const trail = this.trail(id)
    const tile = tileOf(path)
    const { size } = this.checkpoint(id)
    // Of hashes of level n, the tree has size ÷ 256ⁿ that no later entry changes.
    const items = tile.level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** tile.level)
    if (tile.index * TILE_WIDTH + tile.width > items) throw new Problem('not-found')
    const bytes =
      tile.level === 'entries' ? this.#bundle(trail, tile) : await this.#hashesOf(trail).tile(tile)
    return { bytes, isFull: tile.width === TILE_WIDTH }
  }

  /**
   * Full bundles from number `from` on, one behind the other: `limit` of them, or as many as are covered or fill an answer;
   * one at least. Throws `Problem` `not-found` where not even that one is covered. One answer is made at a time, whoever asks:
   * of hundreds that are asked for at once, each of megabytes, those that wait take no room.
   */
  bundles(id: string, from: number, limit: number): Promise<Uint8Array> {
    const made = this.#making.then(() => this.#makeBundles(id, from, limit))
    this.#making = made.catch(() => undefined)
    return made
  }
  #making: Promise<unknown> = Promise.resolve()

  async #makeBundles(id: string, from: number, limit: number): Promise<Uint8Array> {
    const trail = this.trail(id)
    const end = Math.min(from + limit, Math.floor(this.checkpoint(id).size / TILE_WIDTH))
    if (from >= end) throw new Problem('not-found')
    const given: Uint8Array[] = []
    let bytes = 0
    for (let index = from; index < end && bytes < BUNDLES_BYTES; index++) {
      // Each takes about a millisecond; after that others have their turn.
      if (index > from) await pause()
      const bundle = this.#bundle(trail, { level: 'entries', index, width: TILE_WIDTH })
      given.push(bundle)
      bytes += bundle.length
    }
    return concat(...given)
  }

  /** Entries of a trail as it was listed, from `from` up to `until`; where some are missing, those that are there. */
  rows({ origin, size }: TrailView, from: number, until: number): ReturnType<StoredTrails['lines']> {
    return this.#stored.lines(origin, from, Math.min(until, size))
  }

  /** Throws `Problem` `not-found`. */
  trail(id: string): ListedTrail {
    const trail = this.#stored.list().find(({ origin }) => trailId(origin) === id)
    if (trail === undefined) throw new Problem('not-found')
    return trail
  }

  #bundle({ origin }: ListedTrail, { index, width }: Tile): Uint8Array {
    return encodeBundle(linesOf(this.#stored, origin, index * TILE_WIDTH, width))
  }

  #hashesOf({ origin }: ListedTrail): TileHashes {
    const known = this.#hashes.get(origin)
    if (known !== undefined) return known
    const made = this.#newHashes(origin, [])
    this.#hashes.set(origin, made)
    return made
  }

  #newHashes(origin: string, roots: readonly Hash[]): TileHashes {
    return new TileHashes((from, count) => linesOf(this.#stored, origin, from, count), roots)
  }

  /** The newest checkpoint, if it is one: nothing is given out by a size that this trail's key did not sign. */
  #covered(trail: Pick<ListedTrail, 'origin' | 'vkey'>): CheckpointGiven | undefined {
    const note = this.#stored.checkpoint(trail.origin)
    if (note === undefined) return undefined
    const known = this.#checked.get(trail.origin)
    if (known !== undefined && equalBytes(known.note, note)) return known
    const checkpoint = signedCheckpoint(note, trail.vkey)
    if (checkpoint?.origin !== trail.origin) throw new Problem('trail-damaged')
    const given = { note, size: checkpoint.size }
    this.#checked.set(trail.origin, given)
    return given
  }

  /** One whose checkpoint is none can still be listed: that there is nothing to be read of it, is what it says. */
  #sizeOf(trail: ListedTrail): number {
    try {
      return this.#covered(trail)?.size ?? 0
    } catch (error) {
      if (error instanceof Problem) return 0
      throw error
    }
  }
}

function tileOf(path: string): Tile {
  try {
    return parseTilePath(path)
  } catch (error) {
    if (error instanceof FormatError) throw new Problem('not-found')
    throw error
  }
}

function signedCheckpoint(note: Uint8Array, vkey: string): Checkpoint | undefined {
  try {
    const checkpoint = parseCheckpoint(note)
    return checkNote(checkpoint.note, parseVkey(vkey)) === 'good' ? checkpoint : undefined
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

/** All of them, or none: a tile with a hole in it would be another tile. Throws `Problem` `trail-damaged`. */
function linesOf(stored: StoredTrails, origin: string, from: number, count: number): readonly Uint8Array[] {
  const rows = stored.lines(origin, from, from + count)
  if (rows.length !== count || rows.some(({ seq }, i) => seq !== from + i)) throw new Problem('trail-damaged')
  return rows.map(({ line }) => line)
}
