import type { InDoubt } from './new-trail.ts'
import type { Settings } from './settings.ts'
import type { StoredTrail, TrailStore } from './sqlite/trail-store.ts'
import type { RelayStatus } from './status.ts'
import { readSoundRecordIn } from './written-lines.ts'

/** What of the trail before it cannot be gone by, as the first record of one says. */
export function inDoubtSince(store: TrailStore, { id }: Pick<StoredTrail, 'id'>): readonly InDoubt[] {
  const said = readSoundRecordIn(store, id, 0)?.body['inDoubt']
  return Array.isArray(said) ? (said as InDoubt[]) : []
}

/** What of that still is: nobody is a person until somebody says again who is one; of accounts their own needs say it. */
export function inDoubtNow(
  since: readonly InDoubt[],
  { persons, notary }: Pick<Settings, 'persons' | 'notary'>,
): readonly InDoubt[] {
  const is = { accounts: false, persons: persons.length === 0, notary: notary.isInDoubt === true }
  return since.filter((what) => is[what])
}

/** The trail that one goes on from, as its first record says. */
export function trailBefore(store: TrailStore, { id }: StoredTrail): RelayStatus['before'] {
  const opened = readSoundRecordIn(store, id, 0)
  const previous = opened?.body['previous'] as
    | { readonly trail?: unknown; readonly reason?: unknown }
    | null
    | undefined
  if (opened === undefined || typeof previous?.trail !== 'string') return null
  return { trail: previous.trail, since: opened.time, reason: String(previous.reason ?? '?') }
}
