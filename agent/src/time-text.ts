const KEPT_MAX = 64
const kept = new Map<number, string>()

/** ISO 8601 in UTC, to the millisecond. Many records of one moment have the same times: each is written once. */
export function timestamp(milliseconds: number): string {
  const known = kept.get(milliseconds)
  if (known !== undefined) return known
  const text = new Date(milliseconds).toISOString()
  if (kept.size >= KEPT_MAX) kept.clear()
  kept.set(milliseconds, text)
  return text
}
