import type { SignedTrail } from '@compliance-relay/shared/relay'
import { type Hash, leafHash, parseCheckpoint } from '@compliance-relay/shared/trail'
import { readRecordIn, type StoredTrail, type TrailStore } from '../sqlite/trail-store.ts'

/** What e-signatures are held against: the records of the trail written to, and the checkpoints that were signed of it. */
export class SignedRecords implements SignedTrail {
  readonly trail: string
  readonly #id: number
  readonly #store: TrailStore

  constructor(store: TrailStore, { id, origin }: StoredTrail) {
    this.trail = origin
    this.#id = id
    this.#store = store
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

  subject(seq: number): ReturnType<SignedTrail['subject']> {
    const record = readRecordIn(this.#store, this.#id, seq)
    if (record === undefined) return undefined
    const { kind, actor } = record
    return { kind, persons: actor.via === 'relay' ? [] : [actor.id] }
  }
}
