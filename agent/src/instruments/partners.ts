import { matches } from './glob.ts'
import type { Profile } from './types.ts'

/*
 * Files that are half of something: `a.wiff` is nothing without `a.wiff.scan`. The `partner` rules of profiles say which.
 */

/** The name that is to `name` what `needs` is to `of`, patterns with one `*` each; undefined if `of` is not its pattern. */
export function partnerOf(name: string, of: string, needs: string): string | undefined {
  if (!matches(of, name.toLowerCase())) return undefined
  const star = of.indexOf('*')
  const stem = name.slice(Math.max(0, star), name.length - (of.length - star - 1))
  return needs.replace('*', () => stem)
}

/** What a single file of this name needs beside it: small letters behind the stem, then capitals. */
export function partnersOf(profile: Profile, name: string): readonly string[] {
  return pairsOf(profile).flatMap(({ of, needs }) => spelled(name, of, needs))
}

/** The single files that may need a file of this name beside them. */
export function ownersOf(profiles: readonly Profile[], name: string): readonly string[] {
  return profiles.flatMap((profile) => pairsOf(profile).flatMap(({ of, needs }) => spelled(name, needs, of)))
}

/** True if a file of the profile may need another beside it. */
export function hasPartners(profile: Profile): boolean {
  return pairsOf(profile).length > 0
}

function pairsOf({ unit, complete }: Profile) {
  return unit === 'file' ? complete.filter((rule) => rule.rule === 'partner') : []
}

function spelled(name: string, of: string, needs: string): string[] {
  const partners = [needs.toLowerCase(), needs.toUpperCase()].map((one) => partnerOf(name, of, one))
  // A rule that leads back to the file itself asks for nothing.
  return partners.filter((one) => one !== undefined).filter((one) => one.toLowerCase() !== name.toLowerCase())
}
