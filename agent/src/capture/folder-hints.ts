import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname, sep } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { HintSink, Hints } from './hints.ts'
import { codeOf, list, look } from './listing.ts'
import { fsPath, nameOfBytes } from './raw-name.ts'
import { identityOfStamp, stampOf } from './stamp.ts'

/** Time given to new folders before others have their turn. */
const SLICE_MILLISECONDS = 10

interface Watched {
  readonly watcher: FSWatcher
  readonly identity: string
  /** Names of the folders directly below. */
  readonly below: Set<string>
}

/**
 * For large trees where the system watches folders one by one: each is watched, and then listed for those below it.
 * Files are not looked at for it. chokidar asks there for the state of every file of the tree at the same time as it
 * begins: for 100,000 files that took 350 MiB, which the process then kept, and four seconds of CPU time.
 */
export class FolderHints implements Hints {
  readonly isForMany = true
  readonly #sink: HintSink
  readonly #watched = new Map<string, Watched>()
  readonly #waiting = new Set<string>()
  #isReady = false
  #working = false
  #closed = false

  constructor(root: string, sink: HintSink) {
    this.#sink = sink
    this.#add(root)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#waiting.clear()
    for (const { watcher } of this.#watched.values()) watcher.close()
    this.#watched.clear()
  }

  #add(folder: string): void {
    this.#waiting.add(folder)
    if (!this.#working) void this.#work()
  }

  #addBelow(folder: string, name: string): void {
    this.#watched.get(folder)?.below.add(name)
    this.#add(pathOf(folder, name))
  }

  async #work(): Promise<void> {
    this.#working = true
    // Never at once: who asked for hints has not been given this yet.
    await turn()
    let until = performance.now() + SLICE_MILLISECONDS
    for (const folder of this.#waiting) {
      this.#waiting.delete(folder)
      this.#begin(folder)
      if (performance.now() < until) continue
      await turn()
      until = performance.now() + SLICE_MILLISECONDS
    }
    this.#working = false
    if (this.#isReady || this.#closed) return
    this.#isReady = true
    this.#sink.ready()
  }

  /** Watched first and listed then, so that no folder comes to be in between. */
  #begin(folder: string): void {
    try {
      const stat = look(folder)
      if (!stat?.isDirectory()) return this.#forget(folder)
      const identity = identityOfStamp(stampOf(stat))
      const before = this.#watched.get(folder)
      if (before?.identity === identity) return
      // Another folder under the old name: the system still watches the one that was there.
      if (before !== undefined) this.#forget(folder)
      const watcher = watch(fsPath(folder), { encoding: 'buffer' }, (event, name) =>
        this.#happened(folder, event, name),
      )
      watcher.on('error', (error) => this.#failed(error))
      this.#watched.set(folder, { watcher, identity, below: new Set() })
      for (const { name, kind } of list(folder)) if (kind === 'folder') this.#addBelow(folder, name)
      // What happened in a new folder before it was watched has given no hint.
      if (this.#isReady) this.#sink.hint(folder, undefined)
    } catch (error) {
      this.#failed(error)
    }
  }

  #happened(folder: string, event: string, bytes: Uint8Array | null): void {
    if (this.#closed) return
    if (bytes === null) return this.#sink.hint(folder, undefined)
    const name = nameOfBytes(bytes)
    if (event === 'change') return this.#sink.hint(folder, name)
    // A name came or went.
    const path = pathOf(folder, name)
    if (this.#watched.has(path) || isFolder(path)) this.#addBelow(folder, name)
    this.#sink.hint(folder, undefined)
    this.#sink.hint(folder, name)
  }

  /** What is gone or not ours to see is for the scan to tell. Anything else is said: above all, no room for more. */
  #failed(error: unknown): void {
    if (this.#closed || ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(codeOf(error))) return
    this.#sink.lost(error instanceof Error ? error.message : String(error))
  }

  /** A folder that is gone, with those below it. */
  #forget(folder: string): void {
    const watched = this.#watched.get(folder)
    if (watched === undefined) return
    watched.watcher.close()
    this.#watched.delete(folder)
    this.#watched.get(dirname(folder))?.below.delete(basename(folder))
    for (const name of watched.below) this.#forget(pathOf(folder, name))
  }
}

function pathOf(folder: string, name: string): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name
}

function isFolder(path: string): boolean {
  try {
    return look(path)?.isDirectory() ?? false
  } catch {
    return false
  }
}
