import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, opendir, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { NOTARY_MARKER, readIdentity, unreachable } from './file-notary-identity.ts'
import { CONFLICTS_MAX, type Notary, NotaryUnreachable, type PutAnswer } from './ports.ts'
import { sha256Hex } from './sha256-hex.ts'
import { errorCode, syncFolder, writeOnce } from './write-once.ts'

/*
 * A notary in a folder, best on another disk, share or account (FORMAT.md):
 *
 *   notary.id                                           the name it gave itself when it was made
 *   <hex SHA-256(origin)>/<size, 16 digits>.checkpoint  a note, mode 0444
 *   <hex SHA-256(origin)>/<size, 16 digits>.tsr         a time stamp over it, mode 0444
 *   <hex SHA-256(origin)>/conflict/<hex SHA-256(note)>.checkpoint
 *   .<random>.new                                       a note on its way, or what a crash left of it
 *
 * An administrator of the machine can remove all of it: that is the limit of a folder. What is worth more is a
 * folder that he does not administer. A share that hangs holds the call until it answers, and a thread with it: who
 * calls gives up waiting (the relay's notary queue), nobody can give up the call.
 */

/** A longer file is no note (65,535 bytes), and one byte more is enough to see it. */
const READ_BYTES_MAX = 65_536
/** Trails whose names are read in one go. */
const ORIGINS_READ_MAX = 1_000
/** How the names of notes end, and of time stamps. */
const NOTE = 'checkpoint'
const TIME_STAMP = 'tsr'
type Ending = typeof NOTE | typeof TIME_STAMP
const STRAY_OLD_MILLISECONDS = 86_400_000
const STRAY = /^\.[0-9a-f]{32}\.new$/

export interface FileNotaryOptions {
  /** Cryptographically random bytes. */
  readonly random?: (size: number) => Uint8Array
  /** The wall clock in milliseconds: only for what a crash left a day ago. */
  readonly now?: () => number
}

/**
 * Makes a notary of a folder that is new or holds none, and gives it a name of its own. The folder it lies in must
 * be there. Throws `NotaryUnreachable`, also where the file system has no hard links: write once needs them.
 */
export async function createFileNotary(folder: string, options: FileNotaryOptions = {}): Promise<FileNotary> {
  const path = resolve(folder)
  const { random = randomBytes } = options
  try {
    await mkdir(path).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error
    })
    if ((await readdir(path)).some((name) => name === NOTARY_MARKER || isOriginHash(name)))
      throw new NotaryUnreachable(`the folder ${path} holds a notary already; it is not made anew`)
    await writeOnce({
      temporary: temporaryIn(path, random),
      path: join(path, NOTARY_MARKER),
      bytes: Buffer.from(`${Buffer.from(random(16)).toString('hex')}\n`),
      mode: 0o444,
    })
    await syncFolder(join(path, '..'))
  } catch (error) {
    throw unreachable(path, error)
  }
  return openFileNotary(path, options)
}

/**
 * A notary folder as it is now or will be. Nothing is asked of it here: one that cannot be reached, or hangs, is no
 * reason not to start. Every method throws for it, until it is back.
 */
export async function openFileNotary(folder: string, options: FileNotaryOptions = {}): Promise<FileNotary> {
  return new FileNotary(resolve(folder), options)
}

export class FileNotary implements Notary {
  readonly place: string
  readonly #folder: string
  readonly #random: (size: number) => Uint8Array
  readonly #now: () => number
  #hasRemovedStrays = false
  /** The notary this is, from the first time it was seen. */
  #identity: string | undefined
  /** Origins whose folder is known to be durable. */
  readonly #durable = new Set<string>()

  constructor(folder: string, { random = randomBytes, now = Date.now }: FileNotaryOptions) {
    this.#folder = folder
    this.#random = random
    this.#now = now
    this.place = `notary folder ${folder}`
  }

  identity(): Promise<string> {
    return this.#asked(() => readIdentity(this.#folder))
  }

  put(origin: string, size: number, note: Uint8Array): Promise<PutAnswer> {
    requireNote(note)
    return this.#put(origin, this.#path(origin, size, NOTE), note)
  }

