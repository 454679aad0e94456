import { type Day, startOfDay } from './days.ts'
import type { Sighting } from './log-database.ts'

/** A day on this device's clock. */
export interface LagDay extends Omit<Day, 'count'> {
  /** The longest that a record which came that day had waited, in milliseconds; null where none came. */
  readonly longest: number | null
}

/** What a device keeps of a trail: when it was given a checkpoint of how many records, and the time of each record. */
export interface Sighted {
  /** By size, from the smallest. */
  readonly sightings: readonly Sighting[]
  /** By the clock of the relay, in milliseconds; undefined where it is not here. */
  timeOf(seq: number): number | undefined
}

/**
 * How long the oldest of the records that came had waited for this device, on each of the last days, `most` at most: from
 * its claimed time to when a checkpoint over it was here. Two clocks, so a minute more or less is nothing; and no more than
 * one checkpoint a minute is kept, so it is the longest that it can have been. What a device takes in when it first meets
 * a trail has not waited for it. Undefined where nothing came since.
 */
export function lagsByDay(trails: readonly Sighted[], most: number): readonly LagDay[] | undefined {
  const waits = trails.flatMap(({ sightings, timeOf }) =>
    sightings.slice(1).flatMap(({ at }, i) => {
      const time = timeOf(sightings[i]?.size ?? 0)
      return time === undefined ? [] : [{ at, wait: Math.max(0, at - time) }]
    }),
  )
  if (waits.length === 0) return undefined
  const longest = new Map<number, number>()
  for (const { at, wait } of waits) {
    const day = startOfDay(at, 0)
    longest.set(day, Math.max(wait, longest.get(day) ?? 0))
  }
  const last = Math.max(...longest.keys())
  const oldest = Math.min(...longest.keys())
  const days: LagDay[] = []
  for (let from = last; from >= oldest && days.length < most; from = startOfDay(last, -days.length))
    days.push({ from, to: startOfDay(from, 1), longest: longest.get(from) ?? null })
  return days.reverse()
}
