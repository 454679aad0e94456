import { Worker } from 'node:worker_threads'
import type { ColumnFault } from '../sqlite/column-faults.ts'
import type { ContentSumsParts } from '../sqlite/content-sums.ts'
import type { RecordPlace } from '../sqlite/trail-store.ts'
import type { UnitStore } from '../sqlite/unit-store.ts'
import type { AuthorityParts } from '../trail-authority.ts'
import type { StateFault } from './state-faults.ts'

export interface StateQuestion {
  /** The database. */
  readonly file: string
  /** Where the relay's writer began: it knows itself what it wrote from there on. */
  readonly writtenFrom: RecordPlace
  /** Whose lines are believed. */
  readonly authority: AuthorityParts
}

export interface StateAnswer {
  readonly faults: readonly StateFault[]
  readonly columns: readonly ColumnFault[]
  /** How many there are of both, given or not. */
  readonly count: number
  /** Of all rows before `writtenFrom`, as they are once what was found is mended. */
  readonly contents: ContentSumsParts
}

/** Faults mended in one go; another look finds the others. */
export const FAULTS_MAX = 20_000

export interface StateCheck {
  readonly answer: Promise<StateAnswer>
  /** Ends it; there is no answer then. */
  close(): Promise<void>
}

/** Holds the capture state, and the columns records are found by, against the records, in a thread of its own. */
export function checkState(question: StateQuestion): StateCheck {
  const worker = new Worker(new URL('./state-worker.ts', import.meta.url), { workerData: question })
  worker.unref()
  const answer = new Promise<StateAnswer>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the check of the capture state was ended')))
  })
  // Who ends it does not wait for the answer.
  answer.catch(() => {})
  return {
    answer,
    async close() {
      await worker.terminate()
    },
  }
}

/**
 * Makes the state say what the records say, with no stamp: so each unit is read again and its content compared.
 * What has been recorded since is left alone.
 */
export function mend(units: UnitStore, faults: readonly StateFault[], addsFolders: boolean): void {
  for (const { at, live, code, watch, path } of faults) {
    const place = at ?? placeOf(units, watch, path, addsFolders)
    if (place === undefined) continue
    const { folder, name } = place
    const now = units.unit(folder, name)
    if (now?.seq !== at?.seq) continue
    const own = units.folderAt(watch, folder, name)
    if (own !== undefined) units.replaceMembers(own, [])
    if (live !== undefined) {
      const { kind, state, trail, seq, digest, size, profile } = live
      units.put({
        folder,
        name,
        kind,
        state,
        trail,
        seq,
        digest: digest ?? '',
        size,
        profile,
        fileId: '',
        stamp: '',
      })
    } else if (code === 'unit-extra') units.remove(folder, name)
  }
}

/** Where a unit that nothing is known of would stand. Folders that nothing is known of are added, or it has no place. */
/** Where the state has a path of a watched folder; undefined if it has not. */
export function placeOf(
  units: UnitStore,
  watch: string,
  path: string,
  addsFolders: boolean,
): { readonly folder: number; readonly name: string } | undefined {
  const names = path.split('/')
  const name = names.pop() as string
  const folderIn = (parent: number, one: string): number | undefined =>
    units.folderAt(watch, parent, one) ?? (addsFolders ? units.addFolder(watch, parent, one) : undefined)
  let folder = folderIn(0, '')
  for (const one of names) folder = folder === undefined ? undefined : folderIn(folder, one)
  return folder === undefined ? undefined : { folder, name }
}
