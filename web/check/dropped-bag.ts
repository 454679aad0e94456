import { BAGIT, type BagSource, BagUnreadable } from '@compliance-relay/shared/bag'
import { Unusable } from './given-trust.ts'
import type { DroppedFile } from './messages.ts'

const PIECE_BYTES = 1 << 20
/** As many as a bag in a zip can have. */
const FILES_MAX = 20_000

/**
 * A bag that was unpacked, from the files of a folder: that with `bagit.txt` in it, however deep a program has put it. What
 * lies beside that folder is no part of it. Throws `Unusable` where there is none, or more than one.
 */
export function folderBag(dropped: readonly DroppedFile[]): {
  readonly name: string
  readonly source: BagSource
} {
  const folders = dropped.flatMap(({ path }) =>
    path.endsWith(`/${BAGIT}`) ? [path.slice(0, -BAGIT.length)] : [],
  )
  const [folder, ...more] = folders.filter(
    (one) => !folders.some((other) => other !== one && one.startsWith(other)),
  )
  if (folder === undefined)
    throw new Unusable(
      `In this there is no folder with ${BAGIT} in it, so it is no export that was unpacked.`,
    )
  if (more.length > 0) throw new Unusable('One export at a time: these are several that were unpacked.')
  const files = dropped.flatMap(({ path, file }) =>
    path.startsWith(folder) ? [{ name: path.slice(folder.length), sizeBytes: file.size, file }] : [],
  )
  if (files.length > FILES_MAX)
    throw new Unusable(`It has more than ${FILES_MAX} files in it: no export has.`)
  return {
    name: folder.replace(/\/$/, '').replace(/^.*\//, ''),
    source: {
      files: files.map(({ name, sizeBytes }) => ({ name, sizeBytes })),
      read: (name) => piecesOf(name, files.find((one) => one.name === name)?.file),
    },
  }
}

async function* piecesOf(name: string, file: File | undefined): AsyncGenerator<Uint8Array> {
  if (file === undefined) throw new BagUnreadable(name, 'it is not in the folder')
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    const piece = await file
      .slice(at, at + PIECE_BYTES)
      .arrayBuffer()
      .catch((error: unknown) => {
        throw new BagUnreadable(name, error instanceof Error ? error.message : String(error), {
          cause: error,
        })
      })
    yield new Uint8Array(piece)
  }
}
