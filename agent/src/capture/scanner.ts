import type { BigIntStats } from 'node:fs'
import type { FolderGlance } from '../instruments/types.ts'
import type { StoredUnit, UnitStore } from '../sqlite/unit-store.ts'
import type { Folder, FolderTree } from './folder-tree.ts'
import { codeOf, type Listed, list, look, targetOf } from './listing.ts'
import type { Late } from './pending.ts'
import { fileIdOf, stampOf } from './stamp.ts'
import { type SetWalk, walkSet } from './walk-set.ts'

/**
 * - `names`: which names a folder has; files only where they are new. After a hint.
 * - `folders`: every folder below whose own stamp has changed is read as by `full`. Every minute.
 * - `full`: every file is looked at. At start, every ten minutes, and whenever hints may have been lost.
 */
export type Depth = 'names' | 'folders' | 'full'

/** What a scan tells. The scanner compares and judges nothing. */
export interface ScanSink {
  /** A file that is new or not as recorded. */
  file(
    folder: Folder,
    name: string,
    stat: BigIntStats,
    known: StoredUnit | undefined,
    late: Late | undefined,
  ): void
  /** A data set that is new or not as recorded. */
  set(folder: Folder, walk: SetWalk, known: StoredUnit | undefined, late: Late | undefined): void
  /** A recorded unit that is in its folder, whatever it is like now. */
  there(folder: Folder, name: string, known: StoredUnit): void
  /** A recorded unit that is not in its folder any more. */
  missing(folder: Folder, name: string, known: StoredUnit, late: Late | undefined): void
  /** A folder that was known and is not there any more. */
  folderMissing(folder: Folder, late: Late | undefined): void
  /** Something that is not read: a link, a device, another file system. `what` says which. */
  other(folder: Folder, name: string, what: string, known: StoredUnit | undefined): void
  /** Another folder stands in the place of a watched one. */
  rootReplaced(folder: Folder): void
  /** A folder that cannot be read. */
  unreadable(folder: Folder, code: string): void
  /** A folder that can be read. */
  readable(folder: Folder): void
}

export interface ScanOptions {
  readonly tree: FolderTree
  readonly units: UnitStore
  readonly sink: ScanSink
  readonly separator: string
  /** What a folder is taken for, if its names say that it is, or is becoming, a data set. */
  readonly recognise: (folder: Folder, glance: FolderGlance) => boolean
  readonly ignored: (name: string) => boolean
  readonly isPending: (folder: Folder, name: string) => boolean
  readonly isMountPoint: (path: string) => boolean
  readonly onNewFolder: (folder: Folder) => void
  /** The wall clock, milliseconds. */
  readonly wall: () => number
}

/** A folder changed within this time before it was listed may change again without its stamp telling. */
const COARSE_CLOCK_MILLISECONDS = 2_500

/**
 * Compares the disk with what is known of it. The truth about the watched folders: hints only say where to look
 * first. Each scan is a generator that yields now and then, so that its caller can do other things in between.
 */
export class Scanner {
  readonly #options: ScanOptions

  constructor(options: ScanOptions) {
    this.#options = options
  }

  /** A folder and all below it, as deep as said. */
  *scan(folder: Folder, depth: Depth, late?: Late): Generator<void> {
    if (folder.set !== undefined) {
      yield* this.#scanSet(folder.set, depth, late)
      return
    }
    const stat = this.#lookAt(folder, late)
    if (stat === undefined) return
    if (folder.parent === undefined && fileIdOf(stat) !== folder.fileId)
      return this.#options.sink.rootReplaced(folder)
    const stamp = stampOf(stat)
    if (depth === 'folders' && folder.stamp === stamp) {
      yield
      for (const child of [...folder.children.values()]) yield* this.scan(child, depth, late)
      return
    }
    let listed: Listed[]
    try {
      listed = list(folder.path)
    } catch (error) {
      this.#options.sink.unreadable(folder, codeOf(error))
      return
    }
    this.#options.sink.readable(folder)
    folder.stamp = isSettled(stat, this.#options.wall()) ? stamp : undefined
    if (folder.parent !== undefined && this.#isSet(folder, listed)) {
      yield* this.#scanSet(folder, 'full', late)
      return
    }
    yield* this.#compare(folder, listed, stat, depth, late)
  }

  /**
   * One file of a folder, after a hint. False if it is not known: then its folder has to be looked at, which may
   * have become a data set by it.
   */
  file(folder: Folder, name: string): boolean {
    if (folder.set !== undefined || this.#options.ignored(name)) return true
    const known = this.#options.units.unit(folder.id, name)
    if (known === undefined) return this.#options.isPending(folder, name)
    const stat = tryLook(folder.pathOf(name))
    if (stat?.isFile()) this.#compareFile(folder, name, stat, known, undefined)
    return true
  }

  #lookAt(folder: Folder, late: Late | undefined): BigIntStats | undefined {
    try {
      const stat = look(folder.path)
      if (stat?.isDirectory()) return stat
      this.#options.sink.folderMissing(folder, late)
    } catch (error) {
      this.#options.sink.unreadable(folder, codeOf(error))
    }
    return undefined
  }

  #isSet(folder: Folder, listed: readonly Listed[]): boolean {
    const glance: FolderGlance = {
      name: folder.name,
      names: (sub) =>
        (sub === '' ? listed : tryList(`${folder.path}/${sub}`))
          .filter(({ kind }) => kind === 'file' || kind === 'folder')
          .map(({ name, kind }) => ({ name, isFolder: kind === 'folder' })),
    }
    return this.#options.recognise(folder, glance)
  }

