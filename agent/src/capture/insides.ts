import type { Pending } from './pending.ts'
import { fileIdOfStamp, identityOfStamp } from './stamp.ts'
import type { SetWalk } from './walk-set.ts'

/** What lies in the data sets on their way: files and folders that were units by themselves may have been moved there. */
export class Insides {
  /** Taken from a walk once, and only if it is asked for. */
  readonly #ids = new WeakMap<SetWalk, ReadonlySet<string>>()

  /** True if the data set has this very file in it, or of another data set the folder or all files. */
  holds(set: Pending, other: Pending): boolean {
    if (set === other || set.kind !== 'set' || set.walk === undefined) return false
    if (other.kind === 'set' && this.#idsOf(set.walk).has(other.folder.fileId)) return true
    return filesOf(other).every((stamp) => this.holdsFile(set, stamp))
  }

  holdsFile({ kind, walk }: Pending, stamp: string): boolean {
    return kind === 'set' && walk !== undefined && this.#idsOf(walk).has(identityOfStamp(stamp))
  }

  #idsOf(walk: SetWalk): ReadonlySet<string> {
    let ids = this.#ids.get(walk)
    if (ids === undefined) {
      // Its own folder comes first, and is not in itself.
      const folders = walk.folders.slice(1).map(({ stamp }) => fileIdOfStamp(stamp))
      ids = new Set([...folders, ...walk.files.map(({ stamp }) => identityOfStamp(stamp))])
      this.#ids.set(walk, ids)
    }
    return ids
  }
}

/** The stamps of a unit's files, as it was last seen. */
export function filesOf({ kind, sample, walk }: Pending): readonly string[] {
  return kind === 'file' ? [sample] : (walk?.files ?? []).map(({ stamp }) => stamp)
}
