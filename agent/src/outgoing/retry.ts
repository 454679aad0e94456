const FIRST_MILLISECONDS = 5_000
const MOST_MILLISECONDS = 15 * 60_000
/** A receiver may ask to be left alone for so long, and no longer: it must not silence what is told to it. */
const ASKED_SECONDS_MAX = 3_600

/**
 * How long to wait after so many tries that failed, the first being 1. Half of it is left to chance: relays that lost
 * the same receiver do not come back all at once. `random` is from 0 to 1.
 */
export function retryMilliseconds(tries: number, askedSeconds: number | undefined, random: number): number {
  const asked =
    askedSeconds === undefined ? 0 : Math.min(Math.max(askedSeconds, 1), ASKED_SECONDS_MAX) * 1_000
  if (asked > 0) return asked
  const full = Math.min(FIRST_MILLISECONDS * 2 ** Math.min(tries - 1, 20), MOST_MILLISECONDS)
  return full / 2 + (full / 2) * random
}

/** Seconds from now of a Retry-After header (RFC 9110, 10.2.3); undefined if it is none. */
export function retryAfterSeconds(header: string | undefined, wall: number): number | undefined {
  if (header === undefined) return undefined
  if (/^[0-9]{1,9}$/.test(header)) return Number(header)
  const at = /^[A-Z][a-z]{2}, /.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - wall) / 1_000))
}
