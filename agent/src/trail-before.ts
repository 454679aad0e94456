import type { StoredTrail, TrailStore } from './sqlite/trail-store.ts'
import type { RelayStatus } from './status.ts'
import { readSoundRecordIn } from './written-lines.ts'

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
