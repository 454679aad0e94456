import { sep } from 'node:path'
import { look } from '../capture/listing.ts'
import { walkSet } from '../capture/walk-set.ts'

/**
 * When a file, or anything in a data set, was changed last, milliseconds; undefined if that cannot be told. By the time
 * that the system keeps of every change: the one that programs set could be any.
 */
export function touchedAt(path: string): number | undefined {
  try {
    const stat = look(path)
    if (stat?.isDirectory() !== true) return stat && Number(stat.ctimeMs)
    const { files, folders } = walkSet(path, sep)
    const all = [...files.map((file) => file.path), ...folders.map(({ member }) => folderPath(path, member))]
    return all.reduce((last, one) => Math.max(last, Number(look(one)?.ctimeMs ?? 0n)), 0)
  } catch {
    // It is gone again, or cannot be looked at: nothing is said for it.
    return undefined
  }
}

/**
 * How long ago something was touched, if that is so lately before `since` that it need not have been recorded by then; of
 * all else, and of a time that has not come, undefined. Pure. Milliseconds.
 */
export function secondsSinceTouched(
  touched: number | undefined,
  {
    since,
    now,
    withinSeconds,
  }: { readonly since: number; readonly now: number; readonly withinSeconds: number },
): number | undefined {
  const isNew = touched !== undefined && touched > since - withinSeconds * 1_000 && touched <= now
  return isNew ? Math.floor((now - touched) / 1_000) : undefined
}

function folderPath(path: string, member: string): string {
  return member === '' ? path : [path, ...member.split('/')].join(sep)
}
