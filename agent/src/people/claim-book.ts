import type { Maker } from '@compliance-relay/shared/relay'
import { refusalIn, type TrailRecord } from '@compliance-relay/shared/trail'
import type { TrailStore } from '../sqlite/trail-store.ts'
import { readSoundRecordIn } from '../written-lines.ts'

/** Which refusals somebody answers for, and who, of all trails of a data folder, as their records have it. */
export class ClaimBook {
  readonly #claimed = new Map<string, Maker>()
  readonly #known: readonly TrailRecord[]

  /** `known`: claims that were read with the lines around them, and stay, whatever the columns or these lines say later. */
  constructor(store: TrailStore, known: Iterable<TrailRecord> = []) {
    this.#known = [...known]
    this.load(store)
  }

  /** Reads all of it anew. */
  load(store: TrailStore): void {
    this.#claimed.clear()
    for (const { trail, seq } of store.claims()) this.#take(readSoundRecordIn(store, trail, seq))
    for (const claim of this.#known) this.#take(claim)
  }

  #take(claim: TrailRecord | undefined): void {
    const refusal = claim && refusalIn(claim)
    if (claim !== undefined && refusal !== undefined) this.add(refusal.trail, refusal.seq, claim.actor)
  }

  get size(): number {
    return this.#claimed.size
  }

  add(trail: string, seq: number, { id, name }: Maker): void {
    this.#claimed.set(`${trail} ${seq}`, { id, name })
  }

  claimant(trail: string, seq: number): Maker | undefined {
    return this.#claimed.get(`${trail} ${seq}`)
  }

  /** How many of them are so. */
  count(is: (trail: string, seq: number) => boolean): number {
    let count = 0
    for (const one of this.#claimed.keys()) {
      const at = one.lastIndexOf(' ')
      if (is(one.slice(0, at), Number(one.slice(at + 1)))) count++
    }
    return count
  }

  has(trail: string, seq: number): boolean {
    return this.#claimed.has(`${trail} ${seq}`)
  }
}
