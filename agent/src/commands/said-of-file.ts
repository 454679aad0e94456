import { dirname } from 'node:path'
import { type Body, readEntry, type TrailRecord } from '@compliance-relay/shared/trail'
import { keptManifest } from './kept-manifest.ts'
import { type ManifestLine, manifestLines } from './manifest-lines.ts'
import type { Reading } from './reading.ts'

/** What a trail says last of a file: the record, and the digest it has for it. */
export interface Said {
  readonly record: TrailRecord
  readonly sha256: string | null
  /** The file under its data set's folder. */
  readonly member?: string
  /** The record takes it from this path. */
  readonly gone?: 'deleted' | 'renamed'
}

/** What is said last of a path: of itself, or of a data set that it lies in, whichever was recorded later. */
export function lastOf(data: Reading, trail: number, watch: string, path: string): Said | undefined {
  const own = lastOfUnit(data, trail, watch, path)
  const ofSet = lastOfMember(data, trail, watch, path)
  if (own === undefined || ofSet === undefined) return own ?? ofSet
  return own.record.seq > ofSet.record.seq ? own : ofSet
}

/** Of a file by itself, or of a data set under its folder. */
function lastOfUnit(data: Reading, trail: number, watch: string, path: string): Said | undefined {
  const records = recordsOf(data, trail, watch, path)
  // That it could not be read for once says nothing of its content.
  const last = records.find((record) => record.kind !== 'capture.failed' || isGone(record)) ?? records[0]
  if (last === undefined) return undefined
  const sha256 = digestIn(last.body)
  // A rename stands under the new path; it has the digest that was recorded under this one.
  const renamed = sha256 === null ? undefined : renamedFrom(data, trail, watch, path, sha256)
  if (renamed !== undefined && renamed.seq > last.seq) return { record: renamed, sha256, gone: 'renamed' }
  return isGone(last)
    ? { record: last, sha256: beforeIn(last.body), gone: 'deleted' }
    : { record: last, sha256 }
}

/** Deleted; or gone after it could not be read. */
function isGone({ kind, body }: TrailRecord): boolean {
  return /\.deleted$/.test(kind) || (kind === 'capture.failed' && body['reason'] === 'vanished')
}

function renamedFrom(
  data: Reading,
  trail: number,
  watch: string,
  path: string,
  sha256: string,
): TrailRecord | undefined {
  return data.store
    .withDigest(trail, sha256, 200)
    .find(({ body }) => body['watch'] === watch && (body['from'] as { path?: unknown })?.path === path)
}

/** Of a file as part of the nearest data set that has, or last had, it. */
export function lastOfMember(data: Reading, trail: number, watch: string, path: string): Said | undefined {
  for (let folder = dirname(path); folder !== '.' && folder !== '/'; folder = dirname(folder)) {
    const set = lastOfUnit(data, trail, watch, folder)
    if (set === undefined) continue
    const member = path.slice(folder.length + 1)
    const versions = recordsOf(data, trail, watch, folder).flatMap((record) =>
      typeof record.body['manifest'] === 'string'
        ? [{ record, sha256: digestOfMember(data, record.body, member) }]
        : [],
    )
    const at = versions.findIndex((version) => version.sha256 !== undefined)
    const listed = versions[at]
    if (listed?.sha256 === undefined) continue
    const { sha256 } = listed
    if (set.gone !== undefined) return { record: set.record, sha256, member, gone: set.gone }
    const without = versions[at - 1]
    return without === undefined
      ? { record: listed.record, sha256, member }
      : { record: without.record, sha256, member, gone: 'deleted' }
  }
  return undefined
}

/** Records of a path, newest first. A claim is of a version that was recorded before it, and is none itself. */
export function recordsOf(data: Reading, trail: number, watch: string, path: string): TrailRecord[] {
  return data.store
    .withPath(trail, path, 50)
    .map((seq) => recordAt(data, trail, seq))
    .filter(({ kind, body }) => body['watch'] === watch && kind !== 'capture.claimed')
}

export function recordAt({ store }: Pick<Reading, 'store'>, trail: number, seq: number): TrailRecord {
  const line = store.line(trail, seq)
  if (line === undefined) throw new Error(`record ${seq} is missing: relay verify --data says more`)
  return readEntry(line).record
}

function digestIn(body: Body): string | null {
  const digest = body['sha256'] ?? body['manifest']
  return typeof digest === 'string' ? digest : null
}

/** Of a record of a deletion: what was deleted. */
function beforeIn({ before }: Body): string | null {
  const digest = (before as { readonly digest?: unknown } | undefined)?.digest
  return typeof digest === 'string' && digest !== '' ? digest : null
}

function digestOfMember({ store }: Reading, { manifest, files }: Body, member: string): string | undefined {
  const listed = Array.isArray(files)
    ? (files as unknown as readonly ManifestLine[])
    : manifestLines(keptManifest(store, String(manifest)))
  return listed.find(({ path }) => path === member)?.sha256
}
