import type { TrailRecord } from '@compliance-relay/shared/trail'
import { readRecordIn, type TrailStore } from './sqlite/trail-store.ts'

/**
 * Origins of all trails of this relay that are known: those that are here, and those that the first records of these name
 * as the one before, or as lost. Of which else the notary has checkpoints, nobody here has a word.
 */
export function knownTrails(store: TrailStore): ReadonlySet<string> {
  return new Set(store.trails().flatMap(({ id, origin }) => [origin, ...namedIn(readRecordIn(store, id, 0))]))
}

/** Which trails a first record names. */
function namedIn(opened: TrailRecord | undefined): readonly string[] {
  const missing = opened?.body['missing']
  const before = trailNamedBefore(opened)
  return [...(Array.isArray(missing) ? missing.map(String) : []), ...(before === undefined ? [] : [before])]
}

/** The trail that one goes on from, as its first record says. */
export function trailNamedBefore(opened: TrailRecord | undefined): string | undefined {
  const { trail } = (opened?.body['previous'] ?? {}) as { readonly trail?: unknown }
  return typeof trail === 'string' ? trail : undefined
}
