import { realpathSync } from 'node:fs'
import { dirname, sep } from 'node:path'
import type { Profile } from '../instruments/types.ts'
import { activeWatches, type Settings, type WatchSettings } from '../settings.ts'
import type { UnitStore } from '../sqlite/unit-store.ts'
import { Captures } from './captures.ts'
import type { Folder, FolderTree } from './folder-tree.ts'
import { type Hints, hasOutgrown, watchHints } from './hints.ts'
import { codeOf, list, look, nameTest } from './listing.ts'
import { mountPoints } from './mounts.ts'
import { openWriters } from './open-writers.ts'
import type { OutcomeContext } from './outcome.ts'
import type { Late, Pending, Stage } from './pending.ts'
import type { Recorder } from './recorder.ts'
import { type Depth, Scanner } from './scanner.ts'
import { fileIdOf } from './stamp.ts'

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

export interface EngineStatus {
  readonly watches: readonly {
    readonly id: string
    readonly path: string
    readonly state: 'watching' | 'scanning' | 'unavailable'
    readonly reason?: string
    /** Wall clock, milliseconds. */
    readonly since?: number
    /** `on`, `off`, or why they are not to be relied on. */
    readonly hints: string
    /** Units of it on their way. */
    readonly pending: number
  }[]
  /** Units on their way, and the oldest of them. */
  readonly pending: number
  readonly oldest: readonly {
    readonly path: string
    readonly watch: string
    readonly stage: Stage
    readonly since: number
    readonly open?: boolean
    /** At rest, and not read before others of its size are. */
    readonly waits?: boolean
    readonly missing?: readonly string[]
    readonly failure?: string
  }[]
  /** Units of more than 16 MiB that are being read, those that have been longest first. */
  readonly large: {
    readonly total: number
    /** So many of them for more than an hour. */
    readonly long: number
    /** The first of them, `LARGE_SHOWN_MAX` at most. */
    readonly shown: readonly LargeStatus[]
  }
  /** Recorded units that were not found at the last look. */
  readonly missing: number
  readonly unreadableFolders: readonly { readonly path: string; readonly code: string }[]
}

export interface LargeStatus {
  readonly watch: string
  readonly path: string
  /** How many bytes were read, and of how many. */
  readonly bytes: number
  readonly ofBytes: number
  /** When it was given to the reader, wall clock, milliseconds. */
  readonly since: number
}

