import { type ClaimantBook, type Makers, makersOf, type SignedTrail } from '@compliance-relay/shared/relay'
import { type Hash, leafHash, parseCheckpoint } from '@compliance-relay/shared/trail'
import { claimOf, refusalOf } from '../answered.ts'
import { pathIn } from '../capture/live-units.ts'
import { placeOf } from '../capture/state-check.ts'
import { readRecordIn, type StoredTrail, type TrailStore } from '../sqlite/trail-store.ts'
import type { UnitStore } from '../sqlite/unit-store.ts'
import type { ClaimBook } from './claim-book.ts'

/** Who captured one content, in all trails: more than a lab has people. */
const ACTORS_MAX = 1_000

export interface MakersOptions {
  readonly claimants: ClaimantBook
  readonly claims: ClaimBook
  /** A trail that was left is not believed: whatever is signed may have stood in it first. */
  readonly isDoubted: boolean
}

/** What e-signatures are held against: the records of the trail written to, and the checkpoints that were signed of it. */
export class SignedRecords implements SignedTrail {
  readonly trail: string
  readonly #id: number
  readonly #store: TrailStore
  readonly #units: UnitStore
  /** Claims in this trail, as they were verified, and those in the trails before. */
  readonly #claimants: ClaimantBook
  readonly #claims: ClaimBook
  readonly #isDoubted: boolean

  constructor(
    store: TrailStore,
    units: UnitStore,
    { id, origin }: StoredTrail,
    { claimants, claims, isDoubted }: MakersOptions,
  ) {
    this.trail = origin
    this.#id = id
    this.#store = store
    this.#units = units
    this.#claimants = claimants
    this.#claims = claims
    this.#isDoubted = isDoubted
  }

  get size(): number {
    return this.#store.size(this.#id)
  }

  leaf(seq: number): Hash | undefined {
    const line = this.#store.line(this.#id, seq)
    return line && leafHash(line)
  }

  root(size: number): Hash | undefined {
    const stored = this.#store.checkpoint(this.#id, size)
    return stored && parseCheckpoint(stored.note).root
  }

  timeAt(size: number): string | undefined {
    return readRecordIn(this.#store, this.#id, size - 1)?.time
  }

  /**
   * By the capture state, which start-up holds against the records: a path's newest record is its unit's. If that is a
   * refusal which somebody answers for, their claim is the newest word on that version.
   */
  newest(seq: number): number | undefined {
    const record = readRecordIn(this.#store, this.#id, seq)
    const body = record && (refusalOf(this.#store, record) ?? record).body
    const watch = body?.['watch']
    const path = pathIn(body)
    if (typeof watch !== 'string' || path === undefined) return undefined
    const place = placeOf(this.#units, watch, path, false)
    const unit = place && this.#units.unit(place.folder, place.name)
    const last = unit && readRecordIn(this.#store, unit.trail, unit.seq)
    const claim = last && claimOf(this.#store, last)
    if (claim?.trail === this.trail) return claim.seq
    return unit?.trail === this.#id ? unit.seq : undefined
  }

  makers(seqs: readonly number[]): Makers | undefined {
    const trails = this.#store.trails()
    let isInDoubt = this.#isDoubted
    const placeOfTrail = (origin: string) => trails.findIndex((one) => one.origin === origin)
    const ids = makersOf(
      seqs.map((seq) => ({ trail: this.trail, seq })),
      {
        recordAt: ({ trail, seq }) => {
          const known = trails[placeOfTrail(trail)]
          const record = known && readRecordIn(this.#store, known.id, seq)
          // It is there, and cannot be told from what somebody else put there.
          if (known !== undefined && record === undefined && this.#store.line(known.id, seq) !== undefined)
            isInDoubt = true
          return record
        },
        trailsBefore: (trail) =>
          trails
            .slice(0, Math.max(0, placeOfTrail(trail)))
            .map(({ origin }) => origin)
            .reverse(),
        firstOfContent: (digest) => {
          const places = trails.flatMap(({ id, origin }) =>
            this.#store.firstOfContent(id, digest, ACTORS_MAX + 1).map((seq) => ({ trail: origin, seq })),
          )
          return places.length > ACTORS_MAX ? undefined : places
        },
        claimantOf: ({ trail, seq }) => this.#claimants.get(trail, seq) ?? this.#claims.claimant(trail, seq),
      },
    )
    return ids && { ids, isInDoubt }
  }

  subject(seq: number): ReturnType<SignedTrail['subject']> {
    const record = readRecordIn(this.#store, this.#id, seq)
    if (record === undefined) return undefined
    const { kind, body } = record
    const { project, path } = body
    return {
      kind,
      project: typeof project === 'string' ? project : undefined,
      path: typeof path === 'string' ? path : undefined,
    }
  }
}
