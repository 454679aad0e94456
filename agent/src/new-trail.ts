import type { DatabaseSync } from 'node:sqlite'
import type { SecretStore } from '@compliance-relay/shared/relay'
import {
  type Actor,
  type Draft,
  emptyHead,
  Frontier,
  macKey,
  signerOf,
  type Value,
} from '@compliance-relay/shared/trail'
import type { Mending } from './mending.ts'
import type { StoredTrail, TrailStore } from './sqlite/trail-store.ts'
import { secretNames, type TrailKeys } from './trail-keys.ts'
import { TrailWriter, type WriterGuard } from './trail-writer.ts'

export interface NewTrailOptions {
  readonly org: string
  readonly name: string
  readonly database: DatabaseSync
  readonly store: TrailStore
  readonly secrets: SecretStore
  /** Cryptographically random bytes. */
  readonly random: (size: number) => Uint8Array
  readonly now: Date
  /** The trail this one goes on from, with what is known of its end and why it was left. */
  readonly previous: { readonly [key: string]: Value } | null
  /** Trails of this name that are not here, and that the notary knows. */
  readonly missing?: readonly string[]
  /** What of the trail before cannot be gone by any more, since it is not known what its records said. */
  readonly inDoubt?: readonly InDoubt[]
  /** What is set right before the first record, and said after it. */
  readonly mending?: Mending
  readonly guard?: WriterGuard
  /**
   * What is to be recorded and done with the first record, once its keys are there: in one transaction, so that a
   * set-up that was cut off has left no trail, and can be done again.
   */
  readonly first?: (opened: OpenedTrail) => Promise<FirstRecords>
}

/** Accounts come over without a way in, persons and badges do not come over, and no notary is asked. */
export type InDoubt = 'accounts' | 'persons' | 'notary'

export interface FirstRecords {
  readonly drafts: readonly Draft[]
  /** `size`: of the trail, with all of them. */
  readonly apply: (size: number) => void
}

export interface OpenedTrail {
  readonly trail: StoredTrail
  readonly keys: TrailKeys
  readonly writer: TrailWriter
}

/**
 * Opens a trail: keys first, then its name and its first record in one transaction. A crash in between leaves
 * keys of a trail that does not exist; the next attempt takes another name.
 */
export async function openNewTrail(options: NewTrailOptions): Promise<OpenedTrail> {
  const {
    org,
    name,
    database,
    store,
    secrets,
    random,
    now,
    previous,
    missing = [],
    inDoubt = [],
    mending,
    guard,
    first,
  } = options
  const origin = await freeOrigin(options)
  const id = store.freeId()
  const names = secretNames(origin)
  const macSecret = random(32)
  const seed = random(32)
  await secrets.create(names.mac, macSecret)
  await secrets.create(names.seed, seed)
  const mac = macKey(macSecret)
  const signer = signerOf(origin, 'note', seed)
  const trail = { id, origin, vkey: signer.vkey }
  const state = { trail: id, head: emptyHead(origin), frontier: new Frontier().state() }
  const writer = new TrailWriter(database, store, mac, state, guard)
  const lost = missing.length === 0 ? {} : { missing: [...missing] }
  const doubted = inDoubt.length === 0 ? {} : { inDoubt: [...inDoubt] }
  const body = { key: signer.vkey, node: name, org, previous, ...lost, ...doubted }
  const opening = { kind: 'trail.opened', actor: relayActor(name), time: now.toISOString(), body }
  const opened = { trail, keys: { mac, macSecret, signer }, writer }
  const more = await first?.(opened)
  const drafts = [opening, ...(mending?.drafts ?? []), ...(more?.drafts ?? [])]
  const apply = () => {
    store.addTrail(trail)
    more?.apply(drafts.length)
  }
  writer.append(drafts, apply, mending?.apply)
  return opened
}

/** What the names of all trails of a workstation begin with. */
export function trailNameOf(org: string, name: string): string {
  return `${org}/t/${name}/`
}

/** A random part, not a counter: a relay that was set back would count to the same number again. */
async function freeOrigin({ org, name, secrets, random, now }: NewTrailOptions): Promise<string> {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '')
  const taken = new Set(await secrets.names())
  for (;;) {
    const origin = `${trailNameOf(org, name)}${day}-${Buffer.from(random(2)).toString('hex')}`
    if (!taken.has(secretNames(origin).mac)) return origin
  }
}

/** The relay itself as an actor: it never stands for a person. */
export function relayActor(name: string): Actor {
  return { id: name, name, via: 'relay' }
}
