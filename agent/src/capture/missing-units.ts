import type { StoredUnit } from '../sqlite/unit-store.ts'
import type { Folder } from './folder-tree.ts'
import type { Names } from './names.ts'
import { goneOutcome, type OutcomeContext } from './outcome.ts'
import { keyOf, type Late } from './pending.ts'
import type { Recorder } from './recorder.ts'

export interface MissingUnitsOptions {
  readonly context: OutcomeContext
  readonly recorder: Recorder
  readonly names: Names
  readonly now: () => number
  readonly wall: () => number
  /** Scan these names of a folder again after so many milliseconds. */
  readonly lookAgain: (folder: Folder, milliseconds: number) => void
  /** True if the watched folder of a folder is there, and is the one it was. */
  readonly isRootThere: (folder: Folder) => boolean
}

interface Missing {
  readonly folder: number
  readonly watch: string
  readonly since: number
  readonly seen: number
  readonly late: Late | undefined
}

/**
 * Units that are known and not found any more. One look proves nothing, for a rename shows first as a name that
 * is gone: two scans that could read the folder, a quiet window apart, do.
 */
export class MissingUnits {
  readonly #options: MissingUnitsOptions
  readonly #missing = new Map<string, Missing>()
  /** Said, and not yet durable. */
  readonly #said = new Set<string>()
  /** Watched folders that are others than they were: what is not found there is put aside, not called deleted. */
  readonly #replaced = new Set<string>()

  constructor(options: MissingUnitsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#missing.size
  }

  /** It is there, or under another name: nothing of this name is missing. */
  found(folder: number, name: string): void {
    this.#missing.delete(`${folder}/${name}`)
  }

  /** It has been said to be gone, and that is not durable yet. */
  isEnding(folder: number, name: string): boolean {
    return this.#said.has(`${folder}/${name}`)
  }

  /** Not found by a scan that could read the folder. */
  missed(folder: Folder, name: string, known: StoredUnit, late: Late | undefined): void {
    const key = keyOf(folder, name)
    if (known.state === 'absent' || this.#said.has(key)) return
    const { context, recorder, names, now, wall, lookAgain, isRootThere } = this.#options
    if (this.#replaced.has(folder.watch)) {
      recorder.add({ apply: () => context.units.setState(folder.id, name, 'absent') })
      return
    }
    const quiet = 1_000 * context.watchOf(folder).quietSeconds
    const missing = this.#missing.get(key)
    if (missing === undefined)
      this.#missing.set(key, { folder: folder.id, watch: folder.watch, since: now(), seen: wall(), late })
    else if (!isRootThere(folder)) this.#missing.delete(key)
    else if (now() - missing.since >= quiet && !names.isClaimed(folder.id, name)) {
      this.#missing.delete(key)
      this.#said.add(key)
      const item = goneOutcome(context, folder, known, missing.late, missing.seen)
      recorder.add({ ...item, done: () => this.#said.delete(key) })
    }
    lookAgain(folder, quiet + 100)
  }

  /** What was known in a folder is part of a data set from now on: nothing in it is missing by itself. */
  forgetIn(folder: number): void {
    for (const [key, missing] of this.#missing) if (missing.folder === folder) this.#missing.delete(key)
  }

  setReplaced(watch: string, replaced: boolean): void {
    if (replaced) this.#replaced.add(watch)
    else this.#replaced.delete(watch)
  }

  /** A watch has been ended: what was missing in it is not asked for any more. */
  forgetWatch(watch: string): void {
    for (const [key, missing] of this.#missing) if (missing.watch === watch) this.#missing.delete(key)
  }
}
