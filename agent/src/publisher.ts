import type { DatabaseSync } from 'node:sqlite'
import { type Notary, NotaryUnreachable } from '@compliance-relay/shared/relay'
import {
  base64,
  equalBytes,
  Frontier,
  type FrontierState,
  LeafHasher,
  printCheckpoint,
  type Signer,
  signCheckpoint,
} from '@compliance-relay/shared/trail'
import { signedBy } from './check-trail.ts'
import { inTransaction } from './sqlite/database.ts'
import { type StoredTrail, TrailStore } from './sqlite/trail-store.ts'
import type { TrailWriter } from './trail-writer.ts'

export interface PublisherOptions {
  readonly trail: StoredTrail
  readonly writer: TrailWriter
  readonly database: DatabaseSync
  /** Another connection to the same database: what it reads is what was stored, not what was meant. */
  readonly reading: DatabaseSync
  readonly signer: Signer
  readonly notary: Notary
  /** The tree at start, over entries that have been verified. */
  readonly frontier: FrontierState
  /** False if the notary could not be asked at start: it is asked before anything is signed. */
  readonly notaryAsked: boolean
  readonly timestamp: () => string
}

/** The notary holds what this trail's key signed and this trail does not contain. */
export class TrailForked extends Error {
  override readonly name = 'TrailForked'
  readonly size: number

  constructor(size: number, message: string) {
    super(message)
    this.size = size
  }
}

/** Checkpoints given to the notary in one go. */
const OWED_AT_ONCE = 100

/** Signs the trail's head and gives it to the notary. One at a time; a call may be repeated. */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #store: TrailStore
  readonly #reading: TrailStore
  readonly #frontier: Frontier
  readonly #hasher = new LeafHasher()
  #asked: boolean
  #owes = true

  constructor(options: PublisherOptions) {
    this.#options = options
    this.#store = new TrailStore(options.database)
    this.#reading = new TrailStore(options.reading)
    this.#frontier = new Frontier(options.frontier)
    this.#asked = options.notaryAsked
  }

  /** True if there is something to sign or to give. */
  get isBehind(): boolean {
    return this.#owes || this.#options.writer.head.size > this.#signed
  }
  #signed = 0

  /**
   * Signs the head if it is new, then gives the notary everything it has not been seen to hold. Throws
   * `NotaryUnreachable` (call again later), `TrailForked`, or what the disk throws.
   */
  async publish(): Promise<void> {
    if (!this.#asked) await this.#askNotary()
    this.#sign()
    await this.#give()
  }

  /**
   * Ours first: the checkpoint is stored before the notary has it. A crash after this line costs nothing, the
   * next run gives it. The other way round the notary would hold a promise we have no memory of making.
   */
  #sign(): void {
    const { trail, writer, signer, database } = this.#options
    const size = writer.head.size
    const root = writer.root()
    const last = this.#store.lastCheckpoint(trail.id)
    if (last !== undefined && last.size >= size) {
      this.#signed = size
      return
    }
    for (const { line } of this.#reading.lines(trail.id, this.#frontier.size, size))
      this.#frontier.append(this.#hasher.hash(line))
    if (this.#frontier.size !== size || !equalBytes(this.#frontier.root(), root)) {
      throw new Error(
        `what was read back is not what was written: root ${base64(this.#frontier.root())} of ${this.#frontier.size} entries, expected ${base64(root)} of ${size}; nothing is signed`,
      )
    }
    const note = printCheckpoint(signCheckpoint({ origin: trail.origin, size, root }, signer))
    inTransaction(database, () => this.#store.addCheckpoint(trail.id, size, note))
    this.#signed = size
    this.#owes = true
  }

  async #give(): Promise<void> {
    const { trail, notary, database, timestamp } = this.#options
    for (;;) {
      const owed = this.#store
        .owed(trail.id, OWED_AT_ONCE + this.#foreign.size)
        .filter(({ size }) => !this.#foreign.has(size))
      for (const { size, note } of owed) {
        const answer = await notary.put(trail.origin, size, note)
        if (answer.state === 'differs') {
          await this.#differs(size, note, answer.held)
          continue
        }
        inTransaction(database, () => this.#store.markNotarised(trail.id, size, timestamp()))
      }
      if (owed.length < OWED_AT_ONCE) break
    }
    this.#owes = false
  }

  /**
   * Another checkpoint under this trail's own signature is a fork. Anything else says nothing about the trail:
   * somebody has put it there, so this size cannot be given any more; the next ones can, and this one is named.
   */
  async #differs(size: number, note: Uint8Array, held: Uint8Array): Promise<void> {
    const { trail, notary } = this.#options
    await notary.keepConflict(trail.origin, note)
    if (signedBy(trail, size, held) !== undefined)
      throw new TrailForked(
        size,
        `the notary holds another checkpoint under this trail's own signature at size ${size}`,
      )
    this.#foreign.add(size)
  }

  /** Sizes under whose names the notary holds what is no checkpoint of this trail. */
  get foreign(): ReadonlySet<number> {
    return this.#foreign
  }
  readonly #foreign = new Set<number>()

  async #askNotary(): Promise<void> {
    const { trail, notary, writer } = this.#options
    for await (const size of notary.list(trail.origin, writer.head.size)) {
      const note = await notary.get(trail.origin, size)
      if (note !== undefined && signedBy(trail, size, note) !== undefined)
        throw new TrailForked(
          size,
          `the notary holds a checkpoint of ${size} records, the trail has ${writer.head.size}`,
        )
    }
    this.#asked = true
  }
}

export { NotaryUnreachable }
