import { createHash } from 'node:crypto'
import { type Notary, NotaryUnreachable } from '@compliance-relay/shared/keeping'
import {
  type Checkpoint,
  checkNote,
  equalBytes,
  FormatError,
  parseCheckpoint,
  parseVkey,
} from '@compliance-relay/shared/trail'
import type { StoredCheckpoint, StoredTrail } from './sqlite/trail-store.ts'
import { LATE, within } from './within.ts'

/**
 * What can be wrong with a relay's trail beyond what its lines say of themselves: its own checkpoints against
 * the notary's, and its end against what was sealed beside it. Each is a rollback, a fork, or a notary that is not what it was.
 */
export const notaryFaults = {
  'notary-ahead':
    'the notary holds a checkpoint of more records than there are: records were removed, or an older copy was restored',
  'notary-differs': 'the notary holds another checkpoint of this size: the trail was forked, or written anew',
  'notary-other-trail':
    'the notary holds checkpoints of a trail of this relay that is not here: it was removed, or an older copy was restored',
  'notary-obscured':
    'the notary holds something that this trail has not signed where a checkpoint of more records may have been',
  'notary-lost': 'the notary does not hold a checkpoint that it was given',
  'notary-replaced': 'the notary is not the one this relay was set up with',
  'notary-foreign':
    'the notary holds something under the name of a checkpoint that this trail has not signed',
  'notary-unreachable': 'the notary cannot be asked',
  'note-ahead':
    'the note that was sealed with the last commit is of more records than there are: the newest were removed, or the note is of a later time than they are',
  'notary-unknown':
    'nothing that is sealed says which notary is the one of this relay: none was asked, and nothing is proven by it',
} as const

export type NotaryFaultCode = keyof typeof notaryFaults

export interface NotaryFinding {
  readonly code: NotaryFaultCode
  readonly expected: string
  readonly found: string
  /** Size of the checkpoint, or of the note, that is concerned. */
  readonly size?: number
}

/** Faults that do not bear on what the trail says: it may be gone on with. */
const harmless: ReadonlySet<NotaryFaultCode> = new Set([
  'notary-lost',
  'notary-replaced',
  'notary-foreign',
  'notary-unreachable',
])

export function isHarmless({ code }: NotaryFinding): boolean {
  return harmless.has(code)
}

/** What a notary holds of a trail, beside what the trail remembers of it. */
export interface NotaryView {
  readonly findings: readonly NotaryFinding[]
  /**
   * Checkpoints under the trail's own signature that it does not remember, of sizes it has: there should be none,
   * since a checkpoint is stored before it is given. Each must be held against the records.
   */
  readonly strangers: readonly { readonly size: number; readonly note: Uint8Array }[]
  /** The largest checkpoint of this trail that the notary was seen to hold. */
  readonly notarised: Checkpoint | undefined
  /** Trails of this relay that it holds checkpoints of, and that are not known here. */
  readonly others: readonly string[]
}

export interface AskOptions {
  readonly trail: StoredTrail
  /** Origins of this relay's trails that are known; without them, it is not asked for others. */
  readonly known?: ReadonlySet<string> | undefined
  /**
   * Number of the trail's records, and its own checkpoints, smallest first. Asked after the notary has been: what a
   * relay at work adds meanwhile is then there too, and not taken for something it has forgotten.
   */
  readonly remembered: () => { readonly size: number; readonly own: readonly StoredCheckpoint[] }
  /** What the notary called itself when the relay was set up. */
  readonly identity: string
  /** How long it is waited for; for ever, if nothing is said. */
  readonly patience?: Patience
}

/** Milliseconds that a notary is waited for: for each answer, and for all of them. */
export interface Patience {
  readonly each?: number
  readonly all?: number
}

/**
 * A start waits for its notary so long: a share that answers at all does so within seconds, and files do not wait. What
 * it could not say by then it is asked again, as strictly and for as long as it takes, before anything is signed.
 */
export const START_PATIENCE: Patience = { all: 20_000 }
/** Who verifies waits for all that there is, as long as there are answers; a folder of a million names takes its time. */
export const VERIFY_PATIENCE: Patience = { each: 120_000 }

/** Checkpoints compared byte by byte with the notary's, the latest: each is a request. */
const COMPARED_MAX = 10_000
/** Checkpoints a relay at work gives while its notary is being asked, and more: two a second. */
const GIVEN_MEANWHILE_MAX = 1_000
/** Trails that are not here: a record has no room for more. */
const OTHERS_MAX = 200
/** Findings of one code that are given one by one. */
const GIVEN_MAX = 20

/**
 * Asks the notary, once, for everything that it holds of a trail. Never throws for what the notary does: one that
 * cannot be asked, or not to the end, is a finding, beside what was found until then.
 */
export async function askNotary(notary: Notary, options: AskOptions): Promise<NotaryView> {
  const view = new View(options)
  try {
    await view.ask(notary)
  } catch (error) {
    if (!(error instanceof NotaryUnreachable)) throw error
    view.add({ code: 'notary-unreachable', expected: notary.place, found: error.message })
  }
  return view
}

class View implements NotaryView {
  readonly findings: NotaryFinding[] = []
  readonly strangers: { readonly size: number; readonly note: Uint8Array }[] = []
  notarised: Checkpoint | undefined
  readonly others: string[] = []
  readonly #options: AskOptions
  readonly #since = performance.now()

  constructor(options: AskOptions) {
    this.#options = options
  }

