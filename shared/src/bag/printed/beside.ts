import {
  changeIn,
  type FoldedSignature,
  hex,
  isSignable,
  leafHash,
  namedBefore,
  refusalIn,
  type Subject,
  subjectsOf,
  type TrailRecord,
} from '../../trail/index.ts'
import { type Claim, ClaimsInBag } from '../claims-in-bag.ts'
import { type LaterVersion, LaterVersions } from '../later-versions.ts'
import { TimesOfTrails } from '../record-times.ts'
import { type ExportState, SignatureStates } from '../signature-states.ts'
import { SignaturesInBag } from '../signatures-in-bag.ts'
import { VersionsBefore } from '../versions-before.ts'
import type { ReadRecord } from './records-of.ts'

/** A record that was signed. */
export interface SignedRecord {
  readonly path: string
  /** The next versions of the same file or data set. */
  readonly after: readonly LaterVersion[]
}

type Version = Parameters<LaterVersions['take']>[0]

/**
 * What of a record stands in others, from two passes over the records of a bag: a statement and a claim name records that
 * stand before them, and what becomes of those stands anywhere after. Memory goes by what was signed and claimed.
 */
export class Beside {
  readonly signatures = new SignaturesInBag()
  readonly versions: LaterVersions
  readonly #before: VersionsBefore
  readonly #claims = new ClaimsInBag()
  /** By trail. */
  readonly #states = new Map<string, SignatureStates>()
  readonly #times = new TimesOfTrails()
  /** Places of what was signed or claimed, in whichever trail: of those the next version is looked for. */
  readonly #seqs = new Set<number>()
  readonly #signed = new Map<string, Version | undefined>()
  /** Claims whose refusal is in the bag. */
  readonly #told = new Set<string>()

  /** `trails`: the older before the newer. */
  constructor(trails: readonly string[]) {
    this.versions = new LaterVersions(trails)
    this.#before = new VersionsBefore(trails)
  }

  /** First pass. */
  take({ record }: ReadRecord): void {
    const { trail } = record
    const times = this.#times.of(trail)
    times.take(record)
    this.#before.take(record)
    let states = this.#states.get(trail)
    if (states === undefined) {
      states = new SignatureStates()
      this.#states.set(trail, states)
    }
    states.take(record)
    if (record.kind === 'signature.refused')
      for (const subject of subjectsOf(record)) this.#signed.set(placeOf(subject), undefined)
    this.#claims.take(record)
    const refusal = refusalIn(record)
    if (refusal !== undefined) this.#seqs.add(refusal.seq)
    const { length } = this.signatures.list
    this.signatures.take({ record, signs: true, timeBelow: (size) => times.below(size) })
    for (const { fold } of this.signatures.list.slice(length))
      for (const seq of fold.seqs) {
        this.#seqs.add(seq)
        this.#signed.set(placeOf({ trail, seq }), undefined)
      }
  }

  /** Second pass, over the same records. */
  look(read: ReadRecord): void {
    const { record } = read
    if (this.#signed.has(placeOf(record))) this.#signed.set(placeOf(record), kept(record))
    const before = namedBefore(record)
    if (before !== undefined && this.#seqs.has(before.seq)) {
      this.versions.take(record)
      // Under its new name it is still what was signed.
      if (changeIn(record) === 'renamed') this.#seqs.add(record.seq)
    }
    this.#before.look(record)
    const claim = this.claimOf(read)
    if (claim !== undefined) this.#told.add(placeOf(claim))
  }

  /** Undefined if the bag has not that record. */
  signed(place: Subject): SignedRecord | undefined {
    const record = this.#signed.get(placeOf(place))
    if (record === undefined) return undefined
    const { path } = record.body
    return { path: typeof path === 'string' ? path : record.kind, after: this.versions.after(record) }
  }

  /** What its signatures come to; none of a record that can not be signed. */
  statesOf(record: TrailRecord): readonly ExportState[] {
    return this.#states.get(record.trail)?.ofRecord(record) ?? []
  }

  /** Its signatures that count, with those that were withdrawn; none of a record that can not be signed. */
  signaturesOn(record: TrailRecord): readonly Pick<FoldedSignature, 'withdrawn'>[] {
    return isSignable(record.kind) ? (this.#states.get(record.trail)?.on(record.seq) ?? []) : []
  }

  /** Which record a version names as the one before, in words; undefined where it names none. */
  beforeText(record: TrailRecord): string | undefined {
    return this.#before.text(record)
  }

  /** By which somebody answers for a refusal. */
  claimOf({ record, line }: ReadRecord): Claim | undefined {
    return record.kind === 'capture.refused' ? this.#claims.of(record, hex(leafHash(line))) : undefined
  }

  /** Whether a claim is told with the refusal that it answers for. */
  isTold(record: TrailRecord): boolean {
    return this.#told.has(placeOf(record))
  }
}

/** Not its list of files. */
function kept({ trail, seq, kind, body }: TrailRecord): Version {
  const names = ['path', 'pathRaw', 'sha256', 'manifest', 'refusal']
  return {
    trail,
    seq,
    kind,
    body: Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name))),
  }
}

function placeOf({ trail, seq }: Subject): string {
  return `${seq} ${trail}`
}
