import type { Folder, FolderTree } from './folder-tree.ts'
import type { Late } from './pending.ts'
import type { Depth, Scanner } from './scanner.ts'
import type { Watch } from './watch.ts'

export interface ScansOptions {
  readonly tree: FolderTree
  readonly scanner: Scanner
  /** Monotonic, milliseconds. */
  readonly now: () => number
  /** True if the watched folder of a folder is watched, and there. */
  readonly isThere: (folder: Folder) => boolean
  /** Something is to be scanned that was not before. */
  readonly onMarked: () => void
  /** A scan of a whole watched folder begins. */
  readonly onBegin: () => void
  /** Everything in a watched folder was looked at. */
  readonly onScanned: (watch: Watch) => void
}

interface Dirty {
  /** Undefined: only the names are looked at. */
  depth: Depth | undefined
  due: number
  readonly names: Set<string>
}

interface Long {
  readonly watch: Watch
  readonly depth: Depth
  readonly late: Late | undefined
}

/** What is to be scanned, and the scans in hand: short ones, of what a hint named, go before long ones, of a watched folder. */
export class Scans {
  readonly #options: ScansOptions
  readonly #dirty = new Map<Folder, Dirty>()
  readonly #cooling = new Map<Folder, number>()
  readonly #queue: Long[] = []
  readonly #waiters: (() => void)[] = []
  #short: { readonly run: Generator<void>; readonly folder: Folder; readonly began: number } | undefined
  #long: { readonly run: Generator<void>; readonly watch: Watch; readonly depth: Depth } | undefined

  constructor(options: ScansOptions) {
    this.#options = options
  }

  /** True if something a hint named is still to be looked at. */
  get isMarked(): boolean {
    return this.#dirty.size > 0
  }

  /** A folder is to be looked at, after so many milliseconds. */
  markFolder(folder: Folder, milliseconds: number): void {
    this.#mark(folder, milliseconds).depth = 'names'
  }

  /** One name in a folder is to be looked at. */
  markName(folder: Folder, name: string, milliseconds: number): void {
    this.#mark(folder, milliseconds).names.add(name)
  }

  /** A whole watched folder is to be looked through, unless that is to be done already. */
  queue(watch: Watch, depth: Depth, late: Late | undefined): void {
    const isQueued = this.#queue.some(
      (one) => one.watch === watch && (one.depth === depth || one.depth === 'full') && late === undefined,
    )
    if (!isQueued) this.#queue.push({ watch, depth, late })
  }

  /** Resolves when all that is queued was scanned. */
  async untilDone(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  /** A watch has ended: nothing of it is scanned any more. */
  forget(watch: string): void {
    for (const one of this.#dirty.keys()) if (one.watch === watch) this.#dirty.delete(one)
    if (this.#short?.folder.watch === watch) this.#short = undefined
    if (this.#long?.watch.settings.id === watch) this.#long = undefined
  }

  /** Scans for a while. True if there is more to scan at once. */
  scanFor(milliseconds: number): boolean {
    const { now } = this.#options
    const until = now() + milliseconds
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

  #mark(folder: Folder, milliseconds: number): Dirty {
    const due = this.#options.now() + milliseconds
    let dirty = this.#dirty.get(folder)
    if (dirty === undefined) {
      dirty = { depth: undefined, due, names: new Set() }
      this.#dirty.set(folder, dirty)
    }
    dirty.due = Math.min(dirty.due, due)
    this.#options.onMarked()
    return dirty
  }

  #nextShort() {
    const { now, tree, isThere } = this.#options
    for (const [folder, dirty] of this.#dirty) {
      if (dirty.due > now() || (this.#cooling.get(folder) ?? 0) > now()) continue
      this.#dirty.delete(folder)
      if (tree.withId(folder.id) !== folder || !isThere(folder)) continue
      return { folder, began: now(), run: this.#runShort(folder, dirty) }
    }
    return undefined
  }

  *#runShort(folder: Folder, { depth, names }: Dirty): Generator<void> {
    const { scanner } = this.#options
    if (depth !== undefined) yield* scanner.scan(folder, depth)
    let count = 0
    let isNew = false
    for (const name of names) {
      if (!scanner.file(folder, name)) isNew = true
      if (++count % 256 === 0) yield
    }
    if (isNew && depth === undefined) yield* scanner.scan(folder, 'names')
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
    const next = this.#queue.shift()
    if (next?.watch.root === undefined || next.watch.gone !== undefined) return undefined
    const { watch, depth, late } = next
    this.#options.onBegin()
    return { watch, depth, run: this.#options.scanner.scan(next.watch.root, depth, late) }
  }

  #endLong(): void {
    const done = this.#long
    this.#long = undefined
    if (done === undefined) return
    if (done.watch.gone === undefined && done.depth === 'full') this.#options.onScanned(done.watch)
    if (this.#queue.length === 0) for (const resolve of this.#waiters.splice(0)) resolve()
  }
}
