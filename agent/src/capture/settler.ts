import { DueQueue } from './due-queue.ts'
import { codeOf, look } from './listing.ts'
import type { OpenWriters } from './open-writers.ts'
import type { Pending } from './pending.ts'
import { readable } from './raw-name.ts'
import { stampOf } from './stamp.ts'
import { type SetWalk, walkSet } from './walk-set.ts'

export interface SettlerOptions {
  readonly separator: string
  readonly openWriters: OpenWriters
  /** Monotonic milliseconds, and the wall clock's. */
  readonly now: () => number
  readonly wall: () => number
  readonly quietMilliseconds: (pending: Pending) => number
  /** How many more may be read now; the others wait, however long they have been at rest. */
  readonly room: () => number
  /** It has come to rest: it is to be read. */
  readonly onRest: (pending: Pending) => void
  /** While it was read it has changed, or gone: what is read of it is of no use. */
  readonly onOutdated: (pending: Pending) => void
  /** It is not there any more under this name, and was not found under another either. */
  readonly onVanished: (pending: Pending) => void
}

/** Units looked at in one go: some 10 ms, then others have their turn. */
const AT_ONCE = 500
/** While there is no room, so many are looked at in one go, and those at rest are looked at again after this time. */
const AT_ONCE_WITHOUT_ROOM = 16
const NO_ROOM_AGAIN_MILLISECONDS = 1_000
/** A unit that was seen to rest for so long and then went on may do it again. */
const LONGEST_REST_FACTOR = 3
/** Pauses below this are how programs write; above it they say something about this one. */
const NOTABLE_REST_MILLISECONDS = 1_000
export const QUIET_MILLISECONDS_MAX = 60_000
/** How soon a file that somebody still has open is looked at again. */
const OPEN_AGAIN_MILLISECONDS = 1_000
/** How soon what waits until others are read is looked at again. */
const PLACE_AGAIN_MILLISECONDS = 10_000
/** What is read for long is looked at this often, as everything is that has no hints. */
const READ_AGAIN_MILLISECONDS = 60_000

/**
 * Waits for units to come to rest: the same size, times and file id at three looks over the quiet window, and
 * nobody who is seen to have it open for writing. The reader's own look is the third. One that rests and goes
 * on, again and again, is given three times its longest rest, at most a minute.
 */
export class Settler {
  readonly #options: SettlerOptions
  readonly #due = new DueQueue<Pending>()
  readonly #all = new Map<string, Pending>()
  readonly #gone = new Set<Pending>()

  constructor(options: SettlerOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#all.size
  }

  /** Those that are not there any more under their name. */
  get gone(): ReadonlySet<Pending> {
    return this.#gone
  }

  get(key: string): Pending | undefined {
    return this.#all.get(key)
  }

  values(): IterableIterator<Pending> {
    return this.#all.values()
  }

  add(pending: Pending): void {
    this.#all.set(pending.key, pending)
    this.#due.set(pending, this.#options.now() + this.#interval(pending))
  }

