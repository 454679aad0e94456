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
import { Turn } from './turn.ts'

/** Large blocking reads: a stream with its default buffer is three times as slow. */
const BLOCK_BYTES = 1 << 20

/** Not through a link, and not waiting for whoever writes to a pipe. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

type TaskFile = ReadTask['files'][number]

/** For units that are read in one go. */
const ENDLESS = new Turn({ bytes: Number.POSITIVE_INFINITY, milliseconds: Number.POSITIVE_INFINITY }, () => 0)

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

  /** Reads it from beginning to end. */
  read(task: ReadTask): ReadResult {
    const reading = this.reading(task, ENDLESS)
    for (;;) {
      const { done, value } = reading.next()
      if (done === true) return value
    }
  }

  /**
   * Reads it as far as the turn lets it, and goes on from there in the next one. No file stays open in between: it is
   * opened again, and has to be the one it was.
   */
  *reading(task: ReadTask, turn: Turn): Generator<undefined, ReadResult> {
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
        const { sha256, others } = yield* this.#digest(task, file, claimed, turn)
        files.push({ member, size, sha256 })
        claims.push(...others)
        if (turn.isOver && file !== task.files.at(-1)) yield
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

  *#digest(
    task: ReadTask,
    file: TaskFile,
    claimed: Examination['claims'],
    turn: Turn,
  ): Generator<undefined, Digested> {
    const { size } = file
    const first = this.#opened(task, file, (descriptor) => {
      if (size > BLOCK_BYTES || claimed.length > 0) return undefined
      const read = readSync(descriptor, this.#block, 0, BLOCK_BYTES, null)
      if (read !== size) throw new Moved()
      return hashOnce('sha256', this.#block.subarray(0, size))
    })
    if (first !== undefined) {
      turn.took(size)
      return { sha256: first, others: [] }
    }
    const digests = new Digests(claimed)
    while (!this.#opened(task, file, (descriptor) => this.#readOn(descriptor, digests, turn))) yield
    if (digests.at !== size) throw new Moved()
    return digests.end()
  }

  /** Effects: one open file while `work` runs. */
  #opened<Result>({ root, files }: ReadTask, file: TaskFile, work: (descriptor: number) => Result): Result {
    const descriptor = openSync(fsPath(file.path), OPEN_FLAGS)
    try {
      requireInside(root, file.path, descriptor)
      requireUnmoved(file, fstatSync(descriptor, { bigint: true }))
      const result = work(descriptor)
      // A unit of one file is looked at once more right after this, by its name: the same, and that it has it still.
      if (files.length > 1) requireUnmoved(file, fstatSync(descriptor, { bigint: true }))
      return result
    } finally {
      closeSync(descriptor)
    }
  }

  /** True once the file is at its end. */
  #readOn(descriptor: number, digests: Digests, turn: Turn): boolean {
    for (;;) {
      const read = readSync(descriptor, this.#block, 0, BLOCK_BYTES, digests.at)
      if (read === 0) return true
      digests.take(this.#block.subarray(0, read))
      turn.took(read)
      if (turn.isOver) return false
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

interface Digested {
  readonly sha256: string
  readonly others: readonly Claim[]
}

/** The digests of one file, as far as it was read. */
class Digests {
  readonly #sha256 = createHash('sha256')
  readonly #others: readonly {
    readonly claim: Examination['claims'][number]
    readonly hashing: Hashing
    readonly until: number
  }[]
  at = 0

  constructor(claimed: Examination['claims']) {
    this.#others = claimed.map((claim) => ({
      claim,
      hashing: createHash(claim.algorithm),
      until: claim.bytes ?? Number.POSITIVE_INFINITY,
    }))
  }

  take(piece: Uint8Array): void {
    this.#sha256.update(piece)
    for (const { hashing, until } of this.#others) {
      const wanted = Math.min(piece.length, until - this.at)
      if (wanted > 0) hashing.update(piece.subarray(0, wanted))
    }
    this.at += piece.length
  }

  end(): Digested {
    return {
      sha256: this.#sha256.digest('hex'),
      others: this.#others.map(({ claim, hashing }) => {
        const { path, from, algorithm, digest } = claim
        return { path, from, algorithm, digest, agrees: hashing.digest('hex') === digest }
      }),
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
