import { existsSync } from 'node:fs'
import type { DataFolder } from './data-folder.ts'
import { openForReading } from './sqlite/database.ts'
import { type Beat, HostStore } from './sqlite/host-store.ts'
import { UnusableInput } from './unusable-input.ts'

/** A relay at work says so every ten seconds; one that has not for so long is not waited for. */
const BEATS_MILLISECONDS = 12_000
/** What was said longer ago says nothing of now. */
const RECENT_MILLISECONDS = 60_000
const LOOK_MILLISECONDS = 500

/**
 * The lock is a file, and whoever can remove it could have two relays write one trail. So before it is taken, the database
 * itself is asked: where the process that wrote there last is still there, and goes on writing, this is no place for a
 * second one. Waits only if there is such a process. Throws `UnusableInput`.
 */
export async function requireNoLivingWriter(folder: DataFolder): Promise<void> {
  const before = beatIn(folder)
  if (before === undefined || !mayLive(before)) return
  for (let waited = 0; waited < BEATS_MILLISECONDS; waited += LOOK_MILLISECONDS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS))
    if (!mayLive(before)) return
    const now = beatIn(folder)
    if (now !== undefined && now.at !== before.at)
      throw new UnusableInput(
        `another relay is running on this data folder, as process ${now.pid}, though its lock was gone: it takes that again by itself`,
      )
  }
}

function mayLive({ pid, at }: Beat): boolean {
  return pid !== process.pid && Date.now() - at < RECENT_MILLISECONDS && isAlive(pid)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** What cannot be read is for the start to say. */
function beatIn(folder: DataFolder): Beat | undefined {
  if (!existsSync(folder.database)) return undefined
  try {
    const database = openForReading(folder.database)
    try {
      return new HostStore(database).beat()
    } finally {
      database.close()
    }
  } catch {
    return undefined
  }
}
