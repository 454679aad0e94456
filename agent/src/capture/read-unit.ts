import { createHash, type Hash as Hashing, hash as hashOnce } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
} from 'node:fs'
import { dirname, sep } from 'node:path'
import { examine } from '../instruments/examine.ts'
import type { Examination, Profile, UnitView } from '../instruments/types.ts'
import { type Claim, PLAIN, type ReadFile, type ReadResult, type ReadTask } from './hash-task.ts'
import { list, look } from './listing.ts'
import { fsPath, nameOfBytes } from './raw-name.ts'
import { stampOf } from './stamp.ts'

/** Large blocking reads: a stream with its default buffer is three times as slow. */
const BLOCK_BYTES = 1 << 20

/** Not through a link, and not waiting for whoever writes to a pipe. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

type TaskFile = ReadTask['files'][number]

class Moved extends Error {}
class Outside extends Error {}

/**
 * Reads a unit that has come to rest: what its instrument says of it, then every file's digest. Each file is
 * looked at before and after it is read, and all of them once more at the end, so that the digests are of one
 * state of the unit or there is no result. Effects: reading only. Never throws for what is on the disk.
 */
export class UnitReader {
  readonly #profiles: ReadonlyMap<string, Profile>
  readonly #block = new Uint8Array(BLOCK_BYTES)

  constructor(profiles: readonly Profile[]) {
    this.#profiles = new Map(profiles.map((profile) => [profile.id, profile]))
  }

  read(task: ReadTask): ReadResult {
    let current: TaskFile | undefined
    try {
      const profile = this.#profiles.get(task.profile)
      if (profile === undefined) throw new Error(`there is no profile ${task.profile}`)
      const isPlain = task.profile === 'file'
      const examination = isPlain ? PLAIN : examine(this.#viewOf(task), profile)
      if (!examination.complete && !task.evenIfIncomplete)
        return { id: task.id, state: 'incomplete', examination }
      const files: ReadFile[] = []
      const claims: Claim[] = []
      for (const file of task.files) {
        current = file
        const claimed = examination.claims.filter(({ path }) => path === file.member)
        const { member, size } = file
        if (file.sha256 !== undefined && claimed.length === 0) {
          files.push({ member, size, sha256: file.sha256 })
          continue
        }
        const { sha256, others } = this.#digest(task, file, claimed)
        files.push({ member, size, sha256 })
        claims.push(...others)
      }
      for (const file of task.files) {
        current = file
        requireUnmoved(file, lstatSync(fsPath(file.path), { bigint: true }))
      }
      return { id: task.id, state: 'read', files, claims, ...(isPlain ? {} : { examination }) }
    } catch (error) {
      const path = current?.path ?? task.name
      if (error instanceof Moved) return { id: task.id, state: 'moved', path }
      if (error instanceof Outside) return { id: task.id, state: 'outside', path }
      return { id: task.id, state: 'failed', path, code: codeOf(error) }
    }
  }

  #digest(
    { root, files }: ReadTask,
    file: TaskFile,
    claimed: Examination['claims'],
  ): { readonly sha256: string; readonly others: readonly Claim[] } {
    const descriptor = openSync(fsPath(file.path), OPEN_FLAGS)
    try {
      requireInside(root, file.path, descriptor)
      requireUnmoved(file, fstatSync(descriptor, { bigint: true }))
      const result = this.#digestOpen(descriptor, file, claimed)
      // A unit of one file is looked at once more right after this, by its name: the same, and that it has it still.
      if (files.length > 1) requireUnmoved(file, fstatSync(descriptor, { bigint: true }))
      return result
    } finally {
      closeSync(descriptor)
    }
  }

