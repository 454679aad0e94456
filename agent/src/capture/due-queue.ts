const SLOT_MILLISECONDS = 50

/** Things that are due at some time, each at most once. Times are monotonic milliseconds. */
export class DueQueue<Thing> {
  readonly #slots = new Map<number, Set<Thing>>()
  readonly #slotOf = new Map<Thing, number>()
  #next = 0

  get size(): number {
    return this.#slotOf.size
  }

  has(thing: Thing): boolean {
    return this.#slotOf.has(thing)
  }

  /** Sets when a thing is due, whatever was set before. Never earlier than the next slot to be taken. */
  set(thing: Thing, due: number): void {
    this.delete(thing)
    const slot = Math.max(this.#next, Math.ceil(due / SLOT_MILLISECONDS))
    const set = this.#slots.get(slot)
    if (set === undefined) this.#slots.set(slot, new Set([thing]))
    else set.add(thing)
    this.#slotOf.set(thing, slot)
  }

  delete(thing: Thing): void {
    const slot = this.#slotOf.get(thing)
    if (slot === undefined) return
    this.#slotOf.delete(thing)
    const set = this.#slots.get(slot)
    set?.delete(thing)
    if (set?.size === 0) this.#slots.delete(slot)
  }

  /** Takes out what is due by now, at most `limit` things, the longest due first. */
  take(now: number, limit: number): Thing[] {
    const taken: Thing[] = []
    const until = Math.floor(now / SLOT_MILLISECONDS)
    if (this.#slots.size === 0) this.#next = until
    for (; this.#next <= until && taken.length < limit; ) {
      const set = this.#slots.get(this.#next)
      for (const thing of set ?? []) {
        if (taken.length === limit) return taken
        this.delete(thing)
        taken.push(thing)
      }
      this.#next++
    }
    return taken
  }

  *[Symbol.iterator](): Generator<Thing> {
    yield* this.#slotOf.keys()
  }
}