  putTimeStamp(origin: string, size: number, stamp: Uint8Array): Promise<PutAnswer> {
    requireNote(stamp)
    return this.#put(origin, this.#path(origin, size, TIME_STAMP), stamp)
  }

  #put(origin: string, path: string, note: Uint8Array): Promise<PutAnswer> {
    return this.#asked(async () => {
      await this.#requireSame()
      await this.#removeStrays()
      await this.#makeFolder(this.#originFolder(origin), this.#folder)
      const state = await this.#write(path, note)
      // A share that went away meanwhile leaves its mount point: what was written there is in no notary.
      await this.#requireSame()
      if (state === 'created') return { state }
      const held = await readUpTo(path, READ_BYTES_MAX)
      if (held === undefined) throw new NotaryUnreachable(`${path} was there and is gone`)
      return Buffer.compare(held, note) === 0 ? { state } : { state: 'differs', held }
    })
  }

  get(origin: string, size: number): Promise<Uint8Array | undefined> {
    return this.#get(this.#path(origin, size, NOTE))
  }

  getTimeStamp(origin: string, size: number): Promise<Uint8Array | undefined> {
    return this.#get(this.#path(origin, size, TIME_STAMP))
  }

  #get(path: string): Promise<Uint8Array | undefined> {
    return this.#asked(async () => {
      // A note that is there speaks for itself, by its signature. That there is none is the word of a notary: only
      // then is it asked which one it is, so that ten thousand notes are not twenty thousand files to open.
      let note: Uint8Array | undefined
      try {
        note = await readUpTo(path, READ_BYTES_MAX)
      } finally {
        if (note === undefined) await this.#requireSame()
      }
      return note
    })
  }

  list(origin: string, after = -1): AsyncGenerator<number> {
    return this.#list(origin, NOTE, after)
  }

  listTimeStamps(origin: string): AsyncGenerator<number> {
    return this.#list(origin, TIME_STAMP, -1)
  }

  async *#list(origin: string, ending: Ending, after: number): AsyncGenerator<number> {
    const sizes = await this.#asked(async () => {
      await this.#requireSame()
      return sizesIn(this.#originFolder(origin), ending, after)
    })
    yield* sizes
  }

  originHashes(): Promise<readonly string[]> {
    return this.#asked(async () => {
      await this.#requireSame()
      return (await readdir(this.#folder)).filter(isOriginHash).sort()
    })
  }

  /**
   * Names of the trails it has checkpoints of, as the first note of each says: for people who look whose they are. Nobody
   * has verified them.
   */
  origins(): Promise<readonly string[]> {
    return this.#asked(async () => {
      await this.#requireSame()
      const names = (await readdir(this.#folder)).filter(isOriginHash).slice(0, ORIGINS_READ_MAX)
      const origins: string[] = []
      for (const name of names) {
        const origin = await originIn(join(this.#folder, name))
        if (origin !== undefined && sha256Hex(origin) === name) origins.push(origin)
      }
      return origins
    })
  }

  keepConflict(origin: string, note: Uint8Array): Promise<void> {
    requireNote(note)
    return this.#asked(async () => {
      await this.#requireSame()
      const ofOrigin = this.#originFolder(origin)
      const folder = join(ofOrigin, 'conflict')
      await this.#makeFolder(ofOrigin, this.#folder)
      await this.#makeFolder(folder, ofOrigin)
      if ((await readdir(folder)).length >= CONFLICTS_MAX) return
      await this.#write(join(folder, `${sha256Hex(note)}.checkpoint`), note)
      await this.#requireSame()
    })
  }

  /**
   * Before the first note that is put: removes what a crash left more than a day ago, notes that never got their
   * name; younger ones others may still be writing. Who only reads removes nothing.
   */
  async #removeStrays(): Promise<void> {
    if (this.#hasRemovedStrays) return
    this.#hasRemovedStrays = true
    const before = this.#now() - STRAY_OLD_MILLISECONDS
    for (const name of (await readdir(this.#folder)).filter((one) => STRAY.test(one))) {
      const path = join(this.#folder, name)
      const found = await stat(path).catch(() => undefined)
      // Only room is lost by one that stays.
      if (found !== undefined && found.mtimeMs < before) await rm(path, { force: true }).catch(() => {})
    }
  }

  async #requireSame(): Promise<void> {
    const identity = await readIdentity(this.#folder)
    this.#identity ??= identity
    if (identity !== this.#identity) {
      throw new NotaryUnreachable(
        `the folder ${this.#folder} holds the notary ${identity}, no longer the notary ${this.#identity}`,
      )
    }
  }

  async #makeFolder(folder: string, parent: string): Promise<void> {
    const isNew = await mkdir(folder).then(
      () => true,
      (error: unknown) => {
        if (errorCode(error) === 'EEXIST') return false
        throw error
      },
    )
    // Also once if it was there: who made it may have crashed before this line.
    if (isNew || !this.#durable.has(folder)) await syncFolder(parent)
    this.#durable.add(folder)
  }

  #write(path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    return writeOnce({ temporary: temporaryIn(this.#folder, this.#random), path, bytes, mode: 0o444 })
  }

  #originFolder(origin: string): string {
    return join(this.#folder, sha256Hex(origin))
  }

  #path(origin: string, size: number, ending: Ending): string {
    if (!Number.isSafeInteger(size) || size < 0) throw new Error(`a size is a whole number, not ${size}`)
    return join(this.#originFolder(origin), nameOf(size, ending))
  }

  async #asked<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw unreachable(this.#folder, error)
    }
  }
}

