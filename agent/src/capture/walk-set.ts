import { list, look, targetOf } from './listing.ts'
import { stampOf } from './stamp.ts'

/** A file of a data set, as it stands now. */
export interface SetFile {
  /** Relative to the data set, '/'-separated. */
  readonly member: string
  readonly path: string
  readonly stamp: string
  readonly size: number
  readonly owner: number
  readonly links: number
}

export interface SetWalk {
  readonly files: readonly SetFile[]
  /** Relative path and stamp of each folder, the data set's own first. */
  readonly folders: readonly { readonly member: string; readonly stamp: string }[]
  /** What is no file and no folder: links with their targets, devices, other file systems. Not read, and said. */
  readonly others: readonly { readonly member: string; readonly what: string }[]
  /** All stamps in one text: equal means untouched. */
  readonly signature: string
}

/** Files a data set may have: beyond it, it is refused rather than guessed at. */
export const SET_FILES_MAX = 200_000
const DEPTH_MAX = 64

/**
 * Walks a data set whole: every file in it is part of it, whatever its name. Throws what the file system throws: a walk that is not whole says nothing.
 * `separator` is the platform's.
 */
export function walkSet(root: string, separator: string): SetWalk {
  const files: SetFile[] = []
  const folders: { member: string; stamp: string }[] = []
  const others: { member: string; what: string }[] = []
  const rootStat = look(root)
  if (rootStat === undefined || !rootStat.isDirectory()) throw notThere(root)
  const visit = (path: string, member: string, depth: number): void => {
    if (depth > DEPTH_MAX) throw new Error(`more than ${DEPTH_MAX} folders deep`)
    for (const { name, kind } of list(path).sort(byName)) {
      const child = `${path}${separator}${name}`
      const childMember = member === '' ? name : `${member}/${name}`
      if (kind === 'link') {
        others.push({ member: childMember, what: `link to ${targetOf(child)}` })
        continue
      }
      const stat = look(child)
      if (stat === undefined) throw notThere(child)
      if (stat.isDirectory()) {
        if (stat.dev !== rootStat.dev) {
          others.push({ member: childMember, what: 'another file system' })
          continue
        }
        folders.push({ member: childMember, stamp: stampOf(stat) })
        visit(child, childMember, depth + 1)
      } else if (stat.isFile()) {
        if (files.length >= SET_FILES_MAX) throw new Error(`more than ${SET_FILES_MAX} files`)
        const { size, uid, nlink } = stat
        files.push({
          member: childMember,
          path: child,
          stamp: stampOf(stat),
          size: Number(size),
          owner: Number(uid),
          links: Number(nlink),
        })
      } else others.push({ member: childMember, what: 'no file and no folder' })
    }
  }
  folders.push({ member: '', stamp: stampOf(rootStat) })
  visit(root, '', 0)
  return { files, folders, others, signature: signatureOf(files, others) }
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

/** A folder's own times change with what is only looked at by some programs, so files alone decide. */
function signatureOf(files: SetWalk['files'], others: SetWalk['others']): string {
  return [
    ...files.map(({ member, stamp }) => `${member}\0${stamp}`),
    ...others.map(({ member, what }) => `${member}\0${what}`),
  ].join('\n')
}

function notThere(path: string): Error {
  return Object.assign(new Error(`${path} is not there`), { code: 'ENOENT' })
}