  /**
   * The latest first: a trail that was set back or forked shows there, and is seen also where there is no time for all.
   */
  async ask(notary: Notary): Promise<void> {
    const { trail, remembered, identity, known } = this.#options
    const is = await this.#wait(notary.identity())
    if (is !== identity) this.add({ code: 'notary-replaced', expected: `the notary ${identity}`, found: is })
    if (known !== undefined) await this.#lookForOthers(notary, known)
    const sizes = await this.#wait(allOf(notary.list(trail.origin)))
    const { size: records, own } = remembered()
    const compared = new Map(own.slice(-COMPARED_MAX).map((one) => [one.size, one]))
    const sizesOwn = new Set(own.map(({ size }) => size))
    const held = new Set(sizes)
    for (const size of sizes.toReversed()) {
      if (sizesOwn.has(size) && !compared.has(size)) continue
      const note = await this.#wait(notary.get(trail.origin, size))
      if (note === undefined) held.delete(size)
      else this.#look(size, note, compared.get(size), records)
    }
    const lost = await this.#stillLost(
      notary,
      own.filter(({ size, notarised }) => notarised !== null && !held.has(size)),
    )
    const [first, last] = [lost[0], lost.at(-1)]
    if (first !== undefined && last !== undefined) {
      const expected = `${lost.length} checkpoints, of ${first.size} to ${last.size} records`
      this.add({ code: 'notary-lost', expected, found: 'none of them', size: last.size })
    }
  }

  /** Whose name begins as that of all this relay's trails: a notary may have those of others, too. */
  async #lookForOthers(notary: Notary, known: ReadonlySet<string>): Promise<void> {
    const hashes = new Set([...known].map((origin) => createHash('sha256').update(origin).digest('hex')))
    const held = await this.#wait(notary.originHashes())
    if (held.every((hash) => hashes.has(hash))) return
    const { origin } = this.#options.trail
    const ours = origin.slice(0, origin.lastIndexOf('/') + 1)
    for (const found of await this.#wait(notary.origins())) {
      if (known.has(found) || !found.startsWith(ours) || this.others.length >= OTHERS_MAX) continue
      this.others.push(found)
      this.add({ code: 'notary-other-trail', expected: 'the trails that are here', found })
    }
  }

  #look(size: number, note: Uint8Array, own: StoredCheckpoint | undefined, records: number): void {
    const checkpoint = signedAtAll(this.#options.trail, note)
    if (checkpoint === undefined) return this.#foreign(size, records)
    if (checkpoint.size !== size) return this.#misplaced(size, checkpoint, note, records)
    this.notarised ??= checkpoint
    if (size > records) return this.#ahead(size, records)
    if (own === undefined) this.strangers.push({ size, note })
    else if (!equalBytes(own.note, note)) {
      const expected = `the checkpoint of ${size} records as signed here`
      return this.add({ code: 'notary-differs', expected, found: 'another note under the same name', size })
    }
  }

  /**
   * A checkpoint under another's name. Whoever put it there could have removed it as well; but what this trail has
   * signed it must contain, wherever that is found.
   */
  #misplaced(size: number, checkpoint: Checkpoint, note: Uint8Array, records: number): void {
    this.#foreign(size, records)
    if (checkpoint.size > records) this.#ahead(checkpoint.size, records)
    else this.strangers.push({ size: checkpoint.size, note })
  }

  #ahead(size: number, records: number): void {
    this.add({ code: 'notary-ahead', expected: `at least ${size} records`, found: `${records}`, size })
  }

  #foreign(size: number, records: number): void {
    const { trail } = this.#options
    const code = size > records ? 'notary-obscured' : 'notary-foreign'
    const expected = `a checkpoint of ${trail.origin}`
    this.add({ code, expected, found: `other content at size ${size}`, size })
  }

  /** Those not in the list may have been given since it was made: a few are asked for again. */
  async #stillLost(
    notary: Notary,
    missing: readonly StoredCheckpoint[],
  ): Promise<readonly StoredCheckpoint[]> {
    if (missing.length > GIVEN_MEANWHILE_MAX) return missing
    const { origin } = this.#options.trail
    const lost: StoredCheckpoint[] = []
    for (const one of missing)
      if ((await this.#wait(notary.get(origin, one.size))) === undefined) lost.push(one)
    return lost
  }

  /**
   * The answer, if it comes in time. If not, nothing more is asked; the call itself goes on, since none can be taken
   * back, and what it answers then is nobody's concern.
   */
  async #wait<T>(answer: Promise<T>): Promise<T> {
    const { each = Infinity, all = Infinity } = this.#options.patience ?? {}
    const milliseconds = Math.min(each, this.#since + all - performance.now())
    if (milliseconds === Infinity) return answer
    const inTime = await within(answer, milliseconds)
    if (inTime === LATE)
      throw new NotaryUnreachable(`it did not answer within ${Math.min(each, all) / 1_000} seconds`)
    return inTime
  }

  add(finding: NotaryFinding): void {
    const before = this.findings.filter(({ code }) => code === finding.code)
    if (before.length < GIVEN_MAX) this.findings.push(finding)
  }
}

async function allOf(sizes: AsyncIterable<number>): Promise<number[]> {
  const all: number[] = []
  for await (const size of sizes) all.push(size)
  return all
}

/** A checkpoint of this trail with its signature, of whatever size, undefined if the note is anything else. */
export function signedAtAll(trail: StoredTrail, note: Uint8Array): Checkpoint | undefined {
  try {
    const checkpoint = parseCheckpoint(note)
    if (checkpoint.origin !== trail.origin) return undefined
    return checkNote(checkpoint.note, parseVkey(trail.vkey)) === 'good' ? checkpoint : undefined
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}
