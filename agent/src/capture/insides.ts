import type { Pending } from './pending.ts'
import { fileIdOfStamp, identityOfStamp } from './stamp.ts'
import type { SetWalk } from './walk-set.ts'

/** What lies in the data sets on their way: files and folders that were units by themselves may have been moved there. */
export class Insides {
  /** Taken from a walk once, and only if it is asked for. */
  readonly #ids = new WeakMap<SetWalk, ReadonlySet<string>>()

  /** True if the data set has this very file, or the folder of this data set, in it. */
  holds({ kind, walk }: Pending, { kind: what, folder, sample }: Pending): boolean {
    if (kind !== 'set' || walk === undefined) return false
    return this.#idsOf(walk).has(what === 'set' ? folder.fileId : identityOfStamp(sample))
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
