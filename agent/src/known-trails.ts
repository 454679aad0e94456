import type { TrailRecord } from '@compliance-relay/shared/trail'
import { readRecordIn, type TrailStore } from './sqlite/trail-store.ts'

/**
 * Origins of all trails of this relay that are known: those that are here, and those that the first records of these name
 * as the one before, or as lost. Of which else the notary has checkpoints, nobody here has a word.
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

function originsOf(
  store: TrailStore,
  named: (opened: TrailRecord | undefined) => readonly string[],
): ReadonlySet<string> {
  return new Set(store.trails().flatMap(({ id, origin }) => [origin, ...named(readRecordIn(store, id, 0))]))
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
