/*
 * Wrong passwords on this device (SYNC-AND-SIGNING.md 2.6). An attempt is counted before the key is opened, and counts
 * as wrong until the key has opened: whoever ends the app meanwhile has guessed once. Pure.
 */

/** So many wrong ones in a row bring a wait, and so many end the key on this device. */
const WAIT_FROM = 5
export const ATTEMPTS_MAX = 10
const WAIT_MILLISECONDS = 30_000

/** How an attempt has to be counted: until when the next one has to wait, 0 if it need not. */
export function countedAttempt(
  attempts: number,
  now: number,
): { readonly attempts: number; readonly lockedUntil: number } {
  const count = attempts + 1
  const wait = count < WAIT_FROM ? 0 : WAIT_MILLISECONDS * 2 ** (count - WAIT_FROM)
  return { attempts: count, lockedUntil: wait === 0 ? 0 : now + wait }
}

/** Whether all attempts are used up: then the key is erased before anything else. */
export function isUsedUp(attempts: number): boolean {
  return attempts >= ATTEMPTS_MAX
}
