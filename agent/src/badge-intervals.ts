import type { Body, TrailRecord } from '@compliance-relay/shared/trail'
import { endedBadge } from './actors/badge.ts'
import type { BadgeInterval } from './actors/types.ts'
import type { TrailStore } from './sqlite/trail-store.ts'
import { readSoundRecordIn } from './written-lines.ts'

const KEPT_MILLISECONDS = 7 * 86_400_000

/**
 * Who was signed in at the workstation, and when, over the last days: writing that is recorded now is not older. Read
 * from the records and from nothing else, for it says who answers for what is captured.
 */
export function badgeIntervals(store: TrailStore, now: number): BadgeInterval[] {
  return intervalsOf(readAll(store, store.badgeRecords(sinceOf(now))))
}

/** What those records say, and those of the same days by which nobody was signed in. */
export function badgeBodies(store: TrailStore, now: number): readonly Body[] {
  const since = sinceOf(now)
  const places = [...store.badgeRecords(since), ...store.badgeRefusals(since)]
  return readAll(store, places).map(({ body }) => body)
}

function sinceOf(now: number): string {
  return new Date(now - KEPT_MILLISECONDS).toISOString()
}

function readAll(store: TrailStore, places: ReturnType<TrailStore['badgeRecords']>): readonly TrailRecord[] {
  return places.flatMap(({ trail, seq }) => readSoundRecordIn(store, trail, seq) ?? [])
}

/** The intervals that records of `badge.in` and `badge.out` make, in order. */
export function intervalsOf(records: readonly Pick<TrailRecord, 'kind' | 'time' | 'actor' | 'body'>[]) {
  const intervals = new Map<string, BadgeInterval>()
  for (const { kind, time, actor, body } of records) {
    const at = Date.parse(time)
    const ended = Array.isArray(body['ended']) ? body['ended'] : []
    for (const one of ended) {
      const ref = String((one as { ref?: unknown } | null)?.ref)
      const interval = intervals.get(ref)
      if (interval !== undefined) intervals.set(ref, { ...interval, to: at })
    }
    const ref = String(body['ref'])
    if (kind === 'badge.in') intervals.set(ref, { ref, person: actor.id, from: at })
  }
  return [...intervals.values()]
}

/** Whoever is signed in now. */
export function openBadge(badges: readonly BadgeInterval[], now: number): BadgeInterval | undefined {
  return badges.find((one) => endedBadge(one, now).to === undefined)
}
