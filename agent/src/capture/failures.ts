const RETRY_MILLISECONDS_MAX = 300_000

/** Failures in a row before they are a record: whoever locks a file for a moment is not worth one. */
export const FAILURES_BEFORE_RECORD = 3

/** When what could not be read is tried again: after a second, then two, four, … at most five minutes. */
export function backOff(tries: number): number {
  return Math.min(1_000 * 2 ** (tries - 1), RETRY_MILLISECONDS_MAX)
}
