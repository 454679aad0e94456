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
}

/*
 * Between the threads go texts: to copy a text of a thousand objects takes a fifth of the time of copying the objects.
 * JSON keeps what names may hold, lone surrogates included.
 */

export function textOfTasks(tasks: readonly ReadTask[]): string {
  return JSON.stringify(tasks)
}

export function tasksOf(text: string): readonly ReadTask[] {
  return JSON.parse(text) as readonly ReadTask[]
}

export function textOfResults(results: readonly ReadResult[]): string {
  return JSON.stringify(results)
}

export function resultsOf(text: string): readonly ReadResult[] {
  return JSON.parse(text) as readonly ReadResult[]
}
