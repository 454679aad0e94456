import type { LaterVersions } from '@compliance-relay/shared/bag'
import type { TrailRecord } from '@compliance-relay/shared/trail'
import { type CheckedBag, MATCHES_MAX } from './checked-bag.ts'
import { type Digested, digestFiles, foldersOf, type Looking } from './digest-files.ts'
import type { Answer, Answers, DroppedFile } from './messages.ts'

/** Which records of the bag these files are, and the folders they lie in as data sets. */
export async function findFiles(
  bag: CheckedBag,
  files: readonly DroppedFile[],
  looking: Looking,
): Promise<Answers> {
  const digested = await digestFiles(files, looking)
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
