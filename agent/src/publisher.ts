import type { DatabaseSync } from 'node:sqlite'
import { type Notary, NotaryUnreachable } from '@compliance-relay/shared/keeping'
import {
  base64,
  equalBytes,
  Frontier,
  type FrontierState,
  LeafHasher,
  printCheckpoint,
  type Signer,
  signCheckpoint,
  TrailVerifier,
} from '@compliance-relay/shared/trail'
import { askNotary, isHarmless, type NotaryFinding, notaryFaults, signedAtAll } from './ask-notary.ts'
import { ownPolicy } from './check-trail.ts'
import type { OpenedTrail } from './new-trail.ts'
import type { SchemaGuard } from './schema-guard.ts'
import { inTransaction } from './sqlite/database.ts'
import { type StoredTrail, TrailStore } from './sqlite/trail-store.ts'
import { timestamp } from './time-text.ts'
import type { TrailWriter } from './trail-writer.ts'

export interface PublisherOptions {
  readonly database: DatabaseSync
  /** Asked within each transaction; none where nobody else can have had the database yet. */
  readonly guard?: Pick<SchemaGuard, 'require'>
  /** Another connection to the same database: what it reads is what was stored, not what was meant. */
  readonly reading: DatabaseSync
  readonly notary: Notary
  /** The tree at start, over entries that have been verified. */
  readonly frontier: FrontierState
  /** What the notary called itself when the relay was set up. */
  readonly identity: string
  /** Origins of the relay's trails: if the notary knows any other, this one is not gone on with. */
  readonly known?: ReadonlySet<string>
  /** False if the notary could not be asked at start: it is asked before anything is signed. */
  readonly notaryAsked: boolean
  /** What the notary was found to be, once it could be asked after all. Not called if all is as it should be. */
  readonly onNotaryFindings?: (findings: readonly NotaryFinding[]) => void
  /** A checkpoint of so many entries is signed and stored. */
  readonly onSigned?: (size: number) => void
  /** Wall clock, milliseconds. */
  readonly wall: () => number
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

const LINES_BETWEEN_PAUSES = 2_000
/** Checkpoints given to the notary in one go. */
const OWED_AT_ONCE = 100

/** Signs the trail's head and gives it to the notary. One at a time; a call may be repeated. */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #trail: StoredTrail
  readonly #writer: TrailWriter
  readonly #signer: Signer
  readonly #store: TrailStore
  readonly #reading: TrailStore
  readonly #frontier: Frontier
  readonly #hasher = new LeafHasher()
  #asked: boolean
  #owes = true

  /** Of a trail that is open: with its own writer, under its own key. */
  constructor({ trail, writer, keys }: OpenedTrail, options: PublisherOptions) {
    this.#options = options
    this.#trail = trail
    this.#writer = writer
    this.#signer = keys.signer
    this.#store = new TrailStore(options.database)
    this.#reading = new TrailStore(options.reading)
    this.#frontier = new Frontier(options.frontier)
    this.#asked = options.notaryAsked
  }

  /** True if there is something to sign or to give. */
  get isBehind(): boolean {
    return this.#owes || this.#writer.head.size > this.#signed
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
    this.requireOwn()
  }

  /** Throws if a checkpoint was found in the database that this relay has not signed. */
  requireOwn(): void {
    const [size] = this.#strange
    if (size === undefined) return
    throw new Error(
      `the database holds a checkpoint of ${size} records that this relay has not signed: somebody put it there, and it is given to nobody; relay verify --data says what else is wrong`,
    )
  }
  /** Sizes of checkpoints in the database that are none of this trail's. */
  readonly #strange = new Set<number>()

