import { type ClaimantBook, type Makers, makersOf, type SignedTrail } from '@compliance-relay/shared/relay'
import {
  type Body,
  contentDigestOf,
  type Hash,
  leafHash,
  type TrailRecord,
} from '@compliance-relay/shared/trail'
import { claimOf, refusalOf } from '../answered.ts'
import { signedAtAll } from '../ask-notary.ts'
import { pathIn } from '../capture/live-units.ts'
import { placeOf } from '../capture/state-check.ts'
import { readRecordIn, type StoredTrail, type TrailStore } from '../sqlite/trail-store.ts'
import type { UnitStore } from '../sqlite/unit-store.ts'
import type { ClaimBook } from './claim-book.ts'

/** Who captured one content, in all trails: more than a lab has people. */
const ACTORS_MAX = 1_000
/** How often a file is followed from name to name, and how many records are looked at for each. */
const NAMES_MAX = 100
const LOOKED_AT_MAX = 1_000

export interface MakersOptions {
  readonly claimants: ClaimantBook
  readonly claims: ClaimBook
  /** What a person enrolled for an account of the machine is called now; undefined if there is none. */
  readonly nameNow: (account: string) => string | undefined
  /** A trail that was left is not believed: whatever is signed may have stood in it first. */
  readonly isDoubted: boolean
}

/**
 * What e-signatures are held against: the records of the trail written to, and the checkpoints that were signed of it.
 * `store` reads as `WrittenLines` does, which throws where a line is not the relay's.
 */
export class SignedRecords implements SignedTrail {
  readonly trail: string
  readonly #id: number
  readonly #stored: StoredTrail
  readonly #store: TrailStore
  readonly #units: UnitStore
  /** Claims in this trail, as they were verified, and those in the trails before. */
  readonly #claimants: ClaimantBook
  readonly #claims: ClaimBook
  readonly #nameNow: (account: string) => string | undefined
  readonly #isDoubted: boolean

  constructor(
    store: TrailStore,
    units: UnitStore,
    trail: StoredTrail,
    { claimants, claims, nameNow, isDoubted }: MakersOptions,
  ) {
    this.trail = trail.origin
    this.#id = trail.id
    this.#stored = trail
    this.#store = store
    this.#units = units
    this.#claimants = claimants
    this.#claims = claims
    this.#nameNow = nameNow
    this.#isDoubted = isDoubted
  }

  get size(): number {
    return this.#store.size(this.#id)
  }

  leaf(seq: number): Hash | undefined {
    const line = this.#store.line(this.#id, seq)
    return line && leafHash(line)
  }

  /** By its signature: which checkpoints there are, the database only says where to look for. */
  root(size: number): Hash | undefined {
    const kept = this.#store.checkpoint(this.#id, size)
    const checkpoint = kept && signedAtAll(this.#stored, kept.note)
    return checkpoint?.size === size ? checkpoint.root : undefined
  }

  timeAt(size: number): string | undefined {
    return readRecordIn(this.#store, this.#id, size - 1)?.time
  }

  /**
   * By the capture state, which start-up holds against the records: a path's newest record is its unit's. If that is a
   * refusal which somebody answers for, their claim is the newest word on that version. What is not there any more
   * under its name is looked for under the name it was given since.
   */
  newest(seq: number): number | undefined {
    const record = readRecordIn(this.#store, this.#id, seq)
    const body = record && (refusalOf(this.#store, record) ?? record).body
    const watch = body?.['watch']
    let path = pathIn(body)
    for (let names = 0; typeof watch === 'string' && path !== undefined && names < NAMES_MAX; names++) {
      const newest = this.#newestAt(watch, path)
      if (newest !== undefined) return newest
      path = pathIn(this.#renamedFrom(watch, path)?.body)
    }
    return undefined
  }

  claimOf(seq: number): number | undefined {
    const record = readRecordIn(this.#store, this.#id, seq)
    const claim = record && claimOf(this.#store, record)
    return claim?.trail === this.trail ? claim.seq : undefined
  }

  #newestAt(watch: string, path: string): number | undefined {
    const place = placeOf(this.#units, watch, path, false)
    const unit = place && this.#units.unit(place.folder, place.name)
    const last = unit && readRecordIn(this.#store, unit.trail, unit.seq)
    const claim = last && claimOf(this.#store, last)
    if (claim?.trail === this.trail) return claim.seq
    return unit?.trail === this.#id ? unit.seq : undefined
  }

  /** The record by which what was last called so was given another name. */
  #renamedFrom(watch: string, path: string): TrailRecord | undefined {
    const last = this.#store
      .withPath(this.#id, path, LOOKED_AT_MAX)
      .map((seq) => readRecordIn(this.#store, this.#id, seq))
      .find((one) => one?.body['watch'] === watch && pathIn(one.body) === path)
    const digest = last && contentDigestOf(last)
    if (last === undefined || digest === undefined) return undefined
    const same = this.#store.withDigest(this.#id, digest, LOOKED_AT_MAX)
    return same.findLast(
      ({ kind, seq, body }) =>
        /\.renamed$/.test(kind) &&
        seq > last.seq &&
        body['watch'] === watch &&
        pathIn(body['from'] as Body | undefined) === path,
    )
  }

  makers(seqs: readonly number[]): Makers | undefined {
    const trails = this.#store.trails()
    let isInDoubt = this.#isDoubted
    const placeOfTrail = (origin: string) => trails.findIndex((one) => one.origin === origin)
    const persons = makersOf(
      seqs.map((seq) => ({ trail: this.trail, seq })),
      {
        recordAt: ({ trail, seq }) => {
          const known = trails[placeOfTrail(trail)]
          const record = known && readRecordIn(this.#store, known.id, seq)
          // It is named, and not there, or cannot be told from what somebody else put there.
          if (known !== undefined && record === undefined) isInDoubt = true
          return record
        },
        trailsBefore: (trail) =>
          trails
            .slice(0, Math.max(0, placeOfTrail(trail)))
            .map(({ origin }) => origin)
            .reverse(),
        firstOfContent: (digest) => {
          const places = this.#store.firstOfContent(digest, ACTORS_MAX + 1)
          if (places.length > ACTORS_MAX) return undefined
          const origins = new Map(trails.map(({ id, origin }) => [id, origin]))
          return places.map(({ trail, seq }) => ({ trail: origins.get(trail) ?? '', seq }))
        },
        claimantOf: ({ trail, seq }) => this.#claimants.get(trail, seq) ?? this.#claims.claimant(trail, seq),
      },
    )
    // Records keep the name that a person had: a slip in it, or the account's own name, would else be somebody else.
    const renamed = persons?.flatMap(({ id, name }) => {
      const now = this.#nameNow(id)
      return now === undefined || now === name ? [] : [{ id, name: now }]
    })
    return persons && { persons: [...persons, ...(renamed ?? [])], isInDoubt }
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
