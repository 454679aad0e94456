import { randomBytes } from 'node:crypto'
import { constants, mkdirSync } from 'node:fs'
import { lstat, open, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  requireSecretName,
  requireSecretSize,
  SECRET_BYTES_MAX,
  type SecretStore,
  SecretUnusable,
} from './ports.ts'
import { errorCode, syncFolder, syncFolderNow, writeOnce } from './write-once.ts'

/*
 * Secrets in a folder, one file each: the secret in lower-case hexadecimal and a newline, mode 0600, in a folder
 * of mode 0700. Whoever can read as this account has the secrets; that is the limit of a folder. Windows has other
 * rights than these modes, and they are not looked at there: the folder must be closed to others when it is set up.
 */

/** Makes the folder, durable when it returns. Throws `SecretUnusable` if something has that name. */
export function createFileSecrets(folder: string): SecretStore {
  try {
    mkdirSync(folder, { mode: 0o700 })
    syncFolderNow(join(folder, '..'))
  } catch (error) {
    throw unusable(`the folder of secrets ${folder} cannot be made`, error)
  }
  return openFileSecrets(folder)
}

/** Opens nothing yet: whether the folder is as it must be is asked at every call, for it may change. */
export function openFileSecrets(folder: string): SecretStore {
  return new FileSecrets(resolve(folder))
}

class FileSecrets implements SecretStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    requireSecretName(name)
    await this.#requireFolder()
    const text = await readPrivate(join(this.#folder, name))
    if (text === undefined) return undefined
    const [, digits] = /^((?:[0-9a-f]{2})+)\n$/.exec(text) ?? []
    if (digits === undefined) {
      throw new SecretUnusable(
        `the secret file ${join(this.#folder, name)} is damaged: it does not hold hexadecimal digits and a newline, and nothing else`,
      )
    }
    return new Uint8Array(Buffer.from(digits, 'hex'))
  }

  async create(name: string, secret: Uint8Array): Promise<void> {
    requireSecretName(name)
    requireSecretSize(secret)
    await this.#requireFolder()
    const path = join(this.#folder, name)
    const bytes = Buffer.from(`${Buffer.from(secret).toString('hex')}\n`)
    const temporary = join(this.#folder, `.${name}.${randomBytes(16).toString('hex')}.new`)
    const state = await writeOnce({ temporary, path, bytes, mode: 0o600 }).catch((error: unknown) => {
      throw unusable(`the secret file ${path} cannot be written`, error)
    })
    bytes.fill(0)
    if (state === 'exists')
      throw new SecretUnusable(`there is a secret file ${path} already; it is not overwritten`)
  }

  async remove(name: string): Promise<void> {
    requireSecretName(name)
    await this.#requireFolder()
    try {
      await rm(join(this.#folder, name), { force: true })
      // A crash while it was made may have left a second name of the same bytes.
      for (const stray of (await readdir(this.#folder)).filter((one) => isStrayOf(name, one)))
        await rm(join(this.#folder, stray), { force: true })
      await syncFolder(this.#folder)
    } catch (error) {
      throw unusable(`the secret file ${join(this.#folder, name)} cannot be removed`, error)
    }
  }

  async names(): Promise<readonly string[]> {
    await this.#requireFolder()
    const found = await readdir(this.#folder).catch((error: unknown) => {
      throw unusable(`the folder of secrets ${this.#folder} cannot be read`, error)
    })
    return found.filter((name) => isSecretName(name)).sort()
  }

  /** Who may write to the folder could put other secrets in the place of ours. */
  async #requireFolder(): Promise<void> {
    const found = await lstat(this.#folder).catch((error: unknown) => {
      throw unusable(`the folder of secrets ${this.#folder} cannot be used`, error)
    })
    if (!found.isDirectory())
      throw new SecretUnusable(`${this.#folder} should be a folder of secrets and is none`)
    requirePrivate(`the folder of secrets ${this.#folder}`, found, '700')
  }
}

/** Text of a file that is this account's alone; `undefined` if there is none. */
async function readPrivate(path: string): Promise<string | undefined> {
  const what = `the secret file ${path}`
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const file = await open(path, flags).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw unusable(`${what} cannot be read`, error)
  })
  if (file === undefined) return undefined
  try {
    const found = await file.stat()
    if (!found.isFile()) throw new SecretUnusable(`${what} is not a file`)
    requirePrivate(what, found, '600')
    if (found.size < 3 || found.size > 2 * SECRET_BYTES_MAX + 1)
      throw new SecretUnusable(
        `${what} is damaged: it has ${found.size} bytes, and a secret in hexadecimal digits has at least 3 and at most ${2 * SECRET_BYTES_MAX + 1}`,
      )
    return await file.readFile('latin1')
  } catch (error) {
    throw unusable(`${what} cannot be read`, error)
  } finally {
    await file.close()
  }
}

function requirePrivate(what: string, found: { uid: number; mode: number }, mode: string): void {
  if (process.getuid === undefined) return
  if (found.uid !== process.getuid()) {
    throw new SecretUnusable(
      `${what} belongs to the account ${found.uid}, not to the account ${process.getuid()} that the relay runs as`,
    )
  }
  if ((found.mode & 0o077) !== 0) {
    throw new SecretUnusable(
      `${what} is open to other accounts (mode ${(found.mode & 0o777).toString(8)}); give it mode ${mode}, and think of who may have read it`,
    )
  }
}

function isSecretName(name: string): boolean {
  try {
    requireSecretName(name)
    return true
  } catch {
    return false
  }
}

function isStrayOf(name: string, file: string): boolean {
  return file.startsWith(`.${name}.`) && /^[0-9a-f]{32}\.new$/.test(file.slice(name.length + 2))
}

function unusable(what: string, error: unknown): unknown {
  const code = errorCode(error)
  if (code === undefined) return error
  const reasons: { readonly [code: string]: string } = {
    ENOENT: 'it is missing',
    EEXIST: 'something has that name',
    ENOTDIR: 'a part of its path is not a folder',
    ELOOP: 'it is a link, and links are not followed',
    EACCES: 'this account may not',
    EPERM: 'this account may not',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk has no room left',
  }
  return new SecretUnusable(`${what}: ${reasons[code] ?? code}`, { cause: error })
}
