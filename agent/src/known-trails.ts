import type { TrailRecord } from '@compliance-relay/shared/trail'
import { readRecordIn, type TrailStore } from './sqlite/trail-store.ts'

/**
 * Origins of all trails of this relay that are known: the newest, and those that first records name as the one before, or as
 * lost, from the newest on. Of which else the notary has checkpoints, nobody here has a word: a trail that was left and
 * stands in the place of the newest knows none of those that were begun after it, though they are here.
 */
export function knownTrails(store: TrailStore): ReadonlySet<string> {
  return originsOf(store, (opened) => [...beforeIn(opened), ...missingIn(opened)])
}

/**
 * The same without what was lost: a start says that once, `relay verify` each time. What the notary had before the first
 * trail was opened was never here.
 */
export function trailsNotLost(store: TrailStore): ReadonlySet<string> {
  return originsOf(store, (opened) => {
    const before = beforeIn(opened)
    return before.length === 0 ? missingIn(opened) : before
  })
}

/** Trails that first records here name as the one before, and of which no record is here: they were removed whole. */
export function removedTrails(store: TrailStore): readonly string[] {
  const trails = store.trails()
  const named = new Set(trails.flatMap(({ id }) => beforeIn(readRecordIn(store, id, 0))))
  return [...named].filter((origin) => !trails.some((one) => one.origin === origin))
}

function originsOf(
  store: TrailStore,
  named: (opened: TrailRecord | undefined) => readonly string[],
): ReadonlySet<string> {
  const trails = store.trails()
  const known = new Set<string>()
  for (let at = trails.at(-1); at !== undefined; ) {
    const opened = readRecordIn(store, at.id, 0)
    for (const one of [at.origin, ...named(opened)]) known.add(one)
    const before = trailNamedBefore(opened)
    at =
      before === at.origin
        ? undefined
        : trails.findLast(({ id, origin }) => origin === before && id < (at?.id ?? 0))
  }
  return known
}

function missingIn(opened: TrailRecord | undefined): readonly string[] {
  const missing = opened?.body['missing']
  return Array.isArray(missing) ? missing.map(String) : []
}

function beforeIn(opened: TrailRecord | undefined): readonly string[] {
  const before = trailNamedBefore(opened)
  return before === undefined ? [] : [before]
}

/** The trail that one goes on from, as its first record says. */
export function trailNamedBefore(opened: TrailRecord | undefined): string | undefined {
  const { trail } = (opened?.body['previous'] ?? {}) as { readonly trail?: unknown }
  return typeof trail === 'string' ? trail : undefined
}
