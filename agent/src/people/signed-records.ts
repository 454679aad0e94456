import type { SignedTrail } from '@compliance-relay/shared/relay'
import { type Hash, leafHash, parseCheckpoint } from '@compliance-relay/shared/trail'
import { pathIn } from '../capture/live-units.ts'
import { placeOf } from '../capture/state-check.ts'
import { readRecordIn, type StoredTrail, type TrailStore } from '../sqlite/trail-store.ts'
import type { UnitStore } from '../sqlite/unit-store.ts'

/** What e-signatures are held against: the records of the trail written to, and the checkpoints that were signed of it. */
export class SignedRecords implements SignedTrail {
  readonly trail: string
  readonly #id: number
  readonly #store: TrailStore
  readonly #units: UnitStore

  constructor(store: TrailStore, units: UnitStore, { id, origin }: StoredTrail) {
    this.trail = origin
    this.#id = id
    this.#store = store
    this.#units = units
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

  /** By the capture state, which start-up holds against the records: a path's newest record is its unit's. */
  newest(seq: number): number | undefined {
    const body = readRecordIn(this.#store, this.#id, seq)?.body
    const watch = body?.['watch']
    const path = pathIn(body)
    if (typeof watch !== 'string' || path === undefined) return undefined
    const place = placeOf(this.#units, watch, path, false)
    const unit = place && this.#units.unit(place.folder, place.name)
    return unit?.trail === this.#id ? unit.seq : undefined
  }

  subject(seq: number): ReturnType<SignedTrail['subject']> {
    const record = readRecordIn(this.#store, this.#id, seq)
    if (record === undefined) return undefined
    const { kind, actor, body } = record
    const { project, path } = body
    return {
      kind,
      persons: actor.via === 'relay' ? [] : [actor.id],
      project: typeof project === 'string' ? project : undefined,
      path: typeof path === 'string' ? path : undefined,
    }
  }
}
