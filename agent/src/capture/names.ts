import type { StoredUnit, UnitStore } from '../sqlite/unit-store.ts'
import type { Folder, FolderTree } from './folder-tree.ts'
import { look } from './listing.ts'
import type { Pending } from './pending.ts'
import { fileIdOfStamp, identityOfStamp } from './stamp.ts'

/**
 * Who was called what: files keep their id when they are renamed, and ids are used again when files are gone.
 * So an id only says where to look; size, time of writing and in the end the digest must agree.
 */
export class Names {
  readonly #tree: FolderTree
  readonly #units: UnitStore
  readonly #pending = new Map<string, Pending>()
  /** Units that a pending one may be under a new name: not to be called deleted meanwhile. */
  readonly #claimed = new Map<string, Pending>()

  constructor(tree: FolderTree, units: UnitStore) {
    this.#tree = tree
    this.#units = units
  }

  add(pending: Pending, fileId: string): void {
    this.#pending.set(fileId, pending)
    const { formerly } = pending
    if (formerly !== undefined) this.#claimed.set(`${formerly.folder}/${formerly.name}`, pending)
  }

  remove(pending: Pending, fileId: string): void {
    if (this.#pending.get(fileId) === pending) this.#pending.delete(fileId)
    const { formerly } = pending
    if (formerly !== undefined) this.#claimed.delete(`${formerly.folder}/${formerly.name}`)
  }

  /** True while something on its way may be this unit under a new name. */
  isClaimed(folder: number, name: string): boolean {
    return this.#claimed.has(`${folder}/${name}`)
  }

  /** The recorded unit that a new one may have been before: same id, same watch, and its old place is empty. */
  formerOf(fileId: string, kind: 'file' | 'set', watch: string): StoredUnit | undefined {
    return this.#units.withFileId(fileId).find((unit) => {
      const folder = this.#tree.withId(unit.folder)
      if (unit.kind !== kind || unit.state === 'failed' || folder?.watch !== watch) return false
      if (this.isClaimed(unit.folder, unit.name)) return false
      return isGone(folder.pathOf(unit.name), fileId)
    })
  }

  /** True if a data set's folder that vanished before it was recorded stands somewhere else now. */
  hasFolder({ fileId }: Folder): boolean {
    return this.#pending.has(fileId) || this.#units.withFileId(fileId).length > 0
  }

  /** True if a file that vanished before it was recorded stands somewhere else now. */
  hasNewName(vanished: Pending): boolean {
    const fileId = fileIdOfStamp(vanished.sample)
    const identity = identityOfStamp(vanished.sample)
    const other = this.#pending.get(fileId)
    if (other !== undefined && other !== vanished && identityOfStamp(other.sample) === identity) return true
    return this.#units.withFileId(fileId).some(({ stamp }) => identityOfStamp(stamp) === identity)
  }
}

function isGone(path: string, fileId: string): boolean {
  try {
    const stat = look(path)
    return stat === undefined || `${stat.dev}:${stat.ino}` !== fileId
  } catch {
    return false
  }
}
