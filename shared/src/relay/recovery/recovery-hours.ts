import type { PeopleCore } from '../people-core.ts'
import { REST_HOURS } from './recovery-book.ts'

const HOUR_MILLISECONDS = 3_600_000

/**
 * While a recovery or a recovery file has to rest, each hour in which the relay was at work is a record: counted by a
 * clock that nobody sets, and known after a restart. An hour that a stop or a kill cuts short is not counted; the first may
 * have begun for something that waited before.
 */
export class RecoveryHours {
  readonly #core: PeopleCore
  /** Since when the present hour runs, monotonic milliseconds; undefined while nothing has to rest. */
  #since: number | undefined

  constructor(core: PeopleCore) {
    this.#core = core
  }

  /** To be called every few seconds. One hour at a time: a machine that slept was not at work. */
  keep(): Promise<void> {
    const { serial, recoveries, options } = this.#core
    return serial.do(async () => {
      const now = options.now()
      const left = recoveries.hoursLeft(options.wall())
      if (left === 0) {
        this.#since = undefined
        return
      }
      this.#since ??= now
      if (now - this.#since < HOUR_MILLISECONDS) return
      await this.#core.append(options.relay, 'recovery.waited', {
        hours: REST_HOURS - left + 1,
        of: REST_HOURS,
      })
      this.#since = now
    })
  }
}
