import type { StateAct } from '@compliance-relay/shared/bag'
import { Dexie, type EntityTable, type Table } from 'dexie'
import type { StoredPack } from './pack.ts'

/** A trail as this device knows it. */
export interface StoredTrail {
  /** In paths of the relay. */
  readonly id: string
  /** Among all trails, oldest first. */
  readonly place: number
  readonly name: string
  /** The key its checkpoints were signed with when this device first met it: no other is taken. */
  readonly vkey: string
  /** Entries that are stored, each verified against the checkpoint. */
  readonly size: number
  /** The newest checkpoint that follows all that is stored, as its bytes came. Null before the first. */
  readonly checkpoint: Uint8Array | null
  /** When a relay last gave this checkpoint, by this device's clock. */
  readonly seen: number
  /** What a relay gave that does not follow: kept as evidence, and shown. */
  readonly conflict: Conflict | null
}

/** - `behind`: fewer entries than stored; `forked`: other entries. */
export interface Conflict {
  readonly what: 'behind' | 'forked'
  readonly checkpoint: Uint8Array
  readonly at: number
}

/** 256 entries, or the first of them where no more are there yet, as the relay gives them. */
export interface StoredBundle {
  readonly trail: string
  readonly index: number
  readonly width: number
  readonly bytes: Uint8Array
}

interface PackRow extends StoredPack {
  readonly trail: string
  readonly index: number
}

/** What a start needs of all packs of a trail at once: the rest of them is read while the newest records are looked at. */
interface TopRow {
  readonly trail: string
  /** Records in its packs. */
  readonly size: number
  /** Hashes of their full bundles, 32 bytes each. */
  readonly hashes: Uint8Array
}

/** By then this device had been given a signed checkpoint of so many entries: it is a witness of its own. */
export interface Sighting {
  readonly trail: string
  readonly size: number
  /** By this device's clock, in milliseconds. */
  readonly at: number
}

interface ActsRow {
  readonly trail: string
  readonly acts: readonly StateAct[]
}

/**
 * What was pulled of trails. All of it can be had again: it is a copy, in a database of its own, so that whatever becomes
 * of it no signature is lost. Not one row an entry: that costs forty times as much.
 */
export class LogDatabase extends Dexie {
  declare trails: EntityTable<StoredTrail, 'id'>
  declare bundles: Table<StoredBundle, readonly [string, number]>
  declare packs: Table<PackRow, readonly [string, number]>
  declare sightings: Table<Sighting, readonly [string, number]>
  declare acts: EntityTable<ActsRow, 'trail'>
  declare tops: EntityTable<TopRow, 'trail'>

  constructor(name = 'relay-log') {
    super(name)
    this.version(1).stores({
      trails: 'id, place',
      bundles: '[trail+index]',
      packs: '[trail+index]',
      acts: 'trail',
    })
    this.version(2).stores({ sightings: '[trail+size]' })
    // Without a top there are no packs: they are made anew, of what is here.
    this.version(3)
      .stores({ tops: 'trail' })
      .upgrade(async (transaction) => {
        await transaction.table('packs').clear()
        await transaction.table('acts').clear()
      })
  }
}
