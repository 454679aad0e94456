import { hash } from 'node:crypto'
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { bytesOfKey, isBelow, type PathKey } from './path-key.ts'
import type { Content, Step } from './steps.ts'

/** What an inode holds; several paths may share it. */
interface Inode {
  bytes: Buffer
}

/**
 * Folders and files on the disk, and a model of them that is told of every system call as it is made. Paths are
 * relative to `base`; all folders are below it, so that things can be moved into the watched one and out of it.
 */
export class FolderModel {
  readonly base: string
  readonly steps: Step[] = []
  readonly #files = new Map<PathKey, Inode>()
  readonly #folders = new Set<PathKey>()

  constructor(base: string) {
    this.base = base
  }

  files(): PathKey[] {
    return [...this.#files.keys()]
  }

  folders(): PathKey[] {
    return [...this.#folders]
  }

  has(path: PathKey): boolean {
    return this.#files.has(path) || this.#folders.has(path)
  }

  isFile(path: PathKey): boolean {
    return this.#files.has(path)
  }

  sizeOf(path: PathKey): number {
    return this.#inode(path).bytes.length
  }

  bytesOf(path: PathKey): Buffer {
    return this.#inode(path).bytes
  }

  makeFolder(path: PathKey): void {
    if (this.#folders.has(path)) return
    const cut = path.lastIndexOf('/')
    if (cut > 0) this.makeFolder(path.slice(0, cut))
    mkdirSync(this.#real(path), { recursive: true })
    this.#folders.add(path)
  }

  /** A new file, or other content in one that is there. With `keepTimes` its time of writing is set back. */
  write(path: PathKey, bytes: Buffer, keepTimes = false): void {
    const inode = this.#files.get(path) ?? { bytes }
    const times = keepTimes && this.#files.has(path) ? statSync(this.#real(path)) : undefined
    writeFileSync(this.#real(path), bytes)
    if (times !== undefined) utimesSync(this.#real(path), times.atime, times.mtime)
    this.#files.set(path, inode)
    this.#holds(inode, bytes)
  }

  /** Another content of the same size in place, without the file being empty in between. */
  overwrite(path: PathKey, bytes: Buffer, keepTimes: boolean): void {
    const inode = this.#inode(path)
    const times = statSync(this.#real(path))
    const descriptor = openSync(this.#real(path), 'r+')
    writeSync(descriptor, bytes, 0, bytes.length, 0)
    closeSync(descriptor)
    if (keepTimes) utimesSync(this.#real(path), times.atime, times.mtime)
    this.#holds(inode, bytes)
  }

  /** Opens a file to append to it piece by piece, whatever it is called meanwhile. */
  appender(path: PathKey): { readonly append: (piece: Buffer) => void; readonly close: () => void } {
    const inode = this.#files.get(path) ?? { bytes: Buffer.alloc(0) }
    const descriptor = openSync(this.#real(path), 'a')
    this.#files.set(path, inode)
    this.#holds(inode, inode.bytes)
    return {
      append: (piece) => {
        writeSync(descriptor, piece)
        this.#holds(inode, Buffer.concat([inode.bytes, piece]))
      },
      close: () => closeSync(descriptor),
    }
  }

  /** A file, over another file if there is one, or a folder to a place that is free. */
  rename(from: PathKey, to: PathKey): void {
    renameSync(this.#real(from), this.#real(to))
    const inode = this.#files.get(from)
    if (inode !== undefined) {
      // Two names of one file: the system does nothing.
      if (this.#files.get(to) === inode) return
      this.#files.delete(from)
      this.#files.set(to, inode)
      this.steps.push([
        [from, undefined],
        [to, contentOf(inode)],
      ])
      return
    }
    const moved = (path: PathKey): PathKey => to + path.slice(from.length)
    const step: [PathKey, Content | undefined][] = []
    for (const [path, one] of [...this.#files]) {
      if (!isBelow(path, from)) continue
      this.#files.delete(path)
      this.#files.set(moved(path), one)
      step.push([path, undefined], [moved(path), contentOf(one)])
    }
    for (const path of [...this.#folders]) {
      if (path !== from && !isBelow(path, from)) continue
      this.#folders.delete(path)
      this.#folders.add(moved(path))
    }
    this.steps.push(step)
  }

  link(path: PathKey, other: PathKey): void {
    linkSync(this.#real(path), this.#real(other))
    const inode = this.#inode(path)
    this.#files.set(other, inode)
    this.steps.push([[other, contentOf(inode)]])
  }

  /** A file, or a folder with all in it, one after the other. */
  remove(path: PathKey): void {
    if (this.#files.has(path)) {
      unlinkSync(this.#real(path))
      this.#files.delete(path)
      this.steps.push([[path, undefined]])
      return
    }
    for (const file of [...this.#files.keys()]) if (isBelow(file, path)) this.remove(file)
    const inside = [...this.#folders].filter((one) => one === path || isBelow(one, path))
    for (const folder of inside.sort((a, b) => b.length - a.length)) {
      rmdirSync(this.#real(folder))
      this.#folders.delete(folder)
    }
  }

  #real(path: PathKey): Buffer {
    return Buffer.concat([Buffer.from(`${this.base}/`), bytesOfKey(path)])
  }

  #inode(path: PathKey): Inode {
    const inode = this.#files.get(path)
    if (inode === undefined) throw new Error(`the model has no file ${path}`)
    return inode
  }

  #holds(inode: Inode, bytes: Buffer): void {
    inode.bytes = bytes
    const content = contentOf(inode)
    const paths = [...this.#files].filter(([, one]) => one === inode).map(([path]) => path)
    if (paths.length > 0) this.steps.push(paths.map((path) => [path, content]))
  }
}

function contentOf({ bytes }: Inode): Content {
  return { sha256: hash('sha256', bytes), size: bytes.length }
}

/** The steps that concern a folder, with paths below it. */
export function stepsBelow(steps: readonly Step[], folder: PathKey): Step[] {
  return steps
    .map((step) =>
      step
        .filter(([path]) => isBelow(path, folder))
        .map(([path, content]) => [path.slice(folder.length + 1), content] as const),
    )
    .filter((step) => step.length > 0)
}
