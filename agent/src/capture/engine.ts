import { realpathSync } from 'node:fs'
import { dirname, sep } from 'node:path'
import type { Profile } from '../instruments/types.ts'
import { activeWatches, type Settings, type WatchSettings } from '../settings.ts'
import type { UnitStore } from '../sqlite/unit-store.ts'
import { Captures } from './captures.ts'
import { type EngineStatus, engineStatus } from './engine-status.ts'
import type { Folder, FolderTree } from './folder-tree.ts'
import { hasOutgrown, watchHints } from './hints.ts'
import { codeOf, list, look, nameTest } from './listing.ts'
import { mountPoints } from './mounts.ts'
import { openWriters } from './open-writers.ts'
import type { OutcomeContext } from './outcome.ts'
import type { Late } from './pending.ts'
import type { Recorder } from './recorder.ts'
import { type Depth, Scanner } from './scanner.ts'
import { Scans } from './scans.ts'
import { fileIdOf } from './stamp.ts'
import { newWatch, type Watch } from './watch.ts'

export interface EngineOptions {
  readonly settings: Settings
  readonly units: UnitStore
  readonly recorder: Recorder
  readonly tree: FolderTree
  readonly profiles: readonly Profile[]
  readonly context: Omit<OutcomeContext, 'watchOf' | 'folderWithId' | 'units' | 'wall'>
  readonly now: () => number
  readonly wall: () => number
  /** What the relay was not running for, if it has run before. */
  readonly absent: (Late & { readonly from: number }) | undefined
  /** False: no hints at all, whatever a watch's settings say. */
  readonly hints: boolean
  readonly scanSeconds: number
  readonly rescanSeconds: number
  readonly note: (event: string, details: { readonly [key: string]: unknown }) => void
  /** A watched folder went or came back; to be recorded. */
  readonly onAvailability: (watch: WatchSettings, change: AvailabilityChange) => void
}

export interface AvailabilityChange {
  readonly available: boolean
  readonly since: number
  readonly reason?: string
  /** The folder there now is not the one that was there before. */
  readonly replaced?: boolean
}

/** Time given to scanning before others have their turn. */
const SLICE_MILLISECONDS = 20
/** Hints that come together are looked at together. */
const GATHER_MILLISECONDS = 40
/** A new folder gets its hints a moment after it is there: it is looked at again when it surely has them. */
const NEW_FOLDER_AGAIN_MILLISECONDS = 1_500
const BUSY_TURN_MILLISECONDS = 25
const IDLE_TURN_MILLISECONDS = 100
const GONE_AGAIN_MILLISECONDS = 2_000
/** Without hints, folders are looked through this often. */
const SCAN_SECONDS_WITHOUT_HINTS = 5
const RESCAN_SECONDS_WITHOUT_HINTS = 60

/** So many units read at once are a burst. */
const BURST_UNITS = 200