  /**
   * Ours first: the checkpoint is stored before the notary has it. A crash after this line costs nothing, the
   * next run gives it. The other way round the notary would hold a promise we have no memory of making.
   *
   * What was signed is known by itself, or by a note under our own key: a row that says so is anybody's.
   */
  #sign(): void {
    const [trail, writer, signer] = [this.#trail, this.#writer, this.#signer]
    const size = writer.head.size
    const root = writer.root()
    if (this.#signed >= size) return
    const stored = this.#store.checkpoint(trail.id, size)
    if (stored !== undefined) {
      if (this.#isOwn(stored)) this.#signed = size
      else this.#strange.add(size)
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
    this.#commit(() => this.#store.addCheckpoint(trail.id, size, note))
    this.#signed = size
    this.#newest = { size, note }
    this.#owes = true
    this.#options.onSigned?.(size)
  }

  #commit(work: () => void): void {
    const { database, guard } = this.#options
    inTransaction(database, () => {
      guard?.require()
      work()
    })
  }

  async #give(): Promise<void> {
    const { notary, wall } = this.#options
    const trail = this.#trail
    for (;;) {
      const strange = this.#strange.size
      const owed = this.#owed()
      for (const { size, note } of owed) {
        const answer = await notary.put(trail.origin, size, note)
        if (this.#newest?.size === size) this.#newest = undefined
        if (answer.state === 'differs') {
          await this.#differs(size, note, answer.held)
          continue
        }
        this.#commit(() => this.#store.markNotarised(trail.id, size, timestamp(wall())))
      }
      if (owed.length < OWED_AT_ONCE && this.#strange.size === strange) break
    }
    this.#owes = false
  }

  /**
   * What the notary has not been seen to hold, smallest first: notes under our own key, whatever else a row says. The
   * newest is known by itself: it is given though the database says that it was.
   */
  #owed(): readonly { readonly size: number; readonly note: Uint8Array }[] {
    const passedOver = this.#foreign.size + this.#strange.size
    const rows = this.#store
      .owed(this.#trail.id, OWED_AT_ONCE + passedOver)
      .filter(({ size }) => !this.#foreign.has(size) && !this.#strange.has(size))
    const own = rows.filter((row) => {
      const isOwn = this.#newest?.size === row.size || this.#isOwn(row)
      if (!isOwn) this.#strange.add(row.size)
      return isOwn
    })
    const newest = this.#newest
    return newest === undefined ? own : [...own.filter(({ size }) => size !== newest.size), newest]
  }
  /** Signed since the start and not given yet. */
  #newest: { readonly size: number; readonly note: Uint8Array } | undefined

  #isOwn({ size, note }: { readonly size: number; readonly note: Uint8Array }): boolean {
    return size <= this.#writer.head.size && signedAtAll(this.#trail, note)?.size === size
  }

  /**
   * Another checkpoint under this trail's own signature is a fork. Anything else says nothing about the trail:
   * somebody has put it there, so this size cannot be given any more; the next ones can, and this one is named.
   */
  async #differs(size: number, note: Uint8Array, held: Uint8Array): Promise<void> {
    const { notary } = this.#options
    const trail = this.#trail
    await notary.keepConflict(trail.origin, note)
    const checkpoint = signedAtAll(trail, held)
    if (checkpoint?.size === size)
      throw new TrailForked(
        size,
        `the notary holds another checkpoint under this trail's own signature at size ${size}`,
      )
    const head = this.#writer.head.size
    if (checkpoint !== undefined && checkpoint.size > head)
      throw new TrailForked(checkpoint.size, notaryFaults['notary-ahead'])
    // One of another size is in the wrong place, and must still be one that this trail contains.
    if (checkpoint !== undefined) await this.#hold([{ size: checkpoint.size, note: held }], head)
    this.#foreign.add(size)
  }

  /** Sizes under whose names the notary holds what is no checkpoint of this trail. */
  get foreign(): ReadonlySet<number> {
    return this.#foreign
  }
  readonly #foreign = new Set<number>()

  /** What start-up asks of a notary, asked later: as strictly, for who sets a trail back may keep the notary away. */
  async #askNotary(): Promise<void> {
    const { notary, identity, known, onNotaryFindings } = this.#options
    const [trail, writer] = [this.#trail, this.#writer]
    const { size } = writer.head
    const remembered = () => ({ size, own: [...this.#store.checkpoints(trail.id)] })
    const { findings, strangers } = await askNotary(notary, { trail, known, remembered, identity })
    const away = findings.find(({ code }) => code === 'notary-unreachable')
    if (away !== undefined) throw new NotaryUnreachable(away.found)
    const grave = findings.find((one) => !isHarmless(one))
    if (grave !== undefined) throw new TrailForked(grave.size ?? size, notaryFaults[grave.code])
    if (strangers.length > 0) await this.#hold(strangers, size)
    this.#asked = true
    if (findings.length > 0) onNotaryFindings?.(findings)
  }

  /** Holds checkpoints that the trail does not remember against its records. */
  async #hold(
    strangers: readonly { readonly size: number; readonly note: Uint8Array }[],
    size: number,
  ): Promise<void> {
    const trail = this.#trail
    const checkpoints = strangers.map((one) => ({ name: `notary's ${one.size}`, bytes: one.note }))
    const verifier = new TrailVerifier({ checkpoints, policy: ownPolicy(trail) })
    for (const { seq, line } of this.#reading.lines(trail.id, 0, size)) {
      verifier.push(line)
      if (seq % LINES_BETWEEN_PAUSES === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const [fault] = verifier.end().findings
    if (fault !== undefined)
      throw new TrailForked(strangers[0]?.size ?? size, `${fault.expected} is expected, ${fault.found} found`)
  }
}

export { NotaryUnreachable }
