import { basename, dirname, join, resolve } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import { messageOf } from '../error-message.ts'
import { FolderHints } from './folder-hints.ts'
import { type Listed, list } from './listing.ts'

/** What the operating system says has happened. A hint may be wrong, late, or never come. */
export interface HintSink {
  /** Something about this name in this folder; undefined: something in this folder or below. */
  hint(folder: string, name: string | undefined): void
  /** From now on hints are given. What happened before is to be looked for. */
  ready(): void
  /** Hints have been lost, or will be: everything below is to be looked at. */
  lost(reason: string): void
}

export interface Hints {
  /** True if it may have any number of files to do with. */
  readonly isForMany: boolean
  close(): Promise<void>
}

/** The system watches a tree as a whole, not each folder for itself. */
const WATCHES_TREES = process.platform === 'win32' || process.platform === 'darwin'
/** Names in a tree up to which it is a small one. */
const FEW_NAMES = 10_000

/** Hints about a folder and all below it: chokidar's, except of a large tree where it would take more than it gives. */
export function watchHints(root: string, sink: HintSink): Hints {
  return isLarge(root) ? new FolderHints(resolve(root), sink) : treeHints(root, sink)
}

/** True if the tree has become too large for how it is watched: then it is to be watched anew. */
export function hasOutgrown(root: string, { isForMany }: Hints): boolean {
  return !isForMany && isLarge(root)
}

/** Only where the system watches each folder for itself: see `FolderHints`. */
function isLarge(root: string): boolean {
  if (WATCHES_TREES) return false
  const folders = [root]
  let names = 0
  for (const folder of folders) {
    for (const { name, kind } of tryList(folder)) {
      if (++names > FEW_NAMES) return true
      if (kind === 'folder') folders.push(join(folder, name))
    }
  }
  return false
}

function tryList(folder: string): Listed[] {
  try {
    return list(folder)
  } catch {
    return []
  }
}

/**
 * chokidar's own picture of the files is not used, only the raw events of the folders: files are left out of it
 * (`ignored`), so that it costs memory by the folder and not by the file, and no name is filtered by its ideas of
 * temporary files.
 */
export function treeHints(root: string, sink: HintSink): Hints {
  const watcher: FSWatcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    atomic: false,
    awaitWriteFinish: false,
    persistent: true,
    ignorePermissionErrors: true,
    ignored: (_, stats) => stats !== undefined && !stats.isDirectory(),
  })
  watcher.on('raw', (event, name, details) => {
    const watched = (details as { watchedPath?: unknown }).watchedPath
    if (typeof watched !== 'string') return sink.lost('an event without a folder')
    if (typeof name !== 'string' || name === '') return sink.hint(watched, undefined)
    // On systems that watch a whole tree at once, the name is a path below it.
    const path = resolve(join(watched, name))
    if (path === resolve(watched)) return sink.hint(watched, undefined)
    sink.hint(dirname(path), event === 'change' ? basename(path) : undefined)
    if (event !== 'change') sink.hint(dirname(path), basename(path))
  })
  watcher.on('ready', () => sink.ready())
  watcher.on('addDir', (path) => sink.hint(resolve(path), undefined))
  watcher.on('unlinkDir', (path) => sink.hint(dirname(resolve(path)), undefined))
  watcher.on('error', (error) => sink.lost(messageOf(error)))
  return { isForMany: WATCHES_TREES, close: () => watcher.close() }
}
