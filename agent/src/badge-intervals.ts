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
  const places = Map.groupBy(store.badgeRecords(sinceOf(now)), ({ trail }) => trail)
  const trails = store.trails()
  return trails.flatMap(({ id }) => {
    const intervals = intervalsOf((places.get(id) ?? []).map(({ seq }) => readSoundRecordIn(store, id, seq)))
    return id === trails.at(-1)?.id ? intervals : endedWith(lastTime(store, id), intervals)
  })
}

/**
 * Nobody stays signed in over the end of a trail: what was lost with it may be that they left. Without a last record that
 * is believed, it is not known how long they were there.
 */
function endedWith(to: number | undefined, intervals: readonly BadgeInterval[]): readonly BadgeInterval[] {
  return intervals.flatMap((one) => (one.to !== undefined ? [one] : to === undefined ? [] : [{ ...one, to }]))
}

function lastTime(store: TrailStore, trail: number): number | undefined {
  const last = readSoundRecordIn(store, trail, store.size(trail) - 1)
  return last && Date.parse(last.time)
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

/**
 * The intervals that records of `badge.in` and `badge.out` make, in order. One that is not believed may be that whoever was
 * there left: so of those no more is known than that.
 */
export function intervalsOf(
  records: readonly (Pick<TrailRecord, 'kind' | 'time' | 'actor' | 'body'> | undefined)[],
): BadgeInterval[] {
  const intervals = new Map<string, BadgeInterval>()
  for (const record of records) {
    if (record === undefined) {
      for (const { ref, to } of [...intervals.values()]) if (to === undefined) intervals.delete(ref)
      continue
    }
    const { kind, time, actor, body } = record
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