interface Watch {
  settings: WatchSettings
  root: Folder | undefined
  realRoot: string
  /** Wall clock since when the folder is not there; undefined while it is. */
  gone: { since: number; reason: string; said: boolean; oldest: number | undefined } | undefined
  hints: Hints | undefined
  /** Why hints are not to be relied on; undefined if they are. */
  hintsFault: string | undefined
  /** True once the system has been asked for hints of every folder there was. */
  hintsReady: boolean
  nextFolders: number
  nextFull: number
  scanned: number | undefined
  /** It was watched before, until then. Wall clock. */
  ended: number | undefined
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
const OLDEST_SHOWN_MAX = 20
const LARGE_SHOWN_MAX = 20
/** An hour: more than a terabyte from a disk. What is read for longer is no run of an instrument, or comes from a very slow share. */
const READ_LONG_MILLISECONDS = 3_600_000

interface Dirty {
  /** Undefined: only the names are looked at. */
  depth: Depth | undefined
  due: number
  readonly names: Set<string>
}

/** Watches folders: hints say where to look first, scans find everything, captures follow each unit to its record. */
export class Engine {
  readonly #options: EngineOptions
  readonly #tree: FolderTree
  readonly #captures: Captures
  readonly #scanner: Scanner
  readonly #watches = new Map<string, Watch>()
  readonly #dirty = new Map<Folder, Dirty>()
  /** The scan in hand: short ones go before long ones. */
  #short: { readonly run: Generator<void>; readonly folder: Folder; readonly began: number } | undefined
  #long: { readonly run: Generator<void>; readonly watch: Watch; readonly depth: Depth } | undefined
  readonly #longQueue: { readonly watch: Watch; readonly depth: Depth; readonly late: Late | undefined }[] =
    []
  readonly #cooling = new Map<Folder, number>()
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
      lookAgain: (folder, milliseconds) => this.#mark(folder, 'names', milliseconds),
      lookAtFile: (folder, name) => {
        if (folder.set === folder) this.#mark(folder, 'names', 0)
        else this.#mark(folder, undefined, 0).names.add(name)
      },
      rootMissing: (folder, code) => this.#rootMissing(folder, code),
      isRootThere: (folder) => this.#isRootThere(folder),
      note: options.note,
    })
    this.#scanner = new Scanner({
      tree,
      units,
      sink: this.#captures,
      separator: sep,
      recognise: (folder, glance) => this.#captures.recognise(folder, glance),
      ignored,
      isPending: (folder, name) => this.#captures.isPending(folder, name),
      isMountPoint: (path) => this.#mounts.has(path),
      onNewFolder: (folder) => {
        this.#mark(folder, 'names', NEW_FOLDER_AGAIN_MILLISECONDS)
      },
      wall,
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
    await new Promise<void>((resolve) => this.#scanWaiters.push(resolve))
  }
  readonly #scanWaiters: (() => void)[] = []

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
    const pending = [...this.#captures.units()]
    const ofWatches = new Map<string, number>()
    for (const { folder } of pending) ofWatches.set(folder.watch, (ofWatches.get(folder.watch) ?? 0) + 1)
    const show = (one: Pending) => ({
      watch: one.folder.watch,
      path: pathOf(one),
      stage: one.stage,
      since: one.firstSeen,
      ...(one.open ? { open: true } : {}),
      ...(one.waits ? { waits: true } : {}),
      ...(one.missing.length > 0 ? { missing: one.missing } : {}),
      ...(one.failureCode === undefined ? {} : { failure: one.failureCode }),
    })
    return {
      watches: [...this.#watches.values()].map(({ settings, gone, hintsFault, scanned, hints }) => ({
        id: settings.id,
        path: settings.path,
        state:
          gone !== undefined
            ? ('unavailable' as const)
            : scanned === undefined
              ? ('scanning' as const)
              : ('watching' as const),
        ...(gone === undefined ? {} : { reason: gone.reason, since: gone.since }),
        hints: hints === undefined ? 'off' : (hintsFault ?? 'on'),
        pending: ofWatches.get(settings.id) ?? 0,
      })),
      pending: pending.length,
      oldest: pending
        .sort((a, b) => a.firstSeen - b.firstSeen)
        .slice(0, OLDEST_SHOWN_MAX)
        .map(show),
      large: this.#largeStatus(),
      missing: this.#captures.missingCount,
      unreadableFolders: this.#captures
        .unreadableFolders()
        .map(({ folder, code }) => ({ path: folder.relative, code })),
    }
  }

  #largeStatus(): EngineStatus['large'] {
    const now = this.#options.now()
    const wall = this.#options.wall()
    const large = this.#captures.large().toSorted((a, b) => a.since - b.since)
    return {
      total: large.length,
      long: large.filter(({ since }) => now - since > READ_LONG_MILLISECONDS).length,
      shown: large.slice(0, LARGE_SHOWN_MAX).map(({ pending, bytes, ofBytes, since }) => ({
        watch: pending.folder.watch,
        path: pathOf(pending),
        bytes,
        ofBytes,
        since: Math.round(wall - (now - since)),
      })),
    }
  }

  #addWatch(settings: WatchSettings): Watch {
    const watch: Watch = {
      settings,
      root: undefined,
      realRoot: settings.path,
      gone: undefined,
      hints: undefined,
      hintsFault: undefined,
      hintsReady: false,
      nextFolders: 0,
      nextFull: 0,
      scanned: undefined,
      ended: undefined,
    }
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
    for (const one of this.#dirty.keys()) if (one.watch === folder.watch) this.#dirty.delete(one)
    this.#captures.forgetWatch(folder.watch)
    if (this.#short?.folder.watch === folder.watch) this.#short = undefined
    if (this.#long?.watch.settings.id === folder.watch) this.#long = undefined
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
      this.#mark(set, 'names', GATHER_MILLISECONDS)
    } else if (what === undefined) this.#mark(folder, 'names', GATHER_MILLISECONDS)
    else if (!this.#captures.hinted(folder, what))
      this.#mark(folder, undefined, GATHER_MILLISECONDS).names.add(what)
  }

  /** A folder is to be looked at; without a depth, only the names noted with it. */
  #mark(folder: Folder, depth: Depth | undefined, milliseconds: number): Dirty {
    const due = this.#options.now() + milliseconds
    let dirty = this.#dirty.get(folder)
    if (dirty === undefined) {
      dirty = { depth: undefined, due, names: new Set() }
      this.#dirty.set(folder, dirty)
    }
    if (depth !== undefined) dirty.depth = depth
    dirty.due = Math.min(dirty.due, due)
    this.#wake()
    return dirty
  }

  #queue(watch: Watch, depth: Depth, late: Late | undefined): void {
    const { now, scanSeconds, rescanSeconds } = this.#options
    const blind = watch.hints === undefined || watch.hintsFault !== undefined
    const jitter = 0.75 + Math.random() / 2
    const seconds = blind ? Math.min(SCAN_SECONDS_WITHOUT_HINTS, scanSeconds) : scanSeconds
    const fullSeconds = blind ? Math.min(RESCAN_SECONDS_WITHOUT_HINTS, rescanSeconds) : rescanSeconds
    watch.nextFolders = now() + seconds * 1_000 * jitter
    if (depth === 'full') watch.nextFull = now() + fullSeconds * 1_000 * jitter
    if (
      this.#longQueue.some(
        (one) => one.watch === watch && (one.depth === depth || one.depth === 'full') && late === undefined,
      )
    )
      return
    this.#longQueue.push({ watch, depth, late })
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
    const scanning = this.#scanFor(SLICE_MILLISECONDS)
    if (more || scanning) setImmediate(() => this.#turn())
    else {
      const busy = this.#captures.pending > 0 || this.#dirty.size > 0
      this.#idle = !busy
      this.#timer = setTimeout(() => this.#turn(), busy ? BUSY_TURN_MILLISECONDS : IDLE_TURN_MILLISECONDS)
    }
  }

  /** Scans for a while. True if there is more to scan at once. */
  #scanFor(milliseconds: number): boolean {
    const { now } = this.#options
    const until = now() + milliseconds
    this.#schedule()
    while (now() < until) {
      this.#short ??= this.#nextShort()
      if (this.#short !== undefined) {
        if (this.#short.run.next().done === true) this.#endShort()
        continue
      }
      this.#long ??= this.#nextLong()
      if (this.#long === undefined) return false
      if (this.#long.run.next().done === true) this.#endLong()
    }
    return true
  }

  #schedule(): void {
    const { now } = this.#options
    for (const watch of this.#watches.values()) {
      if (now() < watch.nextFolders) continue
      if (watch.gone !== undefined) this.#open(watch, 'back')
      else this.#queue(watch, now() >= watch.nextFull ? 'full' : 'folders', undefined)
    }
  }

  #nextShort() {
    const { now } = this.#options
    for (const [folder, dirty] of this.#dirty) {
      if (dirty.due > now() || (this.#cooling.get(folder) ?? 0) > now()) continue
      this.#dirty.delete(folder)
      if (this.#tree.withId(folder.id) !== folder || this.#watches.get(folder.watch)?.gone !== undefined)
        continue
      return { folder, began: now(), run: this.#runShort(folder, dirty) }
    }
    return undefined
  }

  *#runShort(folder: Folder, dirty: Dirty): Generator<void> {
    const { depth } = dirty
    if (depth !== undefined) yield* this.#scanner.scan(folder, depth)
    let count = 0
    let isNew = false
    for (const name of dirty.names) {
      if (!this.#scanner.file(folder, name)) isNew = true
      if (++count % 256 === 0) yield
    }
    if (isNew && depth === undefined) yield* this.#scanner.scan(folder, 'names')
  }

  /** A folder that takes long to look at is not looked at again at once: a third of the time at most. */
  #endShort(): void {
    const { now } = this.#options
    if (this.#short === undefined) return
    const { folder, began } = this.#short
    const took = now() - began
    if (took > 20) this.#cooling.set(folder, now() + 2 * took)
    else this.#cooling.delete(folder)
    this.#short = undefined
  }

  #nextLong() {
    const next = this.#longQueue.shift()
    if (next?.watch.root === undefined || next.watch.gone !== undefined) return undefined
    this.#mounts = mountPoints()
    return {
      watch: next.watch,
      depth: next.depth,
      run: this.#scanner.scan(next.watch.root, next.depth, next.late),
    }
  }

  #endLong(): void {
    const done = this.#long
    this.#long = undefined
    if (done === undefined) return
    if (done.watch.gone === undefined && done.depth === 'full') {
      done.watch.scanned = this.#options.wall()
      this.#captures.setReplaced(done.watch.settings.id, false)
      const { hints, settings } = done.watch
      if (hints !== undefined && hasOutgrown(settings.path, hints)) {
        this.#stopHints(done.watch)
        this.#startHints(done.watch)
      }
    }
    if (this.#longQueue.length === 0) for (const resolve of this.#scanWaiters.splice(0)) resolve()
  }
}

/** Below its watched folder. */
function pathOf({ kind, folder, name }: Pending): string {
  return kind === 'file' ? folder.relativeOf(name) : folder.relative
}
