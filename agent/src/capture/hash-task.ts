import type { Examination, Profile } from '../instruments/types.ts'

/** One file to be read: where it is and what it was when it was found at rest. */
export interface FileToRead {
  /** Absolute, in the relay's form of a name. */
  readonly path: string
  readonly stamp: string
}

/** A unit to be read: a file, or a data set with all its files. */
export interface ReadTask {
  readonly id: number
  /** Absolute path of the watched folder, links resolved: nothing outside of it is read. */
  readonly root: string
  readonly name: string
  readonly kind: 'file' | 'set'
  readonly profile: string
  readonly files: readonly (FileToRead & {
    /** Relative to the data set; the name for a single file. */
    readonly member: string
    readonly size: number
    /** Known from a version before, under the same stamp. */
    readonly sha256?: string
  })[]
  /** False to leave a file's content unread if its instrument says that the run is not complete. */
  readonly evenIfIncomplete: boolean
}

export interface ReadFile {
  readonly member: string
  readonly sha256: string
  readonly size: number
}

export interface Claim {
  readonly path: string
  readonly from: string
  readonly algorithm: string
  readonly digest: string
  readonly agrees: boolean
}

export type ReadResult =
  | {
      readonly id: number
      readonly state: 'read'
      readonly files: readonly ReadFile[]
      /** Left out where there is nothing to say: a plain file. */
      readonly examination?: Examination
      readonly claims: readonly Claim[]
    }
  | { readonly id: number; readonly state: 'incomplete'; readonly examination: Examination }
  /** Something was written meanwhile: look again. */
  | { readonly id: number; readonly state: 'moved'; readonly path: string }
  | { readonly id: number; readonly state: 'failed'; readonly path: string; readonly code: string }
  /** It is not what may be read: a link, or a place outside the watched folder. */
  | { readonly id: number; readonly state: 'outside'; readonly path: string }

/** What is said of a file that no instrument's profile speaks of. */
export const PLAIN: Examination = { complete: true, missing: [], fields: {}, claims: [], notes: [] }

export interface WorkerStart {
  readonly profiles: readonly Profile[]
  /** True for large units: each is read a piece at a time, and answered in no order. */
  readonly inTurns: boolean
}

/** What a thread says of a unit it reads in turns: how far it is, and the answer once there is one. */
export interface TurnedText {
  readonly id: number
  readonly bytes: number
  readonly text: string | null
}

export function bytesToRead({ files }: Pick<ReadTask, 'files'>): number {
  let bytes = 0
  for (const { size, sha256 } of files) if (sha256 === undefined) bytes += size
  return bytes
}

/*
 * Between the threads go texts: to copy a text of a thousand objects takes a fifth of the time of copying the objects.
 * JSON keeps what names may hold, lone surrogates included. A burst is of plain files, of which little is to be said:
 * they go as short lists.
 */

type PlainTask = readonly [
  id: number,
  root: string | null,
  path: string,
  name: string,
  stamp: string,
  size: number,
]
type PlainResult = readonly [id: number, sha256: string]

export function textOfTasks(tasks: readonly ReadTask[]): string {
  let root: string | undefined
  return JSON.stringify(
    tasks.map((task): ReadTask | PlainTask => {
      const [file] = task.files
      if (task.kind !== 'file' || task.profile !== 'file' || task.evenIfIncomplete) return task
      if (file === undefined || file.sha256 !== undefined || file.member !== task.name) return task
      if (task.files.length > 1) return task
      // The same for nearly all: null is that of the task before it.
      const said = task.root === root ? null : task.root
      root = task.root
      return [task.id, said, file.path, task.name, file.stamp, file.size]
    }),
  )
}

export function tasksOf(text: string): readonly ReadTask[] {
  let root = ''
  return (JSON.parse(text) as readonly (ReadTask | PlainTask)[]).map((task): ReadTask => {
    if (!isList(task)) return task
    const [id, said, path, name, stamp, size] = task
    root = said ?? root
    const files = [{ path, stamp, member: name, size }]
    return { id, root, name, kind: 'file', profile: 'file', files, evenIfIncomplete: false }
  })
}

export function textOfResults(results: readonly ReadResult[]): string {
  return JSON.stringify(
    results.map((result): ReadResult | PlainResult => {
      if (result.state !== 'read' || result.examination !== undefined) return result
      const [file] = result.files
      if (file === undefined || result.files.length !== 1 || result.claims.length > 0) return result
      return [result.id, file.sha256]
    }),
  )
}

/** `tasks` are those the results answer, in their order. */
export function resultsOf(text: string, tasks: readonly ReadTask[]): readonly ReadResult[] {
  return (JSON.parse(text) as readonly (ReadResult | PlainResult)[]).map((result, i): ReadResult => {
    if (!isList(result)) return result
    const [id, sha256] = result
    const task = tasks[i]
    const [file] = task?.files ?? []
    if (task?.id !== id || file === undefined) throw new Error(`the answer ${id} is to no task`)
    return { id, state: 'read', files: [{ member: file.member, sha256, size: file.size }], claims: [] }
  })
}

function isList<List extends readonly unknown[]>(value: object | List): value is List {
  return Array.isArray(value)
}
