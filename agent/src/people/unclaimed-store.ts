import type {
  ClaimantBook,
  Maker,
  Place,
  RefusedCapture,
  UnclaimedCaptures,
} from '@compliance-relay/shared/relay'
import { hex, leafHash } from '@compliance-relay/shared/trail'
import type { TrailStore } from '../sqlite/trail-store.ts'
import type { UnitStore } from '../sqlite/unit-store.ts'
import { type UnclaimedPage, unclaimedCaptures } from '../unclaimed.ts'
import type { ClaimBook } from './claim-book.ts'

/** Captures that nobody answers for, of all trails of the data folder. */
export class UnclaimedStore implements UnclaimedCaptures {
  readonly #store: TrailStore
  readonly #units: UnitStore
  /** Claims in the trail that is written to, as they were verified, and all, as they are found. */
  readonly #claimants: ClaimantBook
  readonly #claims: ClaimBook

  constructor(
    store: TrailStore,
    units: UnitStore,
    { claimants, claims }: { readonly claimants: ClaimantBook; readonly claims: ClaimBook },
  ) {
    this.#store = store
    this.#units = units
    this.#claimants = claimants
    this.#claims = claims
  }

  list(page: UnclaimedPage): ReturnType<UnclaimedCaptures['list']> {
    const stores = { store: this.#store, units: this.#units, claims: this.#claims }
    const found = unclaimedCaptures(stores, page)
    return (
      found && { ...found, unclaimed: found.unclaimed.map((one) => ({ ...one, trail: one.trail ?? '' })) }
    )
  }

  refusal({ trail, seq }: Place): RefusedCapture | undefined {
    const known = this.#store.trails().find(({ origin }) => origin === trail)
    const { line, record } = (known && this.#store.entry(known.id, seq)) ?? {}
    if (line === undefined || record?.kind !== 'capture.refused') return undefined
    const { watch, path, project, sha256, manifest } = record.body
    const digest = sha256 ?? manifest
    if (typeof watch !== 'string' || typeof path !== 'string' || typeof digest !== 'string') return undefined
    return {
      trail,
      seq,
      leaf: hex(leafHash(line)),
      watch,
      path,
      project: typeof project === 'string' ? project : undefined,
      digest,
      isSet: sha256 === undefined,
    }
  }

  isClaimed({ trail, seq }: Place): boolean {
    return this.#claims.has(trail, seq) || this.#claimants.get(trail, seq) !== undefined
  }

  claimed({ trail, seq }: Place, by: Maker): void {
    this.#claims.add(trail, seq, by)
  }
}
