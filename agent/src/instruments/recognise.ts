import { arrivingName, isLiteral, matches, matchesAny } from './glob.ts'
import { inOrder } from './profile-order.ts'
import type { FolderGlance, Profile } from './types.ts'

/** How many folders a pattern like `pdata/#/procs` looks into. */
const FOLDERS_LOOKED_INTO_MAX = 16

export interface Recognised {
  readonly profile: Profile
  /** `forming`: it looks like becoming one, so its files are not to be taken one by one. */
  readonly state: 'whole' | 'forming'
}

/**
 * What a folder is, by the names in it. Whole before forming, specific before generic, then by order. Undefined for an
 * ordinary folder, whose files are each for themselves.
 */
export function recogniseFolder(glance: FolderGlance, profiles: readonly Profile[]): Recognised | undefined {
  const names = new Names(glance)
  const named = profiles.filter(({ unit, names: own }) => unit === 'folder' && matchesAny(own, glance.name))
  const specific = named.filter(({ generic }) => !generic).sort(inOrder)
  for (const profile of specific)
    if (names.holdAny(profile.recognise, false)) return { profile, state: 'whole' }
  for (const profile of specific)
    if (names.holdAny(profile.forming, true)) return { profile, state: 'forming' }
  for (const profile of named.filter(({ generic }) => generic).sort(inOrder)) {
    if (names.holdAny(profile.recognise, false)) return { profile, state: 'whole' }
    if (names.holdAny(profile.forming, true)) return { profile, state: 'forming' }
  }
  return undefined
}

/** What a file is, by its name alone: examination looks at its content. Throws if not even a generic profile is given. */
export function recogniseFile(name: string, profiles: readonly Profile[]): Profile {
  const lower = name.toLowerCase()
  let best: Profile | undefined
  for (const profile of profiles)
    if (profile.unit === 'file' && profile.names.some((pattern) => matches(pattern, lower)))
      if (best === undefined || inOrder(profile, best) < 0) best = profile
  if (best === undefined) throw new Error('there is no profile for a file')
  return best
}

/** Whether a file of the unit is primary raw data: what does not change when the data is processed again. */
export function isRaw(profile: Profile, path: string): boolean {
  return matchesAny(profile.raw, path)
}

interface Entry {
  readonly name: string
  readonly lower: string
  readonly isFolder: boolean
  /** Its name once it has arrived, if it is there under a temporary one. */
  readonly arriving: string | undefined
}

/** The names in a folder, each level listed at most once. */
class Names {
  readonly #glance: FolderGlance
  readonly #levels = new Map<string, readonly Entry[]>()

  constructor(glance: FolderGlance) {
    this.#glance = glance
  }

  holdAny(lists: readonly (readonly string[])[], withArriving: boolean): boolean {
    return lists.some((list) => list.every((pattern) => this.#holds(pattern, withArriving)))
  }

  #holds(pattern: string, withArriving: boolean): boolean {
    if (pattern.startsWith('name:')) return matchesAny([pattern.slice(5)], this.#glance.name)
    if (pattern === 'empty:') return this.#level('').length === 0
    // What is still arriving is there as far as its absence goes.
    if (pattern.startsWith('!')) return !this.#holds(pattern.slice(1), true)
    return pattern.split('|').some((one) => this.#has('', one, withArriving))
  }

  #has(sub: string, pattern: string, withArriving: boolean): boolean {
    const slash = pattern.indexOf('/')
    const first = (slash < 0 ? pattern : pattern.slice(0, slash)).toLowerCase()
    const rest = slash < 0 ? undefined : pattern.slice(slash + 1)
    const isPlain = isLiteral(first)
    let lookedInto = 0
    for (const { name, lower, isFolder, arriving } of this.#level(sub)) {
      const isIt = isPlain ? lower === first : matches(first, lower)
      if (rest === undefined) {
        if (isIt && !isFolder) return true
        if (withArriving && arriving !== undefined && !isFolder && matches(first, arriving)) return true
      } else if (isIt && isFolder) {
        if (rest === '') return true
        if (++lookedInto > FOLDERS_LOOKED_INTO_MAX) return false
        if (this.#has(sub === '' ? name : `${sub}/${name}`, rest, withArriving)) return true
      }
    }
    return false
  }

  #level(sub: string): readonly Entry[] {
    const known = this.#levels.get(sub)
    if (known !== undefined) return known
    const entries = this.#glance.names(sub).map(({ name, isFolder }) => ({
      name,
      lower: name.toLowerCase(),
      isFolder,
      arriving: arrivingName(name)?.toLowerCase(),
    }))
    this.#levels.set(sub, entries)
    return entries
  }
}
