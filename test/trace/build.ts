import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Which build a run or a matrix is about. The commit alone does not say it while files are changed and not
 * committed, so the source files themselves are hashed too: two builds are the same when all of this is equal.
 */
export type Build = {
  /** The commit checked out, or `none` before the first one. */
  readonly commit: string
  /** True when any file differs from the commit, or is not in it. Files git ignores do not count. */
  readonly dirty: boolean
  readonly lockSha256: string
  /** Over path and bytes of every file that is in git or would be added to it. */
  readonly sourceSha256: string
}

export function buildOf(root: string): Build {
  const status = git(root, 'status', '--porcelain=v2', '--branch', '--untracked-files=all').split('\n')
  const commit = status.find((line) => line.startsWith('# branch.oid '))?.slice('# branch.oid '.length)
  if (commit === undefined) throw new Error(`expected git to name the commit of ${root}, found none`)
  return {
    commit: commit === '(initial)' ? 'none' : commit,
    dirty: status.some((line) => line !== '' && !line.startsWith('#')),
    lockSha256: sha256(readFileSync(join(root, 'package-lock.json'))),
    sourceSha256: sourceSha256(root),
  }
}

export function sameBuild(a: Build, b: Build): boolean {
  return a.commit === b.commit && a.lockSha256 === b.lockSha256 && a.sourceSha256 === b.sourceSha256
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function sourceSha256(root: string): string {
  const listed = git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0')
  const paths = [...new Set(listed)].filter((path) => path !== '').sort()
  const files = paths.filter((path) => lstatSync(join(root, path), { throwIfNoEntry: false })?.isFile())
  return sha256(JSON.stringify(files.map((path) => [path, sha256(readFileSync(join(root, path)))])))
}

/** Git itself, looking at `root` even inside a git hook, which points these variables at another repository. */
function git(root: string, ...args: string[]): string {
  const env = { ...process.env }
  for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX']) delete env[name]
  return execFileSync('git', args, { cwd: root, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
}
