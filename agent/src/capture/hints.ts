import { basename, dirname, join, resolve } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import { messageOf } from '../error-message.ts'
import { FolderHints } from './folder-hints.ts'

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
  close(): Promise<void>
}

/** Hints about a folder and all below it. */
export function watchHints(root: string, sink: HintSink): Hints {
  const watchesTrees = process.platform === 'win32' || process.platform === 'darwin'
  return watchesTrees ? treeHints(root, sink) : new FolderHints(resolve(root), sink)
}

/**
 * Where the system watches a whole tree at once, chokidar is asked. Its own picture of the files is not used, only the
 * raw events: files are left out of it (`ignored`), so that it costs memory by the folder and not by the file, and no
 * name is filtered by its ideas of temporary files.
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
    // The name is a path below the watched folder.
    const path = resolve(join(watched, name))
    if (path === resolve(watched)) return sink.hint(watched, undefined)
    sink.hint(dirname(path), event === 'change' ? basename(path) : undefined)
    if (event !== 'change') sink.hint(dirname(path), basename(path))
  })
  watcher.on('ready', () => sink.ready())
  watcher.on('addDir', (path) => sink.hint(resolve(path), undefined))
  watcher.on('unlinkDir', (path) => sink.hint(dirname(resolve(path)), undefined))
  watcher.on('error', (error) => sink.lost(messageOf(error)))
  return { close: () => watcher.close() }
}
