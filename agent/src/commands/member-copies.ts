import { type Body, isCapture, recordIn, type TrailRecord } from '@compliance-relay/shared/trail'
import { digestOf } from '../capture/manifest.ts'
import { type ManifestLine, manifestLines } from './manifest-lines.ts'
import type { Reading } from './reading.ts'

/** A data set's record that has a file of some content in its manifest. */
export interface MemberOf {
  readonly record: TrailRecord
  /** Below the data set's folder. */
  readonly member: string
}

/** Records of one large manifest that are looked at. */
const RECORDS_OF_MANIFEST_MAX = 50

/**
 * The newest record of a data set with a file of this content: it is searched for in all lines and in the manifests kept
 * beside them, for nothing lists the files of data sets that are gone. What is kept beside the trail counts if it is what
 * the record says.
 */
export function newestWithMember(data: Reading, trail: number, sha256: string): MemberOf | undefined {
  const inline = first(data.store.linesWith(trail, sha256), (line) => memberIn(recordIn(line), sha256))
  const beside = data.store
    .contentWith(sha256)
    .flatMap((manifest) => {
      const content = data.store.content(manifest)
      if (content === undefined || digestOf(content) !== manifest) return []
      const member = memberOf(manifestLines(content), sha256)
      const records = data.store.withDigest(trail, manifest, RECORDS_OF_MANIFEST_MAX)
      return member === undefined ? [] : records.map((record) => ({ record, member }))
    })
    .sort((a, b) => b.record.seq - a.record.seq)[0]
  return (beside?.record.seq ?? -1) > (inline?.record.seq ?? -1) ? beside : inline
}

function memberIn(record: TrailRecord | undefined, sha256: string): MemberOf | undefined {
  const { files, manifest }: Body = record?.body ?? {}
  if (record === undefined || !isCapture(record)) return undefined
  if (typeof manifest !== 'string' || !Array.isArray(files)) return undefined
  const member = memberOf(files as unknown as readonly ManifestLine[], sha256)
  return member === undefined ? undefined : { record, member }
}

function memberOf(lines: readonly ManifestLine[], sha256: string): string | undefined {
  return lines.find((line) => line.sha256 === sha256)?.path
}

function first<Item, Found>(
  items: Iterable<Item>,
  find: (item: Item) => Found | undefined,
): Found | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
