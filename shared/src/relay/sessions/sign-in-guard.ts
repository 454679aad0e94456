import type { TrailRecord } from '../../trail/index.ts'
import type { Whence } from './device-mark.ts'
import { DeviceStrain, KNOWN_MILLISECONDS } from './device-strain.ts'
import { FailedPairs, type Failures, pairOf } from './failed-pairs.ts'

/** Wrong passwords of one account on one device before each further one has to wait. */
export const FREE_FAILURES = 5
const WAIT_MILLISECONDS = 60_000
const WAIT_MILLISECONDS_MAX = 3_600_000
/** Wrong passwords of one account in a day, on whatever devices: then only an administrator opens it again. */
export const LOCK_FAILURES = 10
const DAY_MILLISECONDS = 86_400_000
/** Names that no account has are waited for like others, so that waiting does not tell; so many are remembered. */
const NAMES_MAX = 10_000

export type GuardAnswer =
  /** On a device under strain only whoever is known there is let in: all others are told to wait so long. */
  | { readonly may: true; readonly strainedSeconds?: number }
  | { readonly may: false; readonly why: 'account-device' | 'device'; readonly retryAfterSeconds: number }

/**
 * Slows down whoever guesses, without letting them lock others out (SECURITY.md, section 2.4): waiting is for an
 * account on a device, so that somebody else's guesses elsewhere do not keep its owner waiting; nor do those of a program
 * on the same machine keep anybody waiting who has a mark (`DeviceMarks`): what fails with one counts for it alone; nor
 * whoever signed in well there before, while there is anything left to look at (`DeviceStrain`). What it knows it has
 * from the trail's own records, so a restart forgives nothing. Times are the relay's clock, milliseconds.
 */
export class SignInGuard {
  readonly #pairs = new FailedPairs(NAMES_MAX)
  readonly #accounts = new Map<string, number[]>()
  readonly #devices = new Map<string, DeviceStrain>()
  /** By account and device, when its owner signed in there last. */
  readonly #signedIn = new Map<string, number>()
  readonly #trying = new Map<string, number>()
  /** The latest time of a failure. */
  #latest = 0

  /** Takes in a record of the trail; of other kinds, nothing. */
  take({ kind, body, time }: Pick<TrailRecord, 'kind' | 'body' | 'time'>): void {
    const { account, device, mark: marked } = body
    if (FORGIVING.includes(kind) && typeof account === 'string') return this.#forgive(account)
    if (typeof device !== 'string') return
    const at = Date.parse(time)
    const from = { device, ...(typeof marked === 'string' ? { mark: marked } : {}) }
    // A try at a provider that names no account guessed nobody's password.
    if (body['what'] === 'external' && typeof account !== 'string') return
    if (kind === 'session.refused') this.failed(typeof account === 'string' ? account : undefined, from, at)
    if (kind !== 'session.started' || typeof account !== 'string') return
    this.#pairs.deleteOn(account, device)
    this.#signedIn.set(pairOf(account, { device }), at)
  }

  /** Whether a password may be tried at all. `name` is the folded name, of an account or of nobody. */
  ask(name: string, from: Whence, now: number): GuardAnswer {
    this.#comeBackTo(now)
    const key = pairOf(name, from)
    const pair = this.#pairs.get(name, from)
    const tried = this.#trying.get(key) ?? 0
    if (tried > 0 && (pair?.failures ?? 0) + tried >= FREE_FAILURES)
      return { may: false, why: 'account-device', retryAfterSeconds: 1 }
    const until = waitsUntil(pair)
    if (until > now) return { may: false, why: 'account-device', retryAfterSeconds: seconds(until - now) }
    // The same for every name: who is told to wait learns nothing of who there is.
    const device = from.mark === undefined ? this.#devices.get(from.device) : undefined
    const strained = device?.until(now)
    if (device === undefined || strained === undefined) return { may: true }
    const strainedSeconds = seconds(strained - now)
    return device.look(now)
      ? { may: true, strainedSeconds }
      : { may: false, why: 'device', retryAfterSeconds: strainedSeconds }
  }

  /** Whether whoever has this account signed in well on a device of late. */
  isKnown(account: string, device: string, now: number): boolean {
    const at = this.#signedIn.get(pairOf(account, { device }))
    return at !== undefined && now - at < KNOWN_MILLISECONDS
  }

  /** The right password: a series of wrong ones there is over, and what was looked at for it takes nobody's place. */
  succeeded(name: string, from: Whence, answer: GuardAnswer): void {
    this.#pairs.delete(name, from)
    if (answer.may && answer.strainedSeconds !== undefined) this.#devices.get(from.device)?.giveBack()
  }