  #digestOpen(descriptor: number, { size }: TaskFile, claimed: Examination['claims']) {
    if (size <= BLOCK_BYTES && claimed.length === 0) {
      const read = readSync(descriptor, this.#block, 0, BLOCK_BYTES, null)
      if (read === size) return { sha256: hashOnce('sha256', this.#block.subarray(0, size)), others: [] }
      if (read > size) throw new Moved()
      return this.#digestOn(descriptor, size, claimed, read)
    }
    return this.#digestOn(descriptor, size, claimed, 0)
  }

  #digestOn(descriptor: number, size: number, claimed: Examination['claims'], already: number) {
    const sha256 = createHash('sha256').update(this.#block.subarray(0, already))
    const others = claimed.map((claim) => ({
      claim,
      hashing: createHash(claim.algorithm),
      until: claim.bytes ?? Number.POSITIVE_INFINITY,
    }))
    let at = already
    for (const other of others) feed(other, this.#block.subarray(0, already), 0)
    for (;;) {
      const read = readSync(descriptor, this.#block, 0, BLOCK_BYTES, at)
      if (read === 0) break
      const piece = this.#block.subarray(0, read)
      sha256.update(piece)
      for (const other of others) feed(other, piece, at)
      at += read
    }
    if (at !== size) throw new Moved()
    return {
      sha256: sha256.digest('hex'),
      others: others.map(({ claim, hashing }) => {
        const { path, from, algorithm, digest } = claim
        return { path, from, algorithm, digest, agrees: hashing.digest('hex') === digest }
      }),
    }
  }

  /** What an examination may read: the members of the unit, in small pieces. What cannot be read is not there. */
  #viewOf({ root, name, kind, files }: ReadTask): UnitView {
    const byMember = new Map(files.map((file) => [file.member, file]))
    const members = files.map(({ member, size }) => ({ path: member, size }))
    return {
      name,
      kind: kind === 'set' ? 'folder' : 'file',
      members: () => members,
      beside: (other) =>
        kind === 'file' && files[0] !== undefined ? sizeBeside(files[0].path, other) : undefined,
      read: (path, offset, length) => {
        const file = byMember.get(path)
        if (file === undefined || !(length > 0) || offset < 0) return undefined
        try {
          const descriptor = openSync(fsPath(file.path), OPEN_FLAGS)
          try {
            requireInside(root, file.path, descriptor)
            const bytes = new Uint8Array(Math.min(length, BLOCK_BYTES))
            return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, offset))
          } finally {
            closeSync(descriptor)
          }
        } catch {
          return undefined
        }
      },
    }
  }
}

/** The size of a file in the same folder: as it is spelled, or in other capitals. */
function sizeBeside(path: string, name: string): number | undefined {
  const folder = dirname(path)
  try {
    const own = look(folder + sep + name)
    if (own?.isFile()) return Number(own.size)
    const lower = name.toLowerCase()
    const other = list(folder).find((one) => one.kind === 'file' && one.name.toLowerCase() === lower)
    const stat = other && look(folder + sep + other.name)
    return stat?.isFile() ? Number(stat.size) : undefined
  } catch {
    return undefined
  }
}

function feed(other: { hashing: Hashing; until: number }, piece: Uint8Array, at: number): void {
  const wanted = Math.min(piece.length, other.until - at)
  if (wanted > 0) other.hashing.update(piece.subarray(0, wanted))
}

function requireUnmoved(file: TaskFile, stat: Parameters<typeof stampOf>[0]): void {
  if (stampOf(stat) !== file.stamp) throw new Moved()
}

/**
 * The open file lies in the watched folder, links on the way included: a folder swapped for a link between the
 * walk and the opening would otherwise lead out of it. The kernel knows where an open file is; elsewhere than
 * on Linux its folder is asked.
 */
function requireInside(root: string, path: string, descriptor: number): void {
  const real =
    process.platform === 'linux'
      ? nameOfBytes(readlinkSync(`/proc/self/fd/${descriptor}`, { encoding: 'buffer' }))
      : realpathSync.native(dirname(path)) + sep
  const inside = root.endsWith(sep) ? root : root + sep
  if (!real.startsWith(inside)) throw new Outside()
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
