import { opendirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { ProblemDetail } from '@compliance-relay/shared/api'
import { messageOf } from './error-message.ts'
import { activeWatches, type Settings } from './settings.ts'
import { accountName } from './system-faults.ts'
import { UnusableInput } from './unusable-input.ts'

/* Which folders can be watched: by themselves, and beside what is watched and what is the relay's own. */

/** A folder that can be watched: it is there, and not in one that is. Links are resolved once, here. */
export function requireWatchable(folder: string, settings: Pick<Settings, 'watches'>): string {
  let path: string
  try {
    path = realpathSync.native(resolve(folder))
    if (!statSync(path).isDirectory())
      throw new UnusableInput(`${folder} is not a folder`, { detail: 'folder-is-none' })
    opendirSync(path).closeSync()
  } catch (error) {
    if (error instanceof UnusableInput) throw error
    throw new UnusableInput(`${folder} cannot be watched: ${whyNot(error)}`, { detail: detailOf(error) })
  }
  const overlap = activeWatches(settings).find((watch) => isIn(path, watch.path) || isIn(watch.path, path))
  if (overlap?.path === path)
    throw new UnusableInput(`${path} is watched already, as ${overlap.id}`, { detail: 'folder-watched' })
  if (overlap !== undefined)
    throw new UnusableInput(`${path} and the watched folder ${overlap.path} lie in each other`, {
      detail: 'folder-overlaps',
    })
  return path
}

function whyNot(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such folder'
  if (code === 'EACCES' || code === 'EPERM')
    return `the account ${accountName()} may not read it, and the relay is to run under that`
  return messageOf(error)
}

function detailOf(error: unknown): ProblemDetail {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'folder-not-there'
  if (code === 'ENOTDIR') return 'folder-is-none'
  return code === 'EACCES' || code === 'EPERM' ? 'folder-unreadable' : 'folder-failed'
}

/** The folder with its links resolved, as watches have it; as it is written, if it is not there. */
export function realPath(folder: string): string {
  const path = resolve(folder)
  try {
    return realpathSync.native(path)
  } catch {
    return path
  }
}

/** The relay's own files are not data: neither folder may lie in a watched one, nor the other way round. */
export function requireApart(
  dataAsked: string,
  notaryAsked: string,
  settings: Pick<Settings, 'watches'>,
): void {
  // Where they are, and not how they are called: a link may lead from one into the other.
  const data = realPlace(dataAsked)
  const notary = realPlace(notaryAsked)
  if (isIn(notary, data))
    throw new UnusableInput(
      `the notary folder ${notary} lies in the data folder: who puts back an old copy of that puts back the notary with it`,
    )
  for (const watch of activeWatches(settings)) {
    const watched = realPlace(watch.path)
    for (const [what, path] of [
      ['data folder', data],
      ['notary folder', notary],
    ] as const) {
      if (isIn(path, watched) || isIn(watched, path))
        throw new UnusableInput(`the ${what} ${path} and the watched folder ${watched} lie in each other`, {
          detail: 'folder-own',
        })
    }
  }
}

/** As `realPath`, also of what is not there yet: links in the part of the path that is there are resolved. */
export function realPlace(path: string): string {
  const absolute = resolve(path)
  try {
    return realpathSync.native(absolute)
  } catch {
    const above = dirname(absolute)
    return above === absolute ? absolute : join(realPlace(above), basename(absolute))
  }
}

export function isIn(path: string, folder: string): boolean {
  const end = folder.endsWith('/') || folder.endsWith('\\') ? folder : `${folder}/`
  return path === folder || `${path}/`.replaceAll('\\', '/').startsWith(end.replaceAll('\\', '/'))
}
