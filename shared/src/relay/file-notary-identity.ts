import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { NotaryUnreachable } from './ports.ts'
import { errorCode } from './write-once.ts'

/** The file that makes a folder a notary: 32 random hexadecimal digits and a newline, made once. */
export const NOTARY_MARKER = 'notary.id'

/**
 * The name a notary gave itself. A share that is not mounted leaves an empty folder behind: without this file it
 * would look like a notary that holds nothing, and that is what one who removed checkpoints would wish for.
 */
export async function readIdentity(folder: string): Promise<string> {
  const found = await stat(folder)
  if (!found.isDirectory()) throw new NotaryUnreachable(`${folder} is not a folder`)
  let text: string
  try {
    text = await readMarker(join(folder, NOTARY_MARKER))
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    throw new NotaryUnreachable(
      `the folder ${folder} holds no notary: it has no file ${NOTARY_MARKER}; perhaps a share is not mounted`,
    )
  }
  if (!/^[0-9a-f]{32}\n$/.test(text))
    throw new NotaryUnreachable(`the file ${NOTARY_MARKER} in ${folder} does not hold the name of a notary`)
  return text.trim()
}

/** Not through a link, and not waiting for whoever writes to a pipe. */
async function readMarker(path: string): Promise<string> {
  const file = await open(
    path,
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  )
  try {
    if (!(await file.stat()).isFile()) return ''
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/** What the file system threw, as a sentence for people. What is no error of the system stays as it is. */
export function unreachable(folder: string, error: unknown): unknown {
  const code = errorCode(error)
  if (code === undefined) return error
  return new NotaryUnreachable(sentence(folder, code), { cause: error })
}

function sentence(folder: string, code: string): string {
  switch (code) {
    case 'ENOENT':
      return `the notary folder ${folder} is missing`
    case 'ENOTDIR':
      return `the notary folder ${folder} is not a folder, or holds a file where a folder should be`
    case 'EISDIR':
    case 'ELOOP':
      return `the notary folder ${folder} holds something else where a file should be`
    case 'EACCES':
    case 'EPERM':
      return `this account may not do with the notary folder ${folder} what it must (${code})`
    case 'ENOTSUP':
    case 'EOPNOTSUPP':
    case 'ENOSYS':
    case 'EXDEV':
      return `the file system of the notary folder ${folder} has no hard links, and writing once needs them (${code})`
    case 'EROFS':
      return `the notary folder ${folder} is on a disk that is read-only`
    case 'ENOSPC':
    case 'EDQUOT':
      return `the disk of the notary folder ${folder} has no room left`
    default:
      return `the notary folder ${folder} cannot be used (${code})`
  }
}
