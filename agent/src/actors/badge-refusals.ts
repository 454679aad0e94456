import type { Body, Value } from '@compliance-relay/shared/trail'

/** Somebody tried to sign in with a badge, and was not let. */
export interface BadgeAttempt {
  /** The account that asked, as the operating system has it. */
  readonly by: Body
  /** Whose badge it is or was; null where nobody can tell. */
  readonly person: string | null
  readonly reason: string
}

const MINUTE = 60_000
/** Kinds of attempt that a sum tells apart; what is more is only counted. */
const KINDS_MAX = 10

/**
 * What is recorded of attempts that were refused. The first is a record at once; those of the minute after it are
 * counted, and one record sums them up when it is over. So a reader that goes mad, or a program that tries codes,
 * writes two records a minute and not a disk full. A kill in that minute loses its count, never its first attempt.
 */
export class BadgeRefusals {
  #from: number | undefined
  #kinds = new Map<string, { readonly attempt: BadgeAttempt; count: number }>()
  #count = 0

  /** The body of a record to be made now, or nothing if the attempt is counted. */
  add(attempt: BadgeAttempt, at: number): Body | undefined {
    if (this.#from === undefined) {
      this.#from = at
      return { ...bodyOf(attempt) }
    }
    this.#count++
    const key = JSON.stringify(attempt)
    const known = this.#kinds.get(key)
    if (known !== undefined) known.count++
    else if (this.#kinds.size < KINDS_MAX) this.#kinds.set(key, { attempt, count: 1 })
    return undefined
  }

  /** The sum of what was counted, once its minute is over; nothing if there was nothing more. */
  due(at: number): Body | undefined {
    if (this.#from === undefined) return undefined
    // A clock that was set back ends the minute, too.
    return at >= this.#from && at < this.#from + MINUTE ? undefined : this.rest(at)
  }

  /** The sum of what was counted, now: the relay stops. */
  rest(at: number): Body | undefined {
    const from = this.#from
    const count = this.#count
    const attempts = [...this.#kinds.values()]
    this.#from = undefined
    this.#kinds = new Map()
    this.#count = 0
    if (from === undefined || count === 0) return undefined
    return {
      count,
      from: new Date(from).toISOString(),
      to: new Date(at).toISOString(),
      attempts: attempts.map((one): Value => ({ ...bodyOf(one.attempt), count: one.count })),
    }
  }
}

function bodyOf({ by, person, reason }: BadgeAttempt): { [key: string]: Value } {
  return { person, reason, by }
}
