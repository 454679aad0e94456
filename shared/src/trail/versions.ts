import { contentDigestOf } from './content-digest.ts'
import type { Body, TrailRecord } from './record.ts'

/** The record of the version before, as a record of a capture names it. */
export interface NamedBefore {
  /** A place without its trail: in its own trail, or in one before. */
  readonly seq: number
  readonly digest: unknown
}

export function namedBefore({ body }: Pick<TrailRecord, 'body'>): NamedBefore | undefined {
  const { seq, digest } = fields(body['before'])
  return typeof seq === 'number' ? { seq, digest } : undefined
}

/** Whether it has the content that a later record names, and stands where that one does or comes from. */
export function isVersionBefore(
  record: Pick<TrailRecord, 'kind' | 'body'>,
  { body }: Pick<TrailRecord, 'body'>,
): boolean {
  // A claim has a name as text alone.
  const pathIn = record.kind === 'capture.claimed' ? textPathOf : pathOf
  const paths = [body, fields(body['from'])].map(pathIn)
  return contentDigestOf(record) === namedBefore({ body })?.digest && paths.includes(pathIn(record.body))
}

function fields(value: unknown): Body {
  return typeof value === 'object' && value !== null ? (value as Body) : {}
}

/** With the bytes it has on the disk, where they are no text. */
function pathOf(body: Body): string {
  return typeof body['pathRaw'] === 'string' ? `raw ${body['pathRaw']}` : textPathOf(body)
}

function textPathOf({ path }: Body): string {
  return `text ${String(path)}`
}
