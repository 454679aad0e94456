/*
 * When the relay was last asked for something in the name of this tab: it ends a session that nothing was asked in for
 * fifteen minutes. What the app reads by itself does not count there, and is not told here.
 */

let last = Date.now()

export function lastUsed(): number {
  return last
}

export function used(at: number): void {
  last = Math.max(last, at)
}
