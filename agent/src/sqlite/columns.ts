import type { Draft } from '@compliance-relay/shared/trail'

/** What people search a trail by. A copy for convenience: the entry decides, and `relay verify` compares. */
export interface Columns {
  readonly time: string
  readonly kind: string
  /** Id of the actor. */
  readonly actor: string
  readonly project: string | null
  /** Relative to the watched folder. */
  readonly path: string | null
  /** SHA-256 of the file, or of a data set's manifest: 64 hexadecimal digits. */
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
    digest: textOf(body['sha256']) ?? textOf(body['manifest']),
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
