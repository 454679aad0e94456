import { isVersionBefore, namedBefore, placesBefore, type TrailRecord } from '../trail/index.ts'

/** How a record is to be had by whoever may see some projects. */
export interface InProjects {
  /** - `whole`: all it is about is of these projects; `part`: some of it; `none`: nothing that can be told. */
  readonly share: 'whole' | 'part' | 'none'
  /** Captures of these projects that it is about, ascending. */
  readonly records: readonly number[]
  /** Records that were looked up for it. */
  readonly lookedAt: number
}

/** Looked up for one record: a statement is about 500 at most, a withdrawal of many of them about more. */
export const SUBJECTS_LOOKED_AT_MAX = 10_000

/**
 * Whether a record is of projects. One that names a project is of that one, and of the one of the version it came from,
 * whose path and digest it names. A signature, a decision or a withdrawal
 * names none, and is of the projects of what it is about, by as many steps as there are: withdrawal, decision,
 * statement, capture. What cannot be looked up is of no project that can be told. Pure, but for `recordAt`: a record
 * of the same trail.
 */
export function inProjects(
  record: TrailRecord,
  projects: readonly string[],
  recordAt: (seq: number) => TrailRecord | undefined,
): InProjects {
  const records = new Set<number>()
  const seen = new Set<number>()
  let isOutside = false
  const own = projectOf(record)
  if (own !== undefined) return capturedIn(own, record, projects, recordAt)
  const open = [...placesBefore(record)]
  for (let seq = open.pop(); seq !== undefined; seq = open.pop()) {
    if (seen.has(seq)) continue
    if (seen.size >= SUBJECTS_LOOKED_AT_MAX) {
      isOutside = true
      break
    }
    seen.add(seq)
    const subject = recordAt(seq)
    const project = subject && projectOf(subject)
    const further = subject === undefined || project !== undefined ? [] : placesBefore(subject)
    if (project !== undefined && projects.includes(project)) records.add(seq)
    else if (further.length === 0) isOutside = true
    open.push(...further)
  }
  return {
    share: records.size === 0 ? 'none' : isOutside ? 'part' : 'whole',
    records: [...records].sort((a, b) => a - b),
    lookedAt: seen.size,
  }
}

/**
 * Of a record that names its project. A folder may have been another project's when the version before was recorded. If
 * that is not to be found, it stands in a trail before, or is damaged: then a former path is not given, for it may be
 * another project's; a version of the same path is.
 */
function capturedIn(
  own: string,
  record: TrailRecord,
  projects: readonly string[],
  recordAt: (seq: number) => TrailRecord | undefined,
): InProjects {
  if (!projects.includes(own)) return { share: 'none', records: [], lookedAt: 0 }
  const whole = { share: 'whole', records: [], lookedAt: 0 } as const
  const isElsewhere = record.body['from'] !== undefined
  const named = namedBefore(record)
  if (named === undefined && !isElsewhere) return whole
  const there = named !== undefined && named.seq < record.seq ? recordAt(named.seq) : undefined
  const before = there !== undefined && isVersionBefore(there, record) ? there : undefined
  const project = before && projectOf(before)
  const isOutside = before === undefined ? isElsewhere : project !== undefined && !projects.includes(project)
  return { ...(isOutside ? { share: 'part', records: [record.seq] } : whole), lookedAt: 1 }
}

/**
 * What is told of a record that is about other projects, too: that it is there, and about which records. Its text may
 * name anything: whoever signs over two projects gives one reason for both.
 */
export interface Withheld {
  readonly kind: string
  readonly meaning?: string
  readonly records: readonly number[]
}

export function withheldOf({ kind, body }: TrailRecord, records: readonly number[]): Withheld {
  const { meaning } = body
  return { kind, ...(typeof meaning === 'string' ? { meaning } : {}), records }
}

function projectOf({ body: { project } }: TrailRecord): string | undefined {
  return typeof project === 'string' ? project : undefined
}