  /** Time between looks: half the usual window, however long this one is waited for. */
  #interval(pending: Pending): number {
    return this.#options.quietMilliseconds(pending) / 2
  }

  /** Its way is at an end: recorded, or given up under this name. */
  remove(pending: Pending): void {
    this.#all.delete(pending.key)
    this.#gone.delete(pending)
    this.#due.delete(pending)
  }

  /** To be looked at again after so long. */
  again(pending: Pending, milliseconds: number): void {
    pending.stage = 'settling'
    this.#gone.delete(pending)
    this.#due.set(pending, this.#options.now() + milliseconds)
  }

  /** It is at rest, and there is no place for it with the readers: it is given to them again after a further look. */
  waitForPlace(pending: Pending): void {
    pending.waits = true
    pending.samples = 1
    this.again(pending, PLACE_AGAIN_MILLISECONDS)
  }

  /** It is read for long: it is looked at meanwhile. */
  lookWhileRead(pending: Pending): void {
    this.#due.set(pending, this.#options.now() + READ_AGAIN_MILLISECONDS)
  }

  /** Something is said to have happened to it. One that is read for long is looked at soon; others are when they are read. */
  hinted(pending: Pending): void {
    if (!pending.hinted && pending.stage === 'reading' && this.#due.has(pending))
      this.#due.set(pending, this.#options.now() + this.#interval(pending))
    pending.hinted = true
  }

  /** It is read: it is not looked at any more. */
  wasRead(pending: Pending): void {
    this.#due.delete(pending)
  }

  /** It has been written meanwhile: its rest begins anew. */
  restart(pending: Pending): void {
    this.#changed(pending, '')
    this.again(pending, this.#interval(pending))
  }

  quietOf(pending: Pending): number {
    const quiet = this.#options.quietMilliseconds(pending)
    const again =
      pending.longestRest > NOTABLE_REST_MILLISECONDS ? pending.longestRest * LONGEST_REST_FACTOR : 0
    return Math.max(quiet, Math.min(again, QUIET_MILLISECONDS_MAX))
  }

  /** Looks at what is due. True if more is due already. */
  tick(): boolean {
    const { now } = this.#options
    const room = this.#options.room()
    const atOnce = room > 0 ? Math.min(AT_ONCE, room) : AT_ONCE_WITHOUT_ROOM
    const due = this.#due.take(now(), atOnce)
    const resting = due.filter((pending) => this.#isAtRest(pending))
    const open: ReadonlySet<string> = resting.length === 0 ? new Set() : this.#options.openWriters()
    for (const pending of resting) {
      pending.open = open.size > 0 && pathsOf(pending).some((path) => open.has(path))
      if (pending.open) this.again(pending, OPEN_AGAIN_MILLISECONDS)
      else if (room <= 0) this.again(pending, NO_ROOM_AGAIN_MILLISECONDS)
      else {
        pending.stage = 'reading'
        pending.waits = false
        this.#options.onRest(pending)
      }
    }
    return room > 0 && due.length === atOnce
  }

  #isAtRest(pending: Pending): boolean {
    if (pending.stage === 'reading') {
      this.#lookAtRead(pending)
      return false
    }
    // A file's last look is the reader's own, at the open file: one look the fewer where thousands wait.
    if (pending.kind === 'file' && pending.samples >= 2 && this.#rest(pending) >= this.quietOf(pending))
      return true
    const state = this.#lookAt(pending)
    if (state === undefined) {
      this.#vanished(pending)
      return false
    }
    const quiet = this.quietOf(pending)
    if (pending.stage === 'gone') {
      pending.stage = 'settling'
      this.#gone.delete(pending)
    }
    if (state !== pending.sample) {
      this.#changed(pending, state)
      this.again(pending, this.#interval(pending))
      return false
    }
    pending.samples++
    pending.sameUntil = this.#options.now()
    const rest = this.#rest(pending)
    if (rest >= quiet && pending.samples >= 2) return true
    this.again(
      pending,
      rest >= quiet ? this.#interval(pending) : Math.min(quiet - rest, this.#interval(pending)),
    )
    return false
  }

  #lookAtRead(pending: Pending): void {
    const state = this.#lookAt(pending)
    if (state === pending.sample) {
      // What was said to have happened did not change it.
      pending.hinted = false
      return this.lookWhileRead(pending)
    }
    this.#options.onOutdated(pending)
    if (state === undefined) return this.#vanished(pending)
    this.#changed(pending, state)
    this.again(pending, this.#interval(pending))
  }

  #rest({ restSince }: Pending): number {
    return this.#options.now() - restSince
  }

  #changed(pending: Pending, state: string): void {
    const { now, wall } = this.#options
    // As far as it was seen: from its first look in this state to its last.
    pending.longestRest = Math.max(pending.longestRest, pending.sameUntil - pending.restSince)
    pending.sameUntil = now()
    pending.restSince = now()
    pending.restSeen = wall()
    pending.sample = state
    pending.samples = 1
    pending.missing = []
    pending.waits = false
  }

  #vanished(pending: Pending): void {
    if (pending.stage === 'gone') return this.#options.onVanished(pending)
    // A rename shows first as a name that is gone. Its new name is found by the scan that follows the hint.
    pending.stage = 'gone'
    this.#gone.add(pending)
    this.#due.set(pending, this.#options.now() + 2 * this.#options.quietMilliseconds(pending))
  }

  /** The state it is in, undefined if it is not there or is something else now. */
  #lookAt(pending: Pending): string | undefined {
    const { folder, name } = pending
    try {
      if (pending.kind === 'file') {
        const stat = look(folder.pathOf(name))
        if (!stat?.isFile()) return undefined
        pending.size = Number(stat.size)
        pending.owner = Number(stat.uid)
        pending.links = Number(stat.nlink)
        return stampOf(stat)
      }
      const walk = walkSet(folder.path, this.#options.separator)
      pending.walk = walk
      pending.size = sizeOf(walk)
      return walk.signature
    } catch (error) {
      if (codeOf(error) === 'ENOENT') {
        // Something went while the data set was walked. The data set itself may well be there.
        return pending.kind === 'set' && isFolder(folder.path) ? `moved ${this.#options.now()}` : undefined
      }
      // It cannot be looked at: the reader will meet the same fault, say it, and try again.
      return pending.sample
    }
  }
}

function isFolder(path: string): boolean {
  try {
    return look(path)?.isDirectory() ?? false
  } catch {
    return false
  }
}

export function sizeOf(walk: SetWalk): number {
  return walk.files.reduce((sum, { size }) => sum + size, 0)
}

function pathsOf({ kind, folder, name, walk }: Pending): string[] {
  if (kind === 'file') return [readable(folder.pathOf(name))]
  return (walk?.files ?? []).map(({ path }) => readable(path))
}
