import type { TrailKeyView } from '@compliance-relay/shared/api'
import { fingerprintOf } from '@compliance-relay/shared/bag'
import type { StoredTrail } from '../sqlite/trail-store.ts'

/** The keys that sign what a relay says, oldest trail first, each with its fingerprint. */
export function trailKeys(trails: readonly StoredTrail[]): readonly TrailKeyView[] {
  return trails.map(({ origin, vkey }) => ({ trail: origin, key: vkey, fingerprint: fingerprintOf(vkey) }))
}
