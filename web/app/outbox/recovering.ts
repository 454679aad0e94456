import type { Dexie } from 'dexie'

/** What browsers say when the process that has the databases went away, as it does on some tablets when they wake. */
const LOST = ['UnknownError', 'DatabaseClosedError', 'InvalidStateError']

/**
 * Does something with a database; if that was lost on the way, opens it again and does it once more. So it has to be
 * something that may be done twice. Rejects with what the second try says.
 */
export async function recovering<Result>(database: Dexie, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!isLost(error)) throw error
    database.close({ disableAutoOpen: false })
    await database.open()
    return work()
  }
}

export function isLost(error: unknown): boolean {
  return namesOf(error).some((name) => LOST.includes(name))
}

/** Whether there was no room on the disk. */
export function isFull(error: unknown): boolean {
  return namesOf(error).includes('QuotaExceededError')
}

/** Whether it was not written, and the browser does not say why: on a disk that is full to the last byte, one does so. */
export function isCutShort(error: unknown): boolean {
  return namesOf(error).includes('AbortError')
}

/** An error of Dexie may hold the browser's inside. */
function namesOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return []
  const { name, inner } = error as { name?: unknown; inner?: unknown }
  return [...(typeof name === 'string' ? [name] : []), ...(inner === error ? [] : namesOf(inner))]
}
