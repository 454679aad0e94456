import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PROFILE_BYTES_MAX, ProfileError, parseProfile } from './parse-profile.ts'
import { inOrder } from './profile-order.ts'
import type { Profile } from './types.ts'

/** The profiles that come with the agent. */
export const BUILT_IN_PROFILES = join(import.meta.dirname, '../../profiles')

const PROFILES_MAX = 500

/**
 * The profiles in a folder and any further ones: each `*.json` in them. Specific before generic, then by `order`, then
 * by id. Throws ProfileError if one cannot be used or two have one id, and what the file system throws.
 */
export function loadProfiles(folder: string, ...more: readonly string[]): readonly Profile[] {
  const profiles = new Map<string, Profile>()
  for (const place of [folder, ...more])
    for (const name of readdirSync(place).sort()) {
      if (!name.toLowerCase().endsWith('.json') || name.startsWith('.')) continue
      const path = join(place, name)
      if (statSync(path).size > PROFILE_BYTES_MAX)
        throw new ProfileError(`${name} is larger than a profile may be`)
      const profile = parseProfile(readFileSync(path, 'utf8'), name)
      if (profiles.has(profile.id))
        throw new ProfileError(`${name}: id: there are two profiles ${profile.id}`)
      profiles.set(profile.id, profile)
      if (profiles.size > PROFILES_MAX)
        throw new ProfileError(`${name}: there are more than ${PROFILES_MAX} profiles`)
    }
  const ordered = [...profiles.values()].sort(inOrder)
  return ordered.map((profile) =>
    profile.unit === 'file' ? { ...profile, others: filesAfter(profile, ordered) } : profile,
  )
}

/** The built-in profiles and those a user has put into a folder, which need not be there. Throws as `loadProfiles`. */
export function loadAllProfiles(folder: string): readonly Profile[] {
  return loadProfiles(BUILT_IN_PROFILES, ...(existsSync(folder) ? [folder] : []))
}

/** Whom to ask when a file has the name but not the content: `.dx` is a zip archive of one program and text of another. */
function filesAfter({ id }: Profile, ordered: readonly Profile[]): readonly Profile[] {
  return ordered.filter((other) => other.unit === 'file' && other.id !== id && !other.generic)
}
