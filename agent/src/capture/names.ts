import { type StoredUnit, type UnitStore, wasRead } from '../sqlite/unit-store.ts'
import type { Folder, FolderTree } from './folder-tree.ts'
import { look } from './listing.ts'
import type { Pending } from './pending.ts'
import { fileIdOfStamp, identityOfStamp } from './stamp.ts'

/** A unit that is not known under its name. */
export interface NewUnit {
  readonly fileId: string
  readonly kind: 'file' | 'set'
  readonly watch: string
  /** Of a file: a number that was used again is not the same file. */
  readonly identity?: string
}

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
    this.release(pending)
  }

  /** It is not what it may have been. */
  release(pending: Pending): void {
    const { formerly } = pending
    if (formerly === undefined) return
    pending.formerly = undefined
    const key = `${formerly.folder}/${formerly.name}`
    if (this.#claimed.get(key) === pending) this.#claimed.delete(key)
  }

  /** True while something on its way may be this unit under a new name: what has another size by now is not. */
  isClaimed(folder: number, name: string): boolean {
    const pending = this.#claimed.get(`${folder}/${name}`)
    return pending !== undefined && pending.size === pending.formerly?.size
  }

  /**
   * The recorded unit that a new one may have been before: same id, same watch, and its old place is empty. One that
   * is renamed again before it was recorded under its second name has its third from its first.
   */
  formerOf({ fileId, kind, watch, identity }: NewUnit): StoredUnit | undefined {
    const found = this.#units.withFileId(fileId).find((unit) => {
      const folder = this.#tree.withId(unit.folder)
      if (unit.kind !== kind || !wasRead(unit) || folder?.watch !== watch) return false
      if (identity !== undefined && identityOfStamp(unit.stamp) !== identity) return false
      const claiming = this.#claimed.get(`${unit.folder}/${unit.name}`)
      if (claiming !== undefined && !hasMovedOn(claiming, fileId)) return false
      return isGone(folder.pathOf(unit.name), fileId)
    })
    if (found !== undefined) {
      const claiming = this.#claimed.get(`${found.folder}/${found.name}`)
      if (claiming !== undefined) claiming.formerly = undefined
    }
    return found
  }

  /** True if a data set's folder that vanished before it was recorded stands somewhere else now. */
  hasFolder(folder: Folder): boolean {
    const { fileId } = folder
    if (this.#pending.has(fileId) || this.#units.withFileId(fileId).length > 0) return true
    // As a folder that is no data set: its files are units of their own.
    return this.#tree.withFileId(fileId).some((one) => one !== folder && !isGone(one.path, fileId))
  }

  /** True if a file that vanished before it was recorded, alone or with its data set, stands somewhere else now. */
  hasNewName(vanished: Pending, stamp: string): boolean {
    const fileId = fileIdOfStamp(stamp)
    const identity = identityOfStamp(stamp)
    const other = this.#pending.get(fileId)
    if (other !== undefined && other !== vanished && identityOfStamp(other.sample) === identity) return true
    return this.#units.withFileId(fileId).some(({ stamp }) => identityOfStamp(stamp) === identity)
  }
}

/** It stands under yet another name by now, and is not recorded under this one. */
function hasMovedOn({ stage, kind, folder, name }: Pending, fileId: string): boolean {
  return stage !== 'recording' && isGone(kind === 'set' ? folder.path : folder.pathOf(name), fileId)
}

function isGone(path: string, fileId: string): boolean {
  try {
    const stat = look(path)
    return stat === undefined || `${stat.dev}:${stat.ino}` !== fileId
  } catch {
    return false
  }
}
