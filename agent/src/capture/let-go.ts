import type { Folder } from './folder-tree.ts'
import type { Late } from './pending.ts'

/**
 * Folders that were taken for data sets in the making, and turned out to be none before anything of them was recorded:
 * their files are each for themselves again.
 */
export class LetGo {
  /** What the first scan said of a folder while it was taken for one. */
  readonly #late = new WeakMap<Folder, Late>()
  /** The state in which it was let go, as its walk has it. */
  readonly #states = new WeakMap<Folder, string>()

  taken(folder: Folder, late: Late | undefined): void {
    if (late !== undefined) this.#late.set(folder, late)
  }

  /** Lets it go. False if that was done in this very state already: then names and walk disagree about it. */
  add(folder: Folder, state: string): boolean {
    if (this.#states.get(folder) === state) return false
    this.#states.set(folder, state)
    return true
  }

  /** How late what lies in the folder may be: it was found by the scan that found the folder. */
  lateOf(folder: Folder): Late | undefined {
    for (let one: Folder | undefined = folder; one !== undefined; one = one.parent) {
      const late = this.#states.has(one) ? this.#late.get(one) : undefined
      if (late !== undefined) return late
    }
    return undefined
  }
}