/** Watches folders: hints say where to look first, scans find everything, captures follow each unit to its record. */
export class Engine {
  readonly #options: EngineOptions
  readonly #tree: FolderTree
  readonly #captures: Captures
  readonly #watches = new Map<string, Watch>()
  readonly #scans: Scans
  #settings: Settings
  #ignored: (name: string) => boolean
  #mounts: ReadonlySet<string> = new Set()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: EngineOptions) {
    this.#options = options
    const { now, wall, units, recorder, profiles, tree } = options
    this.#tree = tree
    this.#settings = options.settings
    this.#ignored = nameTest(options.settings.ignore)
    const ignored = (name: string): boolean => this.#ignored(name)
    this.#captures = new Captures({
      context: {
        ...options.context,
        units,
        wall,
        watchOf: (folder) => this.#watchOf(folder).settings,
        folderWithId: (id) => tree.withId(id),
      },
      tree,
      recorder,
      profiles,
      separator: sep,
      openWriters: openWriters(now),
      realRootOf: (folder) => this.#watchOf(folder).realRoot,
      now,
      wall,
      lookAgain: (folder, milliseconds) => this.#scans.markFolder(folder, milliseconds),
      lookAtFile: (folder, name) => {
        if (folder.set === folder) this.#scans.markFolder(folder, 0)
        else this.#scans.markName(folder, name, 0)
      },
      rootMissing: (folder, code) => this.#rootMissing(folder, code),
      isRootThere: (folder) => this.#isRootThere(folder),
      note: options.note,
    })
    const scanner = new Scanner({
      tree,
      units,
      sink: this.#captures,
      separator: sep,
      recognise: (folder, glance) => this.#captures.recognise(folder, glance),
      ignored,
      isPending: (folder, name) => this.#captures.isPending(folder, name),
      isMountPoint: (path) => this.#mounts.has(path),
      onNewFolder: (folder) => this.#scans.markFolder(folder, NEW_FOLDER_AGAIN_MILLISECONDS),
      wall,
    })
    this.#scans = new Scans({
      tree,
      scanner,
      now,
      isThere: ({ watch }) => this.#watches.get(watch)?.gone === undefined,
      onMarked: () => this.#wake(),
      onBegin: () => {
        this.#mounts = mountPoints()
      },
      onScanned: (watch) => this.#scanned(watch),
    })
    for (const watch of activeWatches(options.settings)) this.#addWatch(watch)
    tree.load(units.folders(), (id) => this.#watches.get(id)?.settings.path)
    this.#loadSets()
  }

  #loadSets(): void {
    for (const set of this.#options.units.sets()) {
      const folder = this.#tree.withId(set.folder)?.children.get(set.name)
      if (folder !== undefined && folder.set === undefined) this.#captures.setProfile(folder, set.profile)
    }
  }

  /** Looks through everything once, and from then on whenever there is reason to. */
  start(): void {
    for (const watch of this.#watches.values()) this.#open(watch, 'start')
    this.#turn()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await Promise.all([...this.#watches.values()].map((watch) => watch.hints?.close()))
    await this.#captures.close()
  }

  /** Every file of every watched folder is looked at, now. Resolves when that is done. */
  async scanNow(): Promise<void> {
    for (const watch of this.#watches.values()) this.#queue(watch, 'full', undefined)
    await this.#scans.untilDone()
  }

  clockStepped(): void {
    this.#captures.clockStepped()
  }

  /** Takes up other watches. Paths, projects and quiet windows of those that stay are taken over. */
  async setSettings(settings: Settings): Promise<void> {
    this.#ignored = nameTest(settings.ignore)
    const wanted = new Map(activeWatches(settings).map((one) => [one.id, one]))
    for (const [id, watch] of this.#watches) {
      const now = wanted.get(id)
      if (now !== undefined) watch.settings = now
      else {
        await watch.hints?.close()
        this.#watches.delete(id)
        if (watch.root !== undefined) this.#forget(watch.root)
      }
    }
    const before = new Map(this.#settings.watches.map((one) => [one.id, one]))
    this.#settings = settings
    for (const [id, one] of wanted) {
      if (this.#watches.has(id)) continue
      const watch = this.#addWatch(one)
      this.#tree.load(
        this.#options.units.folders().filter((folder) => folder.watch === id),
        () => one.path,
      )
      this.#loadSets()
      const ended = before.get(id)?.ended
      if (ended !== undefined) watch.ended = Date.parse(ended)
      this.#open(watch, 'added')
    }
  }

  /** True while many units are with the readers: their records are milliseconds away. */
  get isInBurst(): boolean {
    return this.#captures.beingRead >= BURST_UNITS
  }

  /** Units on their way, oldest first seen. */
  oldest(): number | undefined {
    return this.#captures.oldest()
  }

  /** True once every watch that is there has been looked through, and nothing that was found then is still on its way. */
  get settled(): boolean {
    return (
      this.isScanned &&
      this.#captures.pending === 0 &&
      this.#captures.missingCount === 0 &&
      this.#options.recorder.waiting === 0
    )
  }

  get isScanned(): boolean {
    return [...this.#watches.values()].every(
      ({ scanned, gone, hints, hintsReady, hintsFault }) =>
        gone !== undefined ||
        (scanned !== undefined && (hints === undefined || hintsReady || hintsFault !== undefined)),
    )
  }

  status(): EngineStatus {
    const { now, wall } = this.#options
    return engineStatus(this.#watches.values(), this.#captures, { now: now(), wall: wall() })
  }

  #addWatch(settings: WatchSettings): Watch {
    const watch = newWatch(settings)
    this.#watches.set(settings.id, watch)
    return watch
  }

  #watchOf(folder: Folder): Watch {
    const watch = this.#watches.get(folder.watch)
    if (watch === undefined) throw new Error(`there is no watch ${folder.watch}`)
    return watch
  }

  /** Begins to watch a folder, or to wait for it. */
  #open(watch: Watch, why: 'start' | 'added' | 'back'): void {
    const { path, id } = watch.settings
    const { wall, absent } = this.#options
    let stat: ReturnType<typeof look>
    let failure = 'ENOENT'
    try {
      watch.realRoot = realpathSync.native(path)
      // The folder itself: a link that has taken its place leads to another.
      stat = look(path)
      if (stat !== undefined && !stat.isDirectory()) failure = 'not-a-folder'
      // It is back when its names can be read, not when it can be seen.
      if (stat?.isDirectory()) list(watch.realRoot)
    } catch (error) {
      stat = undefined
      failure = codeOf(error)
    }
    if (!stat?.isDirectory()) return this.#setGone(watch, failure)
    const fileId = fileIdOf(stat)
    const known = this.#tree.at(path)
    let late: Late | undefined
    if (watch.gone?.said === true) {
      const { since, oldest } = watch.gone
      late = {
        from: since,
        to: wall(),
        why: 'folder-unavailable',
        ...(oldest === undefined ? {} : { oldest }),
      }
    } else if (watch.ended !== undefined) late = { from: watch.ended, to: wall(), why: 'not-watched' }
    else if (known === undefined) late = { from: null, to: wall(), why: 'before-watch' }
    // A relay that never looked through everything cannot say since when a file was there.
    else if (why === 'start') late = absent ?? { from: null, to: wall(), why: 'before-watch' }
    const replaced = known !== undefined && known.fileId !== fileId
    const root = known ?? this.#tree.addRoot(id, path, fileId)
    watch.root = root
    if (replaced) this.#tree.setFileId(root, fileId)
    if (watch.gone?.said === true || replaced) {
      const since = watch.gone?.since ?? absent?.from ?? wall()
      this.#options.onAvailability(watch.settings, {
        available: true,
        since,
        ...(replaced ? { replaced: true } : {}),
      })
    }
    watch.gone = undefined
    watch.ended = undefined
    this.#captures.setReplaced(id, replaced)
    this.#startHints(watch)
    this.#queue(watch, 'full', late)
  }

  #startHints(watch: Watch): void {
    if (!this.#options.hints || !watch.settings.hints || watch.hints !== undefined) return
    watch.hints = watchHints(watch.settings.path, {
      hint: (folder, name) => this.#hint(folder, name),
      ready: () => {
        watch.hintsReady = true
        this.#queue(watch, 'full', undefined)
      },
      lost: (reason) => {
        const isNew = watch.hintsFault === undefined
        watch.hintsFault = reason
        if (isNew) this.#options.note('hints-lost', { watch: watch.settings.id, reason })
        this.#queue(watch, 'full', undefined)
      },
    })
  }

  #setGone(watch: Watch, reason: string): void {
    const { wall, now } = this.#options
    // What was on its way then is found again when the folder is back, and was made before it went.
    watch.gone ??= { since: wall(), reason, said: false, oldest: this.#captures.oldest() }
    watch.gone.reason = reason
    watch.nextFolders = now() + GONE_AGAIN_MILLISECONDS
    if (watch.gone.said) return
    watch.gone.said = true
    this.#options.onAvailability(watch.settings, { available: false, since: watch.gone.since, reason })
    this.#stopHints(watch)
  }

  #stopHints(watch: Watch): void {
    void watch.hints?.close()
    watch.hints = undefined
    watch.hintsReady = false
  }

  #rootMissing(folder: Folder, code: string): void {
    this.#setGone(this.#watchOf(folder), code)
  }

  /** What is missing in a folder says nothing if another folder, or another disk, stands where its watched folder was. */
  #isRootThere(folder: Folder): boolean {
    const { root, settings, gone } = this.#watchOf(folder)
    if (gone !== undefined || root === undefined) return false
    try {
      const stat = look(settings.path)
      if (stat?.isDirectory() && fileIdOf(stat) === root.fileId) return true
      this.#rootMissing(root, stat === undefined ? 'ENOENT' : 'replaced')
    } catch (error) {
      this.#rootMissing(root, codeOf(error))
    }
    return false
  }

  #forget(folder: Folder): void {
    this.#captures.forgetWatch(folder.watch)
    this.#scans.forget(folder.watch)
    this.#tree.unload(folder)
  }

  #hint(path: string, name: string | undefined): void {
    let folder = this.#tree.at(path)
    let at = path
    let what = name
    while (folder === undefined) {
      const up = dirname(at)
      if (up === at) return
      at = up
      folder = this.#tree.at(at)
      what = undefined
    }
    if (folder.set !== undefined) {
      const { set } = folder
      if (set.parent !== undefined && this.#captures.hinted(set.parent, set.name)) return
      this.#scans.markFolder(set, GATHER_MILLISECONDS)
    } else if (what === undefined) this.#scans.markFolder(folder, GATHER_MILLISECONDS)
    else if (!this.#captures.hinted(folder, what)) this.#scans.markName(folder, what, GATHER_MILLISECONDS)
  }

  #queue(watch: Watch, depth: Depth, late: Late | undefined): void {
    const { now, scanSeconds, rescanSeconds } = this.#options
    const blind = watch.hints === undefined || watch.hintsFault !== undefined
    const jitter = 0.75 + Math.random() / 2
    const seconds = blind ? Math.min(SCAN_SECONDS_WITHOUT_HINTS, scanSeconds) : scanSeconds
    const fullSeconds = blind ? Math.min(RESCAN_SECONDS_WITHOUT_HINTS, rescanSeconds) : rescanSeconds
    watch.nextFolders = now() + seconds * 1_000 * jitter
    if (depth === 'full') watch.nextFull = now() + fullSeconds * 1_000 * jitter
    this.#scans.queue(watch, depth, late)
  }

  /** An idle relay turns slowly; when there is something to do it turns at once. */
  #wake(): void {
    if (!this.#idle || this.#stopped) return
    clearTimeout(this.#timer)
    this.#idle = false
    this.#timer = setTimeout(() => this.#turn(), BUSY_TURN_MILLISECONDS)
  }
  #idle = false

  #turn(): void {
    this.#timer = undefined
    this.#idle = false
    if (this.#stopped) return
    const more = this.#captures.tick()
    this.#schedule()
    const scanning = this.#scans.scanFor(SLICE_MILLISECONDS)
    if (more || scanning) setImmediate(() => this.#turn())
    else {
      const busy = this.#captures.pending > 0 || this.#scans.isMarked
      this.#idle = !busy
      this.#timer = setTimeout(() => this.#turn(), busy ? BUSY_TURN_MILLISECONDS : IDLE_TURN_MILLISECONDS)
    }
  }

  #schedule(): void {
    const { now } = this.#options
    for (const watch of this.#watches.values()) {
      if (now() < watch.nextFolders) continue
      if (watch.gone !== undefined) this.#open(watch, 'back')
      else this.#queue(watch, now() >= watch.nextFull ? 'full' : 'folders', undefined)
    }
  }

  #scanned(watch: Watch): void {
    const { settings, hints } = watch
    watch.scanned = this.#options.wall()
    this.#captures.setReplaced(settings.id, false)
    if (hints === undefined || !hasOutgrown(settings.path, hints)) return
    this.#stopHints(watch)
    this.#startHints(watch)
  }
}
