import type { Interval } from './intervals.ts'
import type { Session } from './types.ts'

const KEPT_MILLISECONDS = 7 * 86_400_000
const SESSIONS_MAX = 2_000
/** Looks further apart than this leave a gap in which somebody could have come and gone unseen. */
export const GAP_MILLISECONDS = 30_000
const SPANS_MAX = 1_000

/**
 * Who was logged in when, from looks a few seconds apart: a file may be asked about after its session has ended. A
 * session is kept in parts of one state each, so that it can be said later whether it was locked or disconnected.
 * Memory is bounded: what is forgotten is not claimed to have been watched.
 */
export class SessionTimeline {
  readonly #open = new Map<string, Session>()
  #closed: Session[] = []
  /** When somebody was looking, oldest first. */
  #watched: Interval[] = []

  /** All sessions there are now. `at` is the relay's clock, milliseconds. */
  observe(now: readonly Session[], at: number): void {
    this.#look(at)
    const seen = new Set<string>()
    for (const session of now) {
      const key = keyOf(session)
      seen.add(key)
      const before = this.#open.get(key)
      // A logon time that is not known is no claim on what was written before the first look.
      if (before === undefined) this.#open.set(key, session.from > 0 ? session : { ...session, from: at })
      else if (before.state !== session.state || before.kind !== session.kind) {
        this.#closed.push({ ...before, to: at })
        this.#open.set(key, { ...before, ...session, from: at, logon: before.logon ?? before.from })
      } else if (before.accountId === undefined && session.accountId !== undefined)
        // Its account could not be looked up before: a directory that did not answer.
        this.#open.set(key, { ...before, accountId: session.accountId })
    }
    for (const [key, session] of this.#open) {
      if (seen.has(key)) continue
      this.#open.delete(key)
      // It may have gone on until just now; that it ended earlier was not seen.
      this.#closed.push({ ...session, to: at })
    }
    this.#forget(at)
  }

  sessions(): readonly Session[] {
    return [...this.#open.values(), ...this.#closed]
  }

  /** Whether the looks leave no gap in `[from, to]`. The last one vouches for as long as one is not overdue. */
  watched(from: number, to: number): boolean {
    return this.#watched.some((span) => span.from <= from && to <= (span.to ?? span.from) + GAP_MILLISECONDS)
  }

  #look(at: number): void {
    const last = this.#watched.at(-1)
    const reached = last?.to ?? last?.from ?? Number.NEGATIVE_INFINITY
    // A clock set back begins anew as well: what was seen by the old one cannot be put in order with it.
    if (last === undefined || at - reached > GAP_MILLISECONDS || at < reached)
      this.#watched.push({ from: at, to: at })
    else this.#watched[this.#watched.length - 1] = { from: last.from, to: at }
  }

  #forget(at: number): void {
    const horizon = at - KEPT_MILLISECONDS
    let known = horizon
    this.#closed = this.#closed.filter(({ to }) => (to ?? at) > horizon)
    const surplus = this.#closed.splice(0, Math.max(0, this.#closed.length - SESSIONS_MAX))
    for (const { to } of surplus) known = Math.max(known, to ?? at)
    this.#watched = this.#watched
      .filter(({ to }) => (to ?? at) >= known)
      .map((span) => (span.from < known ? { ...span, from: known } : span))
      .slice(-SPANS_MAX)
  }
}

/** One session of one account since one logon: an id is used again, and for somebody else. */
function keyOf({ id, account, from, logon }: Session): string {
  return `${id}\0${account}\0${logon ?? from}`
}
