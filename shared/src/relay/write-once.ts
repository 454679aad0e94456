import { closeSync, fsyncSync, openSync } from 'node:fs'
import { link, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface WriteOnce {
  /** A name nobody else uses, on the same file system as `path`. */
  readonly temporary: string
  readonly path: string
  readonly bytes: Uint8Array
  /** Rights of the file, whatever the process takes away from new files. */
  readonly mode: number
}

/**
 * Gives bytes a name that has none. The order is the promise:
 *
 * 1. write and fsync under the temporary name: a crash here leaves a stray that no reader looks at;
 * 2. `link` to the final name, which the file system does whole or not at all, and only if the name is free;
 * 3. fsync the folder: until then a power cut may take the name, never half of the bytes.
 *
 * `exists` too is answered after the third step, for the one who linked it may not have come to it.
 * Throws what the file system throws; the name may then be taken or not.
 */
export async function writeOnce({ temporary, path, bytes, mode }: WriteOnce): Promise<'created' | 'exists'> {
  let state: 'created' | 'exists'
  try {
    await writeWhole(temporary, bytes, mode)
    state = await linkNew(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(dirname(path))
  return state
}

async function writeWhole(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(bytes)
    await file.chmod(mode)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function linkNew(temporary: string, path: string): Promise<'created' | 'exists'> {
  try {
    await link(temporary, path)
    return 'created'
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return 'exists'
    throw error
  }
}

/** A name in a folder is durable once the folder is. Windows has no such call, and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The same for those who must not wait. */
export function syncFolderNow(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** The system's code of an error, e.g. `ENOENT`; `undefined` for errors of other kinds. */
export function errorCode(error: unknown): string | undefined {
  const isOfSystem = error instanceof Error && 'errno' in error && 'code' in error
  return isOfSystem && typeof error.code === 'string' ? error.code : undefined
}
