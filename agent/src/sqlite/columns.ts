import { contentDigestOf, type Draft } from '@compliance-relay/shared/trail'

/** What people search a trail by. A copy for convenience: the entry decides, and `relay verify` compares. */
export interface Columns {
  readonly time: string
  readonly kind: string
  /** Id of the actor. */
  readonly actor: string
  readonly project: string | null
  /** Relative to the watched folder. */
  readonly path: string | null
  /** SHA-256 of what was captured: of the file, or of a data set's manifest: 64 hexadecimal digits. */
  readonly digest: string | null
}

/** The columns of a record. Pure, so that they can be made again from the entries. */
export function columnsOf({ time, kind, actor, body }: Draft): Columns {
  return {
    time,
    kind,
    actor: actor.id,
    project: textOf(body['project']),
    path: textOf(body['path']),
    digest: contentDigestOf({ kind, body }) ?? null,
  }
}

/**
 * As an earlier version of the relay made them: it took whatever is called a digest for one of a capture. Such rows are
 * never written again, and whoever searches by a digest asks the record.
 */
function formerColumnsOf(draft: Draft): Columns {
  const { sha256, manifest } = draft.body
  return { ...columnsOf(draft), digest: textOf(sha256) ?? textOf(manifest) }
}

const NAMES: readonly (keyof Columns)[] = ['time', 'kind', 'actor', 'project', 'path', 'digest']

/** Whether a row is what this version, or the earlier one, makes of a record. */
export function isOf(row: Columns, draft: Draft): boolean {
  return isSame(row, columnsOf(draft)) || isSame(row, formerColumnsOf(draft))
}

function isSame(one: Columns, other: Columns): boolean {
  return NAMES.every((name) => one[name] === other[name])
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
