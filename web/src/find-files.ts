import type { LaterVersions } from '@compliance-relay/shared/bag'
import { dataSetManifest, hex, sha256, type TrailRecord, utf8 } from '@compliance-relay/shared/trail'
import { type CheckedBag, MATCHES_MAX } from './checked-bag.ts'
import { digestOfFile } from './digest-file.ts'
import type { Answer, Answers, DroppedFile, Progress } from './messages.ts'

interface Looking {
  readonly isStopped: () => boolean
  readonly onProgress: (progress: Progress) => void
}

/** A file or folder with its digest, before the bag is asked. */
type Digested = Pick<Answer, 'path' | 'what' | 'sizeBytes' | 'digest' | 'unreadable'>

/** Which records of the bag these files are, and the folders they lie in as data sets. */
export async function findFiles(
  bag: CheckedBag,
  files: readonly DroppedFile[],
  looking: Looking,
): Promise<Answers> {
  const digested = await digestAll(files, looking)
  const all = [...foldersOf(digested), ...digested]
  const linesOf = new Map(all.map((one) => [one, one.digest === undefined ? [] : bag.linesOf(one.digest)]))
  const wanted = new Set([...linesOf.values()].flatMap((lines) => lines.slice(0, MATCHES_MAX)))
  const records = await bag.recordsIn(wanted, looking.isStopped)
  const versions = await bag.laterThan(records.values(), looking.isStopped)
  const items = all.map((one) => answerOf(bag, one, linesOf.get(one) ?? [], { records, versions }))
  return {
    // A folder that is no data set of the bag says nothing that its files do not say.
    items: items.filter(({ what, matches }) => what === 'file' || matches.length > 0),
    files: files.length,
    isStopped: looking.isStopped(),
  }
}

async function digestAll(files: readonly DroppedFile[], looking: Looking): Promise<Digested[]> {
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
function foldersOf(files: readonly Digested[]): Digested[] {
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

function answerOf(
  bag: CheckedBag,
  digested: Digested,
  lines: readonly number[],
  {
    records,
    versions,
  }: { readonly records: ReadonlyMap<number, TrailRecord>; readonly versions: LaterVersions },
): Answer {
  const { digest } = digested
  const all = lines.flatMap((line) => {
    const record = records.get(line)
    return record === undefined || digest === undefined ? [] : [bag.matchOf(record, digest, versions)]
  })
  // A claim is told with the refusal that it answers for.
  const claims = all.flatMap(({ claim }) => claim ?? [])
  const matches = all.filter(
    (one) => !claims.some(({ trail, seq }) => trail === one.trail && seq === one.seq),
  )
  return { ...digested, matches, more: lines.length - all.length }
}
