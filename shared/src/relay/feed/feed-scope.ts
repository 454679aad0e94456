import { isKindIn, type TrailRecord } from '../../trail/index.ts'

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

export function isInScope(
  { kinds, projects }: FeedScope,
  { kind, body }: Pick<TrailRecord, 'kind' | 'body'>,
): boolean {
  const isNamed = isKindIn(kinds, kind)
  const project = body['project']
  return isNamed && (projects === undefined || (typeof project === 'string' && projects.includes(project)))
}
