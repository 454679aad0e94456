/*
 * What the clock of this device says, held against what it said before (SYNC-AND-SIGNING.md 2.5). A time signed here is
 * a claim; what can be seen of a clock that was set is seen, refused or flagged. Pure.
 */

/** A clock may run back by so much by itself, as it is set right in small steps. */
export const BACK_MILLISECONDS = 120_000
/** Two clocks further apart than this are told apart. */
const SKEW_MILLISECONDS = 300_000
const STEP_MILLISECONDS = 120_000

/** What this device remembers of its clock. */
export interface KnownClock {
  /** The latest it has ever shown, in milliseconds. */
  readonly latest: number
  /** The relay's minus this device's, as its last lease said; null before the first. */
  readonly skew: number | null
}

/** Since the head was read: by the clock that can be set, and by the one that cannot, if the app ran all the while. */
export interface SinceHead {
  readonly wallMilliseconds: number
  readonly monotonicMilliseconds: number | null
}

/** Whether the clock shows a time before one it has shown. */
export function isSetBack({ latest }: KnownClock, now: number): boolean {
  return now < latest - BACK_MILLISECONDS
}

/** What a reader of the signature should know of the clock. */
export function clockFlags({ skew }: KnownClock, since: SinceHead): string[] {
  const { wallMilliseconds: wall, monotonicMilliseconds: steady } = since
  return [
    ...(skew !== null && Math.abs(skew) > SKEW_MILLISECONDS ? ['skew'] : []),
    ...(steady === null ? ['started-since-head'] : []),
    ...(steady !== null && Math.abs(wall - steady) > STEP_MILLISECONDS ? ['wall-clock-stepped'] : []),
    ...(steady === null && wall < 0 ? ['head-from-later'] : []),
  ]
}

export function sinceHeadSeconds({ wallMilliseconds, monotonicMilliseconds }: SinceHead): number {
  return Math.max(0, Math.round((monotonicMilliseconds ?? wallMilliseconds) / 1_000))
}

/** What is known of the clock once a relay has said what time it is: a clock that was set right is right again. */
export function clockTold(known: KnownClock, relayTime: number, now: number): KnownClock {
  const skew = relayTime - now
  const isRight = Math.abs(skew) <= SKEW_MILLISECONDS
  return { skew, latest: isRight ? now : Math.max(known.latest, now) }
}

/** Minutes east of UTC, of what browsers give west of it. In UTC that is 0, and not the -0 that no canonical text has. */
export function minutesEast(minutesWest: number): number {
  return 0 - minutesWest
}
