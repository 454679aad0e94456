import type { WatchSettings } from '../settings.ts'
import type { Folder } from './folder-tree.ts'
import type { Hints } from './hints.ts'

/** A folder that is watched, or waited for. */
export interface Watch {
  settings: WatchSettings
  root: Folder | undefined
  realRoot: string
  /** Wall clock since when the folder is not there; undefined while it is. */
  gone: { since: number; reason: string; said: boolean; oldest: number | undefined } | undefined
  hints: Hints | undefined
  /** Why hints are not to be relied on; undefined if they are. */
  hintsFault: string | undefined
  /** True once the system has been asked for hints of every folder there was. */
  hintsReady: boolean
  nextFolders: number
  nextFull: number
  scanned: number | undefined
  /** It was watched before, until then. Wall clock. */
  ended: number | undefined
}

export function newWatch(settings: WatchSettings): Watch {
  return {
    settings,
    root: undefined,
    realRoot: settings.path,
    gone: undefined,
    hints: undefined,
    hintsFault: undefined,
    hintsReady: false,
    nextFolders: 0,
    nextFull: 0,
    scanned: undefined,
    ended: undefined,
  }
}