  *#compare(
    folder: Folder,
    listed: readonly Listed[],
    stat: BigIntStats,
    depth: Depth,
    late: Late | undefined,
  ): Generator<void> {
    const { units, tree, ignored, sink, isPending } = this.#options
    const known = units.unitsIn(folder.id)
    const children = new Set(folder.children.keys())
    const below: [Folder, Depth][] = []
    let looked = 0
    for (const { name, kind } of listed) {
      if (ignored(name)) continue
      const before = known.get(name)
      known.delete(name)
      if (kind === 'file') {
        if (before?.kind === 'file') sink.there(folder, name, before)
        if (before?.kind === 'set' && !folder.children.has(name)) sink.missing(folder, name, before, late)
        if (depth === 'names' && before !== undefined && before.kind === 'file') continue
        if (isPending(folder, name)) continue
        const file = tryLook(folder.pathOf(name))
        // Gone since the folder was read, or not to be asked about: the next scan will tell.
        if (file?.isFile()) this.#compareFile(folder, name, file, before, late, stat.dev)
        if (++looked % 256 === 0) yield
      } else if (kind === 'folder') {
        const path = folder.pathOf(name)
        const child = tryLook(path)
        if (child === undefined || !child.isDirectory()) continue
        children.delete(name)
        if (child.dev !== stat.dev || this.#options.isMountPoint(path)) {
          sink.other(folder, name, 'other-file-system', before)
          continue
        }
        const fileId = fileIdOf(child)
        const folderBelow = folder.children.get(name) ?? tree.add(folder, name, fileId)
        const isNew = folderBelow.stamp === undefined && !folderBelow.stored
        // Another folder under the old name: its files are held against those that were there.
        const isOther = folderBelow.fileId !== fileId
        if (isOther) tree.setFileId(folderBelow, fileId)
        if (isNew || isOther) this.#options.onNewFolder(folderBelow)
        if (before !== undefined && before.kind !== 'set') sink.missing(folder, name, before, late)
        if (isNew || isOther) below.push([folderBelow, 'full'])
        else if (depth !== 'names') below.push([folderBelow, depth])
        else if (folderBelow.stamp !== stampOf(child)) below.push([folderBelow, 'names'])
      } else {
        const what = kind === 'link' ? `link to ${tryTarget(folder.pathOf(name))}` : 'not-a-file'
        sink.other(folder, name, what, before)
      }
    }
    for (const [name, before] of known)
      if (before.kind !== 'set' || !folder.children.has(name)) sink.missing(folder, name, before, late)
    for (const name of children) {
      const child = folder.children.get(name)
      if (child !== undefined) sink.folderMissing(child, late)
    }
    yield
    for (const [child, childDepth] of below) yield* this.scan(child, childDepth, late)
  }

  #compareFile(
    folder: Folder,
    name: string,
    stat: BigIntStats,
    before: StoredUnit | undefined,
    late: Late | undefined,
    dev = stat.dev,
  ): void {
    if (this.#options.isPending(folder, name)) return
    if (stat.dev !== dev || this.#options.isMountPoint(folder.pathOf(name)))
      this.#options.sink.other(folder, name, 'other-file-system', before)
    else if (before?.kind !== 'file' || before.stamp !== stampOf(stat))
      this.#options.sink.file(folder, name, stat, before, late)
  }

  *#scanSet(folder: Folder, depth: Depth, late: Late | undefined): Generator<void> {
    const { units, sink, separator, isPending } = this.#options
    yield
    const parent = folder.parent
    if (parent === undefined || isPending(parent, folder.name)) return
    const known = units.unit(parent.id, folder.name)
    if (depth === 'folders' && known !== undefined && !this.#hasChangedFolders(folder)) {
      sink.there(parent, folder.name, known)
      return
    }
    let walk: SetWalk
    try {
      walk = walkSet(folder.path, separator)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        if (tryLook(folder.path) === undefined) sink.folderMissing(folder, late)
      } else sink.unreadable(folder, code)
      return
    }
    sink.readable(folder)
    this.#setFolders.set(folder, { listed: this.#options.wall(), stamps: walk.folders })
    if (known === undefined || known.kind !== 'set') return sink.set(folder, walk, known, late)
    const members = units.membersOf(folder.id)
    const same =
      walk.files.length === members.size &&
      walk.files.every(({ member, stamp }) => members.get(member)?.stamp === stamp)
    if (same) sink.there(parent, folder.name, known)
    else sink.set(folder, walk, known, late)
  }

  readonly #setFolders = new WeakMap<Folder, { listed: number; stamps: SetWalk['folders'] }>()

  #hasChangedFolders(folder: Folder): boolean {
    const seen = this.#setFolders.get(folder)
    if (seen === undefined) return true
    return seen.stamps.some(({ member, stamp }) => {
      const stat = tryLook(member === '' ? folder.path : `${folder.path}/${member}`)
      return stat === undefined || stampOf(stat) !== stamp || !isSettled(stat, seen.listed)
    })
  }
}

/** True if a folder listed at that time, wall clock, cannot have changed since without another stamp. */
function isSettled({ mtimeNs, ctimeNs }: BigIntStats, listed: number): boolean {
  const latest = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n)
  return Math.abs(listed - latest) > COARSE_CLOCK_MILLISECONDS
}

/** What cannot be looked at this time is looked at by the next scan; a folder's own faults are told by its listing. */
function tryLook(path: string): BigIntStats | undefined {
  try {
    return look(path)
  } catch {
    return undefined
  }
}

function tryList(path: string): Listed[] {
  try {
    return list(path)
  } catch {
    return []
  }
}

function tryTarget(path: string): string {
  try {
    return targetOf(path)
  } catch {
    return '?'
  }
}