  /** The devices where whoever never signed in has to wait, each with until when, milliseconds. */
  strained(now: number): readonly { readonly device: string; readonly until: number }[] {
    this.#comeBackTo(now)
    return [...this.#devices].flatMap(([device, strain]) => {
      const until = strain.until(now)
      return until === undefined ? [] : [{ device, until }]
    })
  }

  /** Until when an account has to wait on one device at least, milliseconds; undefined if it need not. */
  waits(account: string, now: number): number | undefined {
    this.#comeBackTo(now)
    const until = Math.max(0, ...this.#pairs.of(account).map(waitsUntil))
    return until > now ? until : undefined
  }

  /** Looks at a password: as long as that takes it counts as one more try of this name from there. */
  async trying<Result>(name: string, from: Whence, work: () => Promise<Result>): Promise<Result> {
    const key = pairOf(name, from)
    this.#trying.set(key, (this.#trying.get(key) ?? 0) + 1)
    try {
      return await work()
    } finally {
      const others = (this.#trying.get(key) ?? 1) - 1
      if (others === 0) this.#trying.delete(key)
      else this.#trying.set(key, others)
    }
  }

  /** A wrong password; `account` is undefined where no account has the name. Only `name` need be given for those. */
  failed(account: string | undefined, from: Whence, now: number, name = account): void {
    this.#comeBackTo(now)
    this.#latest = now
    if (from.mark === undefined) this.#strainOf(from.device).failed(now)
    if (account !== undefined) push(this.#accounts, account, now, LOCK_FAILURES)
    if (name === undefined) return
    const pair = this.#pairs.get(name, from) ?? { failures: 0, last: now }
    // A day without a try is the end of a series.
    const failures = now - pair.last > DAY_MILLISECONDS ? 1 : pair.failures + 1
    this.#pairs.set(name, from, { failures, last: now })
  }

  /** Wrong passwords of a name on a device, one after the other. */
  inARow(name: string, from: Whence): number {
    return this.#pairs.get(name, from)?.failures ?? 0
  }

  /** Whether an account has had so many wrong passwords in a day that it is to be locked. */
  isToBeLocked(account: string, now: number): boolean {
    return recent(this.#accounts.get(account), now).length >= LOCK_FAILURES
  }

  /** Wrong passwords of an account in the last day. */
  failuresOf(account: string, now: number): number {
    return recent(this.#accounts.get(account), now).length
  }

  /**
   * The clock was ahead, and is set right: what failed at a time that has not come yet failed now, and is waited for from
   * now on, and no longer than any other.
   */
  #comeBackTo(now: number): void {
    if (this.#latest <= now) return
    this.#latest = now
    this.#pairs.comeBackTo(now)
    for (const strain of this.#devices.values()) strain.comeBackTo(now)
    for (const [account, times] of this.#accounts)
      this.#accounts.set(
        account,
        times.map((time) => Math.min(time, now)),
      )
  }

  #strainOf(device: string): DeviceStrain {
    const strain = this.#devices.get(device) ?? new DeviceStrain()
    this.#devices.delete(device)
    this.#devices.set(device, strain)
    if (this.#devices.size > NAMES_MAX) this.#devices.delete(this.#devices.keys().next().value ?? '')
    return strain
  }

  #forgive(account: string): void {
    this.#accounts.delete(account)
    this.#pairs.forget(account)
  }
}

/** Somebody was let in again: a code that is good for minutes must not have to wait for an hour. */
const FORGIVING: readonly string[] = ['account.unlocked', 'account.reset', 'account.recovered']

/** When the next try is, by the tries of one account on one device; 0 if there is nothing to wait for. */
function waitsUntil(pair: Failures | undefined): number {
  if (pair === undefined || pair.failures < FREE_FAILURES) return 0
  return pair.last + Math.min(WAIT_MILLISECONDS * 2 ** (pair.failures - FREE_FAILURES), WAIT_MILLISECONDS_MAX)
}

/** Times of the last day; a clock that was set back makes none of them untrue. */
function recent(times: readonly number[] | undefined, now: number): readonly number[] {
  return (times ?? []).filter((time) => now - time < DAY_MILLISECONDS)
}

function push(lists: Map<string, number[]>, key: string, now: number, keep: number): void {
  const list = [...recent(lists.get(key), now), now].slice(-keep)
  lists.delete(key)
  lists.set(key, list)
  if (lists.size > NAMES_MAX) lists.delete(lists.keys().next().value ?? '')
}

function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1_000))
}
