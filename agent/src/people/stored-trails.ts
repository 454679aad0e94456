import type { ListedTrail, StoredTrails } from '@compliance-relay/shared/relay'
import type { StoredTrail, TrailStore } from '../sqlite/trail-store.ts'
import { trailBefore } from '../trail-before.ts'

/** The trails of a data folder, to be read. Which there are does not change while one of them is written to. */
export class FolderTrails implements StoredTrails {
  readonly #store: TrailStore
  readonly #written: StoredTrail
  readonly #doubted: ReadonlySet<string>
  #listed: readonly ListedTrail[] | undefined
  readonly #ids = new Map<string, number>()

  /**
   * `store`: on a connection that reads what is stored, not what is meant, and as `WrittenLines` does. `doubted`: origins
   * of which nothing is given out.
   */
  constructor(store: TrailStore, written: StoredTrail, doubted: ReadonlySet<string>) {
    this.#doubted = doubted
    this.#store = store
    this.#written = written
  }

  list(): readonly ListedTrail[] {
    this.#listed ??= this.#store.trails().map((trail) => ({
      origin: trail.origin,
      vkey: trail.vkey,
      isWritten: trail.id === this.#written.id,
      before: trailBefore(this.#store, trail)?.trail ?? null,
    }))
    return this.#listed
  }

  checkpoint(origin: string): Uint8Array | undefined {
    return this.#doubted.has(origin) ? undefined : this.#store.lastCheckpointWithin(this.#id(origin))?.note
  }

  lines(origin: string, from: number, until: number): ReturnType<StoredTrails['lines']> {
    return [...this.#store.lines(this.#id(origin), from, until)]
  }

  #id(origin: string): number {
    const known = this.#ids.get(origin)
    if (known !== undefined) return known
    const id = this.#store.trails().find((one) => one.origin === origin)?.id
    if (id === undefined) throw new Error('a trail that was listed is not there')
    this.#ids.set(origin, id)
    return id
  }
}
