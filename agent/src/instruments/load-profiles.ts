import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { printable } from '@compliance-relay/shared/trail'
import { readPlainFile } from '../read-plain-file.ts'
import { PROFILE_BYTES_MAX, ProfileError, parseProfile } from './parse-profile.ts'
import { inOrder } from './profile-order.ts'
import type { Profile } from './types.ts'

/** The profiles that come with the agent. */
export const BUILT_IN_PROFILES = join(import.meta.dirname, '../../profiles')

const PROFILES_MAX = 500
/** Refusals given one by one: a folder can be full of anything. */
const REFUSED_MAX = 100
const NAME_CHARACTERS_MAX = 100

/** A profile of the user's that cannot be used: one plain sentence that names the file, and the field if it is one. */
export interface RefusedProfile {
  readonly file: string
  readonly problem: string
}

/** Profiles in the order they are tried: specific before generic, then by `order`, then by id. */
export interface Profiles extends ReadonlyArray<Profile> {
  /** Those that were left out; empty if all can be used. The first hundred. */
  readonly refused: readonly RefusedProfile[]
  /** What stood in the files they were read from: see `profilesOnDisk`. */
  readonly digest: string
}

/** The profiles in a folder, each `*.json` in it. Throws ProfileError for one that cannot be used, and what the file system throws. */
export function loadProfiles(folder: string): readonly Profile[] {
  return ordered(profilesIn(folder))
}

/**
 * The built-in profiles and those a user has put into a folder, which need not be there. What cannot be used is left out
 * and named: its instrument's files are then taken as those of any other, for files do not wait until it is mended.
 */
export function loadAllProfiles(folder: string): Profiles {
  // First: what is changed while they are read is noticed by the next look.
  const digest = profilesOnDisk(folder)
  const profiles = profilesIn(BUILT_IN_PROFILES)
  const refused: RefusedProfile[] = []
  for (const name of namesOrRefusal(folder, refused)) {
    if (refused.length >= REFUSED_MAX) break
    try {
      add(profiles, readProfile(folder, name), named(name))
    } catch (error) {
      refused.push({ file: named(name), problem: problemOf(name, error) })
    }
  }
  return Object.assign(ordered(profiles), { refused, digest })
}

/** What profiles stand on the disk now: the same as long as no file came, went or changed, whatever their times say. */
export function profilesOnDisk(folder: string): string {
  const digest = createHash('sha256')
  for (const place of [BUILT_IN_PROFILES, folder])
    for (const [name, content] of contents(place))
      digest.update(JSON.stringify([name, content.length])).update(content)
  return digest.digest('hex')
}

function contents(folder: string): readonly (readonly [string, Uint8Array])[] {
  try {
    return profileNames(folder)
      .slice(0, PROFILES_MAX + REFUSED_MAX)
      .map((name) => [name, contentOf(join(folder, name))])
  } catch {
    // What hinders reading is said where they are read: see `refused`.
    return []
  }
}

function contentOf(path: string): Uint8Array {
  try {
    const read = readPlainFile(path, PROFILE_BYTES_MAX)
    return read.kind === 'read' ? read.bytes : Buffer.from(read.kind)
  } catch (error) {
    return Buffer.from(codeOf(error) ?? '')
  }
}

function profilesIn(folder: string): Map<string, Profile> {
  const profiles = new Map<string, Profile>()
  for (const name of profileNames(folder)) add(profiles, readProfile(folder, name), name)
  return profiles
}

function namesOrRefusal(folder: string, refused: RefusedProfile[]): readonly string[] {
  try {
    return profileNames(folder)
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    if (code !== 'ENOENT')
      refused.push({ file: 'profiles', problem: `the folder of profiles cannot be read (${code})` })
    return []
  }
}

function profileNames(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.toLowerCase().endsWith('.json') && !name.startsWith('.'))
    .sort()
}

function readProfile(folder: string, name: string): Profile {
  const read = readPlainFile(join(folder, name), PROFILE_BYTES_MAX)
  if (read.kind === 'no-file')
    throw new ProfileError(`${named(name)} is no file: a profile is a file of its own`)
  if (read.kind === 'too-large') throw new ProfileError(`${named(name)} is larger than a profile may be`)
  return parseProfile(read.bytes.toString('utf8'), named(name))
}

function add(profiles: Map<string, Profile>, profile: Profile, name: string): void {
  if (profiles.has(profile.id)) throw new ProfileError(`${name}: id: there are two profiles ${profile.id}`)
  if (profiles.size >= PROFILES_MAX)
    throw new ProfileError(`${name}: there are more than ${PROFILES_MAX} profiles`)
  profiles.set(profile.id, profile)
}

function ordered(profiles: ReadonlyMap<string, Profile>): readonly Profile[] {
  const all = [...profiles.values()].sort(inOrder)
  return all.map((profile) =>
    profile.unit === 'file' ? { ...profile, others: filesAfter(profile, all) } : profile,
  )
}

function problemOf(name: string, error: unknown): string {
  if (error instanceof ProfileError) return error.message
  const code = codeOf(error)
  if (code === undefined) throw error
  return `${named(name)} cannot be read (${code})`
}

/** A name for a message: what anybody may have called a file. */
function named(name: string): string {
  return printable(name).slice(0, NAME_CHARACTERS_MAX)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** Whom to ask when a file has the name but not the content: `.dx` is a zip archive of one program and text of another. */
function filesAfter({ id }: Profile, ordered: readonly Profile[]): readonly Profile[] {
  return ordered.filter((other) => other.unit === 'file' && other.id !== id && !other.generic)
}
