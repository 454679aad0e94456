import { type Body, contentDigestOf, type TrailRecord } from '../trail/index.ts'

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
export function isVersionBefore(record: TrailRecord, { body }: Pick<TrailRecord, 'body'>): boolean {
  const paths = [body, fields(body['from'])].map(pathOf)
  return contentDigestOf(record) === namedBefore({ body })?.digest && paths.includes(pathOf(record.body))
}

export function fields(value: unknown): Body {
  return typeof value === 'object' && value !== null ? (value as Body) : {}
}

/** With the bytes it has on the disk, where they are no text. */
function pathOf({ path, pathRaw }: Body): string {
  return typeof pathRaw === 'string' ? `raw ${pathRaw}` : `text ${String(path)}`
}