function temporaryIn(folder: string, random: (size: number) => Uint8Array): string {
  return join(folder, `.${Buffer.from(random(16)).toString('hex')}.new`)
}

function nameOf(size: number, ending: Ending): string {
  return `${String(size).padStart(16, '0')}.${ending}`
}

function isOriginHash(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name)
}

function requireNote(note: Uint8Array): void {
  if (note.length >= READ_BYTES_MAX) throw new Error(`a note has at most 65535 bytes, not ${note.length}`)
}

/** The first line of the first note in a folder. */
async function originIn(folder: string): Promise<string | undefined> {
  if (!(await lstat(folder)).isDirectory()) return undefined
  const [size] = await sizesIn(folder, NOTE, -1)
  const note =
    size === undefined ? undefined : await readUpTo(join(folder, nameOf(size, NOTE)), READ_BYTES_MAX)
  return note && Buffer.from(note).toString('utf8').split('\n')[0]
}

/** Sorted numbers of the names in a folder, none if there is no folder. 8 bytes each, so ten million are no burden. */
async function sizesIn(folder: string, ending: Ending, after: number): Promise<Float64Array> {
  const sizes: number[] = []
  try {
    for await (const { name } of await opendir(folder, { bufferSize: 1_024 })) {
      const [, digits, end] = /^([0-9]{16})\.(checkpoint|tsr)$/.exec(name) ?? []
      const size = Number(digits)
      if (end === ending && Number.isSafeInteger(size) && size > after) sizes.push(size)
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
  return Float64Array.from(sizes).sort()
}

/** What `open` says of what is no plain file: a link, a socket, a folder. */
const NOT_A_FILE = new Set(['ELOOP', 'EMLINK', 'ENXIO', 'EISDIR'])

/** The first bytes of a file; `undefined` if there is none. Of what is no plain file, a link too, no byte is read. */
async function readUpTo(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    // Without O_NONBLOCK a named pipe under the name would hold us until somebody writes to it.
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT') return undefined
    if (code !== undefined && NOT_A_FILE.has(code)) return new Uint8Array(0)
    // A file that is there and may not be read, in a folder that may: who put it there does not silence a notary.
    if ((code === 'EACCES' || code === 'EPERM') && (await isThere(path))) return new Uint8Array(0)
    throw error
  }
  try {
    if (!(await file.stat()).isFile()) return new Uint8Array(0)
    const bytes = new Uint8Array(bytesMax)
    let length = 0
    while (length < bytesMax) {
      const { bytesRead } = await file.read(bytes, length, bytesMax - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.slice(0, length)
  } finally {
    await file.close()
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
