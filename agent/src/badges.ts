import { endedBadge } from './actors/badge.ts'
import type { BadgeInterval } from './actors/types.ts'
import type { HostStore } from './sqlite/host-store.ts'

const KEPT_MILLISECONDS = 7 * 86_400_000

/** Who was signed in at the workstation, and when, over the last days: writing that is recorded now is not older. */
export function badgesIn(host: HostStore, now: number): BadgeInterval[] {
  return host
    .badges(now - KEPT_MILLISECONDS)
    .map(({ ref, person, from, to }) => ({ ref, person, from, ...(to === null ? {} : { to }) }))
}

/** Whoever is signed in now. */
export function openBadge(badges: readonly BadgeInterval[], now: number): BadgeInterval | undefined {
  return badges.find((one) => endedBadge(one, now).to === undefined)
}
