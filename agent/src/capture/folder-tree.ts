import { sep } from 'node:path'
import type { StoredFolder } from '../sqlite/unit-store.ts'

/** A folder below a watched one, as the relay knows it. */
export class Folder {
  readonly id: number
  readonly watch: string
  readonly parent: Folder | undefined
  readonly name: string
  /** Absolute, in the relay's form of a name. */
  readonly path: string
  /** Below the watched folder, '/'-separated; '' for the watched folder. */
  readonly relative: string
  fileId: string
  /** The folder's own stamp when its names were last read; undefined if that is not to be relied on. */
  stamp: string | undefined
  /** Its own, if this folder is a data set; that of the data set it lies in. */
  set: Folder | undefined
  readonly children = new Map<string, Folder>()
  /** True once the database has it. */
  stored = false

  constructor(
    id: number,
    watch: string,
    parent: Folder | undefined,
    name: string,
    path: string,
    fileId: string,
  ) {
    this.id = id
    this.watch = watch
    this.parent = parent
    this.name = name
    this.path = path
    this.relative = parent === undefined ? '' : parent.relative === '' ? name : `${parent.relative}/${name}`
    this.fileId = fileId
    this.set = parent?.set
  }

  /** Path below the watched folder of something in this one. */
  relativeOf(name: string): string {
    return this.relative === '' ? name : `${this.relative}/${name}`
  }

  pathOf(name: string): string {
    return this.path.endsWith(sep) ? this.path + name : this.path + sep + name
  }
}

/** All folders of all watches, by path and by id. New ones are kept until the database has them. */
export class FolderTree {
  readonly #byPath = new Map<string, Folder>()
  readonly #byId = new Map<number, Folder>()
  #lastId = 0
  #unstored: Folder[] = []
  #removed: number[] = []

  /** Takes up what the database knows. Folders of watches that are no more are left out. */
  load(stored: readonly StoredFolder[], rootOf: (watch: string) => string | undefined): void {
    const ofParent = new Map<number, StoredFolder[]>()
    for (const one of stored) {
      this.#lastId = Math.max(this.#lastId, one.id)
      const list = ofParent.get(one.parent)
      if (list === undefined) ofParent.set(one.parent, [one])
      else list.push(one)
    }
    const place = (list: readonly StoredFolder[], parent: Folder | undefined): void => {
      for (const { id, watch, name, fileId } of list) {
        const path = parent === undefined ? rootOf(watch) : parent.pathOf(name)
        if (path === undefined) continue
        const folder = this.#insert(new Folder(id, watch, parent, name, path, fileId))
        folder.stored = true
        place(ofParent.get(id) ?? [], folder)
      }
    }
    place(ofParent.get(0) ?? [], undefined)
  }

  at(path: string): Folder | undefined {
    return this.#byPath.get(path)
  }

  withId(id: number): Folder | undefined {
    return this.#byId.get(id)
  }

  /** Looks through all of them: for what happens seldom. */
  withFileId(fileId: string): Folder[] {
    return [...this.#byPath.values()].filter((folder) => folder.fileId === fileId)
  }

  get size(): number {
    return this.#byPath.size
  }

  addRoot(watch: string, path: string, fileId: string): Folder {
    return this.#add(new Folder(++this.#lastId, watch, undefined, '', path, fileId))
  }

  add(parent: Folder, name: string, fileId: string): Folder {
    return this.#add(new Folder(++this.#lastId, parent.watch, parent, name, parent.pathOf(name), fileId))
  }

  setFileId(folder: Folder, fileId: string): void {
    folder.fileId = fileId
    folder.stamp = undefined
    if (folder.stored) this.#unstored.push(folder)
  }

  /** A folder that is gone, with those below it. */
  remove(folder: Folder): void {
    for (const child of folder.children.values()) this.remove(child)
    folder.parent?.children.delete(folder.name)
    this.#byPath.delete(folder.path)
    this.#byId.delete(folder.id)
    if (folder.stored) this.#removed.push(folder.id)
    else this.#unstored = this.#unstored.filter((one) => one !== folder)
  }

  /** A watched folder is followed no more; what is known of it stays known. */
  unload(folder: Folder): void {
    for (const child of folder.children.values()) this.unload(child)
    this.#byPath.delete(folder.path)
    this.#byId.delete(folder.id)
  }

  /** What the database has not been told yet, and from now on will have been. */
  takeChanges(): { readonly added: readonly Folder[]; readonly removed: readonly number[] } {
    const changes = { added: this.#unstored, removed: this.#removed }
    this.#unstored = []
    this.#removed = []
    return changes
  }

  /** The database did not take them after all. */
  putBack({
    added,
    removed,
  }: {
    readonly added: readonly Folder[]
    readonly removed: readonly number[]
  }): void {
    this.#unstored = [...added.filter((one) => this.#byId.get(one.id) === one), ...this.#unstored]
    this.#removed = [...removed, ...this.#removed]
  }

  #add(folder: Folder): Folder {
    this.#unstored.push(folder)
    return this.#insert(folder)
  }

  #insert(folder: Folder): Folder {
    folder.parent?.children.set(folder.name, folder)
    this.#byPath.set(folder.path, folder)
    this.#byId.set(folder.id, folder)
    return folder
  }
}
