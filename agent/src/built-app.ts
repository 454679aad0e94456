import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { changedSource } from './built-from.ts'
import { messageOf } from './error-message.ts'

/** The review app as it was built: which files there are, and whether they are of what lies here. */
export type BuiltApp =
  | { readonly state: 'built'; readonly files: ReadonlyMap<string, Uint8Array> }
  /** Served all the same: the relay answers it by its own rules, whatever it asks. */
  | { readonly state: 'older'; readonly files: ReadonlyMap<string, Uint8Array>; readonly changed: string }
  /** `reason` in words. */
  | { readonly state: 'missing'; readonly reason: string }

/** What is to be done where there is no app, or an older one. */
export const APP_HOW = '"npm run build -w web", in the folder of the product, builds it'

const root = join(import.meta.dirname, '../..')

/** Where a build puts the app, and beside it the digests of what it was built from. */
export const builtAppPlaces = {
  folder: join(root, 'web/dist/app'),
  sources: join(root, 'web/dist/app-sources.sha256'),
  root,
} as const

/** All of it is held in memory. */
const FILES_MAX = 500
const BYTES_MAX = 16 * 2 ** 20
/** What a build names its files by: nothing that an address would write in another way, and nothing hidden. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/

/** Never throws: without its app a relay captures all the same. */
export function readBuiltApp({
  folder,
  sources,
  root,
}: {
  readonly folder: string
  readonly sources: string
  readonly root: string
} = builtAppPlaces): BuiltApp {
  try {
    const files = filesIn(folder)
    if (!files.has('index.html')) return { state: 'missing', reason: 'it has no page, index.html' }
    const changed = changedSource(sources, root)
    return changed === undefined ? { state: 'built', files } : { state: 'older', files, changed }
  } catch (error) {
    const isNotThere = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return { state: 'missing', reason: isNotThere ? 'it is not built' : messageOf(error) }
  }
}

export interface AppState {
  readonly state: BuiltApp['state']
  /** What is wrong with it, and what to do, in a sentence without its point; null if nothing is. */
  readonly says: string | null
}

export function appStateOf(app: BuiltApp): AppState {
  return { state: app.state, says: saysOf(app) }
}

function saysOf(app: BuiltApp): string | null {
  if (app.state === 'built') return null
  return app.state === 'older'
    ? `the review app was built when ${app.changed} was another: ${APP_HOW}`
    : `the review app is not served: ${app.reason}; ${APP_HOW}`
}

/** Files alone, by their path with slashes: a link could lead anywhere. Throws an Error on more than an app is. */
function filesIn(folder: string): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  let left = BYTES_MAX
  for (const name of namesIn(folder)) {
    const path = join(folder, name)
    left -= statSync(path).size
    if (left < 0) throw new Error(`it has more than ${BYTES_MAX / 2 ** 20} MiB`)
    if (files.size === FILES_MAX) throw new Error(`it has more than ${FILES_MAX} files`)
    files.set(name, new Uint8Array(readFileSync(path)))
  }
  return files
}

/** Not by a listing that goes through all folders by itself: that goes through links, too. */
function* namesIn(folder: string, above = ''): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!NAME.test(entry.name)) continue
    const name = `${above}${entry.name}`
    if (entry.isFile()) yield name
    else if (entry.isDirectory()) yield* namesIn(join(folder, entry.name), `${name}/`)
  }
}
