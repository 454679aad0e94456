import { isKindIn, type TrailRecord } from '../../trail/index.ts'
import { inProjects, type Withheld, withheldOf } from '../in-projects.ts'

/** What of a trail a feed gives: kinds of records, and where it says so only those of some projects. */
export interface FeedScope {
  /** `file.created`, or `file.*` for all kinds of files. */
  readonly kinds: readonly string[]
  /** Undefined: of all projects, and what belongs to none. */
  readonly projects: readonly string[] | undefined
}

/**
 * What the instruments wrote and what was signed of it. Records of people are given only to whom their kinds are named:
 * who signs in when is no business of a LIMS, and the digests of codes and passwords are nobody's.
 */
export const usualKinds: readonly string[] = ['file.*', 'dataset.*', 'capture.*', 'signature.*']

export const KINDS_MAX = 20
export const PROJECTS_MAX = 50

/** How a record is given: whole; that it is there; or not at all. */
export interface Given {
  readonly record?: TrailRecord
  readonly withheld?: Withheld
  /** Other records that were looked up for it. */
  readonly lookedAt: number
}

/** What is given of a record, by feed and subscription alike. `recordAt`: a record of the same trail. */
export function givenOf(
  { kinds, projects }: { readonly kinds: readonly string[] | undefined } & Pick<FeedScope, 'projects'>,
  record: TrailRecord,
  recordAt: (seq: number) => TrailRecord | undefined,
): Given {
  if (kinds !== undefined && !isKindIn(kinds, record.kind)) return { lookedAt: 0 }
  if (projects === undefined) return { record, lookedAt: 0 }
  const { share, records, lookedAt } = inProjects(record, projects, recordAt)
  if (share === 'none') return { lookedAt }
  return share === 'whole' ? { record, lookedAt } : { withheld: withheldOf(record, records), lookedAt }
}
