import { constants, type Dirent, lstatSync, readdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { BAGIT, type BagFinding, type BagSource, BagUnreadable } from '@compliance-relay/shared/bag'
import { whyUnreadable } from './system-faults.ts'
import { UnusableInput } from './unusable-input.ts'

/** As many as a bag in a zip can have. */
const FILES_MAX = 20_000
/** `data/trails/…` has files, and nothing is below them. */
const DEPTH_MAX = 8
const PIECE_BYTES = 256 << 10

/**
 * A bag that was unpacked. Links in it are not followed, and a file that is not as it was when it was listed is not read:
 * what is read twice is the same twice.
 * Throws `UnusableInput` for a folder that is none.
 */
export function openFolderBag(folder: string): BagSource & { close(): Promise<void> } {
  const files: Listed[] = []
  const faults: BagFinding[] = []
  const list = (below: string, depth: number): void => {
    for (const entry of entriesOf(join(folder, below))) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory() && depth < DEPTH_MAX) list(name, depth + 1)
      else if (entry.isFile()) {
        const { size: sizeBytes, mtimeMs } = lstatSync(join(folder, name))
        files.push({ name, sizeBytes, mtimeMs })
      } else
        faults.push({ code: 'file-unreadable', file: name, expected: 'a file', found: 'a link, or no file' })
      if (files.length + faults.length > FILES_MAX)
        throw new UnusableInput(`${folder} has more than ${FILES_MAX} files in it: no export has`)
    }
  }
  list('', 0)
  if (!files.some(({ name }) => name === BAGIT)) throw noBagIn(folder)
  const listed = new Map(files.map((one) => [one.name, one]))
  return {
    files,
    faults,
    read: (name) => piecesOf(folder, name, listed.get(name)),
    close: async () => {},
  }
}

interface Listed {
  readonly name: string
  readonly sizeBytes: number
  readonly mtimeMs: number
}

export function noBagIn(folder: string): UnusableInput {
  return new UnusableInput(
    `${folder}: it is a folder without ${BAGIT}, so no export that was unpacked; name the one with ${BAGIT} in it, or the zip`,
  )
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    throw new UnusableInput(`${folder} cannot be read: ${whyUnreadable(error)}`)
  }
}

async function* piecesOf(
  folder: string,
  name: string,
  listed: Listed | undefined,
): AsyncGenerator<Uint8Array> {
  if (listed === undefined) throw new BagUnreadable(name, 'it is not in the folder')
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const file = await open(join(folder, name), flags).catch((error: unknown) => {
    throw new BagUnreadable(name, whyUnreadable(error), { cause: error })
  })
  const { sizeBytes } = listed
  const requireSame = async (): Promise<void> => {
    const { size, mtimeMs } = await file.stat()
    if (size !== sizeBytes || mtimeMs !== listed.mtimeMs) throw new BagUnreadable(name, 'it is not as it was')
  }
  try {
    await requireSame()
    for (let at = 0; at < sizeBytes; ) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, sizeBytes - at))
      const { bytesRead } = await file.read(piece, 0, piece.length, at).catch((error: unknown) => {
        throw new BagUnreadable(name, whyUnreadable(error), { cause: error })
      })
      if (bytesRead === 0) throw new BagUnreadable(name, 'it is shorter than it was')
      at += bytesRead
      yield piece.subarray(0, bytesRead)
    }
    await requireSame()
  } finally {
    await file.close()
  }
}
