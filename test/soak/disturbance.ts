import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from '../support/random.ts'
import type { Workstation } from '../support/workstation.ts'

/** Something that keeps a processor busy until it is ended. */
export function busyProcess(): { readonly end: () => void } {
  const child: ChildProcess = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  return {
    end: () => {
      process.removeListener('exit', end)
      end()
    },
  }
}

/** Throws if the relay is not there any more although nobody has ended it. */
export function requireAlive(station: Workstation): void {
  try {
    process.kill(station.pid, 0)
  } catch {
    throw new Error(`the relay ended by itself: ${station.log.slice(-5_000)}`)
  }
}

/** Ends the relay in one way or another and starts it again, after a while or at once. What it did, for the log. */
export async function disturb(
  station: Workstation,
  random: Random,
  options: () => readonly string[],
): Promise<string> {
  const kind = random.pick(['kill', 'kill', 'stop', 'kill at start'] as const)
  const away = random.chance(0.4) ? 0 : random.integer(0, 4_000)
  const startMilliseconds = random.integer(50, 1_500)
  const start = options()
  requireAlive(station)
  await station.stop(kind === 'stop' ? 'SIGTERM' : 'SIGKILL')
  await wait(away)
  if (kind === 'kill at start') {
    // It may or may not get as far as to say that it runs.
    const begun = station.start(...start).catch(() => undefined)
    await wait(startMilliseconds)
    await station.stop('SIGKILL')
    await begun
  }
  await station.start(...start)
  return `${kind}, away for ${away} ms, back with ${start.join(' ')}`
}
