import { contentDigestOf, isCapture, type TrailRecord } from '@compliance-relay/shared/trail'
import type { Match } from './messages.ts'

/** Every digest by which a record vouches for a file or a data set; none of one that captured nothing: an export has a manifest, too. */
export function capturedDigests(record: TrailRecord): readonly string[] {
  if (!isCapture(record)) return []
  const { raw, files } = record.body
  return [contentDigestOf(record), raw, ...membersIn(files).map(({ sha256 }) => sha256)].filter(
    (digest) => typeof digest === 'string',
  )
}

/** What a record says of a digest that stands in it. */
export function roleOf({ body }: TrailRecord, digest: string): Pick<Match, 'as' | 'members'> {
  if (body['sha256'] === digest) return { as: 'file' }
  if (body['manifest'] === digest) return { as: 'data-set' }
  if (body['raw'] === digest) return { as: 'raw-data' }
  const members = membersIn(body['files']).filter(({ sha256 }) => sha256 === digest)
  return { as: 'member', members: members.map(({ path }) => textOf(path)) }
}

/** Files of a data set as its record has them. */
function membersIn(files: unknown): readonly { readonly path?: unknown; readonly sha256?: unknown }[] {
  return Array.isArray(files) ? files.filter((one) => typeof one === 'object' && one !== null) : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
