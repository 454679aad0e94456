import {
  chmodSync,
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
} from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ExportFile } from '@compliance-relay/shared/relay'
import { ExportRefused } from './export-refused.ts'

/** So much of the disk of the data folder stays free for what is captured, whatever is exported. */
export const FREE_BYTES_MIN = 512 << 20
/** One bag, or one printed copy. Larger ones are made by the command, where they are wanted. */
export const FILE_BYTES_MAX = 2 ** 31
/** How much is written between two looks at what is free. */
const LOOK_BYTES = 8 << 20

const endings: { readonly [file in ExportFile]: string } = { bag: 'zip', pdf: 'pdf', html: 'html' }

/** Where exports that people have asked for lie for a day. Nobody but the relay's own account can look into it. */
export class ExportFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** Makes it, empty: what a relay before left there, whole or half, nobody can ask for any more. */
  clear(): void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 })
    chmodSync(this.path, 0o700)
    for (const name of readdirSync(this.path)) rmSync(join(this.path, name), { recursive: true, force: true })
  }

  file(id: string, file: ExportFile): string {
    return join(this.path, `export-${id}.${endings[file]}`)
  }

  /** Throws if what lies there is no file of its own: a link would give whoever asks what it leads to. */
  open(id: string, file: ExportFile): ReadableStream<Uint8Array> {
    const path = this.file(id, file)
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
    const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    const is = fstatSync(fd)
    if (!is.isFile() || is.nlink !== 1) {
      closeSync(fd)
      throw new Error(`${path} is not a file of its own, so it is given to nobody`)
    }
    return Readable.toWeb(createReadStream(path, { fd })) as ReadableStream<Uint8Array>
  }

  /** All that is there of an export, and what was being written of it. */
  remove(id: string): void {
    for (const file of Object.keys(endings) as ExportFile[]) this.removeFile(this.file(id, file))
  }

  removeFile(file: string): void {
    for (const end of ['', '.part']) rmSync(file + end, { recursive: true, force: true })
  }

  names(): readonly string[] {
    return readdirSync(this.path)
  }

  /** What somebody put there beside what was to be written. */
  removeOthers(known: readonly string[]): void {
    for (const name of this.names())
      if (!known.includes(name)) rmSync(join(this.path, name), { recursive: true, force: true })
  }

  /** A file of its own, and no other name for one that lies elsewhere. */
  isPlain(file: string): boolean {
    const is = lstatSync(file, { throwIfNoEntry: false })
    return is?.isFile() === true && is.nlink === 1
  }
}

/** Holds what is written into a folder to what it may take of the disk. Throws `ExportRefused`: `too-large`, `no-room`. */
export function roomIn(
  folder: string,
  freeBytes: (folder: string) => number = freeIn,
  bytesMax = FILE_BYTES_MAX,
): (sizeBytes: number) => void {
  let written = 0
  let looked = Number.NEGATIVE_INFINITY
  return (sizeBytes) => {
    written += sizeBytes
    if (written > bytesMax)
      throw new ExportRefused('too-large', `an export over this interface has at most ${bytesMax} bytes`)
    if (written - looked < LOOK_BYTES) return
    looked = written
    if (freeBytes(folder) < FREE_BYTES_MIN)
      throw new ExportRefused('no-room', 'the disk of the data folder has too little room left')
  }
}

function freeIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
