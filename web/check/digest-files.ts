import { dataSetManifest, hex, sha256, utf8 } from '@compliance-relay/shared/trail'
import { digestOfFile } from './digest-file.ts'
import type { Answer, DroppedFile, Progress } from './messages.ts'

export interface Looking {
  readonly isStopped: () => boolean
  readonly onProgress: (progress: Progress) => void
}

/** A file or folder with its digest, before anybody is asked about it. */
export type Digested = Pick<Answer, 'path' | 'what' | 'sizeBytes' | 'digest' | 'unreadable'>

/** SHA-256 of each, as far as it can be read. Ends where it is told to stop. */
export async function digestFiles(files: readonly DroppedFile[], looking: Looking): Promise<Digested[]> {
  const ofBytes = files.reduce((sum, { file }) => sum + file.size, 0)
  let doneBytes = 0
  const digested: Digested[] = []
  for (const { path, file } of files) {
    if (looking.isStopped()) break
    const about = { path, what: 'file', sizeBytes: file.size } as const
    try {
      const digest = await digestOfFile(file, (bytes) => {
        doneBytes += bytes
        looking.onProgress({ doneBytes, ofBytes, done: digested.length, of: files.length })
      })
      digested.push({ ...about, digest })
    } catch (error) {
      digested.push({
        ...about,
        digest: undefined,
        unreadable: error instanceof Error ? error.message : String(error),
      })
    }
    looking.onProgress({ doneBytes, ofBytes, done: digested.length, of: files.length })
  }
  return digested
}

/** Each folder as the data set it may be: every file in it is part of it, whatever its name, as the relay has it. */
export function foldersOf(files: readonly Digested[]): Digested[] {
  const inFolder = new Map<string, Digested[]>()
  for (const file of files)
    for (let at = file.path.indexOf('/'); at > 0; at = file.path.indexOf('/', at + 1)) {
      const folder = file.path.slice(0, at)
      const those = inFolder.get(folder)
      if (those === undefined) inFolder.set(folder, [file])
      else those.push(file)
    }
  return [...inFolder].flatMap(([path, those]) => {
    const members = those.flatMap(({ path: of, sizeBytes: size, digest }) =>
      digest === undefined ? [] : [{ path: utf8(of.slice(path.length + 1)), size, sha256: digest }],
    )
    // Of a folder with a file that could not be read nothing can be said.
    if (members.length < those.length) return []
    const sizeBytes = members.reduce((sum, { size }) => sum + size, 0)
    return [{ path, what: 'folder' as const, sizeBytes, digest: hex(sha256(dataSetManifest(members))) }]
  })
}
