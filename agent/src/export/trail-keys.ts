import type { TrailKeyView } from '@compliance-relay/shared/api'
import { fingerprintOf } from '@compliance-relay/shared/bag'
import { type Doubt, notAsLeft } from '../left-trails.ts'
import type { StoredTrail } from '../sqlite/trail-store.ts'

/**
 * The keys that sign what a relay says, oldest trail first, each with its fingerprint. Not of a trail that is not what it was
 * when it was left: that one's may be anybody's, and who files it would vouch for a forgery.
 */
export function trailKeys(trails: readonly StoredTrail[], doubts: readonly Doubt[]): readonly TrailKeyView[] {
  const doubted = notAsLeft(doubts)
  return trails
    .filter(({ origin }) => !doubted.has(origin))
    .map(({ origin, vkey }) => ({ trail: origin, key: vkey, fingerprint: fingerprintOf(vkey) }))
}
