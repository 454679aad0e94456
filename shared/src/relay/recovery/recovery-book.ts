import type { Body, TrailRecord } from '../../trail/index.ts'

/** How long a recovery file has to have been on record, and a recovery by one person to have been announced. */
export const REST_MILLISECONDS = 3 * 86_400_000
/**
 * In so many of these hours the relay has to have been at work. A clock that was set while the relay stood still tells
 * nothing of three days; hours of its running are counted by a clock that nobody sets, and each is a record.
 */
export const REST_HOURS = 24
const HOUR_MILLISECONDS = 3_600_000
/** So long it is said that somebody was let in, unless the accounts are reviewed before. */
export const RECOVERED_SAID_MILLISECONDS = 30 * 86_400_000
/** So long an announced recovery can be carried out, once it has rested. */
export const ANNOUNCED_MILLISECONDS = 7 * 86_400_000
/** Wrong files and passphrases before each further one has to wait. */
export const FREE_REFUSALS = 5
const WAIT_MILLISECONDS = 60_000
const WAIT_MILLISECONDS_MAX = 3_600_000
const DAY_MILLISECONDS = 86_400_000
/** Files of one kind of writing that wait. The first ones stay, and the last one: what comes between gives way. */
const WAITING_EACH_MAX = 20
const kindsOfWriting = ['made', 'renewed', 'replaced']

/** A recovery file on record. */
export interface WrittenFile {
  readonly sha256: string
  /** How it was written, as the command that wrote it said; `other` for what no relay of today says. */
  readonly how: string
  /** From when it opens something, milliseconds. */
  readonly from: number
  /** Hours in which the relay has to be at work until then. */
  readonly hoursLeft: number
}

interface Announced {
  readonly at: number
  readonly seq: number
  readonly hoursLeft: number
}

/**
 * Which recovery file counts, what was tried with wrong ones, and which recoveries are announced: made from the records
 * of the relay's own trail. Times are the relay's clock, milliseconds.
 *
 * That a file was written is what the command that wrote it says, and whoever may use the relay's account may say it.
 * So a file of after the set-up counts only when its record is three days old, and the relay was at work for so many
 * hours of them (`recovery.waited`): until then the one before does, and
 * those who read the trail can ask what the new one is for. An administrator who confirms it spares it the wait.
 */
export class RecoveryBook {
  readonly #files: WrittenFile[] = []
  /** Digests of files of this trail that count no more. */
  readonly #former = new Set<string>()
  readonly #announced = new Map<string, Announced>()
  #refusals = { count: 0, last: 0 }
  #recovered: number | undefined

  /** Takes in a record of the trail; of other kinds, nothing. */
  take({ kind, body, time, seq }: Pick<TrailRecord, 'kind' | 'body' | 'time' | 'seq'>): void {
    const { account, what } = body
    const at = Date.parse(time)
    if (kind === 'recovery.written') {
      const from = body['how'] === 'set-up' ? at : at + REST_MILLISECONDS
      const hoursLeft = from > at ? REST_HOURS : 0
      this.#add({ sha256: String(body['sha256']), how: kindOf(body['how']), from, hoursLeft }, at)
    }
    if (kind === 'recovery.confirmed') this.#confirm(String(body['sha256']), at)
    if (kind === 'recovery.waited') this.#wait(at)
    if (kind === 'recovery.carried') {
      for (const file of filesIn(body, at)) this.#add(file, at)
      if (typeof body['recovered'] === 'string') this.#recovered = Date.parse(body['recovered'])
    }
    if (kind === 'account.recovered') this.#recovered = at
    if (kind === 'access.reviewed') this.#recovered = undefined
    if (kind === 'account.recovery-refused' && what !== 'throttled') this.refused(at)
    if (typeof account !== 'string') return
    if (kind === 'account.recovery-announced')
      this.#announced.set(account, { at, seq, hoursLeft: REST_HOURS })
    // Whoever has the password is there: nobody has to be let in without it.
    if (ENDING.includes(kind)) this.#announced.delete(account)
  }

  /** SHA-256 of the recovery file that counts now: the last one that has rested. */
  fileAt(now: number): string | undefined {
    return this.#files.findLast((file) => hasRested(file, now))?.sha256
  }

  /** Whether it counted, or waited, before the one that counts now. */
  isFormer(sha256: string, now: number): boolean {
    const counts = this.#files.findLastIndex((file) => hasRested(file, now))
    const before = this.#files.slice(0, Math.max(0, counts)).some((file) => file.sha256 === sha256)
    return before || this.#former.has(sha256)
  }

  /** Those that count later: nobody has confirmed them, and they have not rested. In the order of their records. */
  waiting(now: number): readonly WrittenFile[] {
    const counts = this.#files.findLastIndex((file) => hasRested(file, now))
    return this.#files.slice(counts + 1).map((file) => ({ ...file, from: restedAt(file.from, file, now) }))
  }

  /** The record that announced a recovery which may be carried out now; undefined if there is none. */
  announced(account: string, now: number): number | undefined {
    const known = this.#announced.get(account)
    if (known === undefined) return undefined
    const rested = now - known.at - REST_MILLISECONDS
    return rested >= 0 && known.hoursLeft === 0 && rested < ANNOUNCED_MILLISECONDS ? known.seq : undefined
  }

  /** From when an announced recovery may be carried out; undefined if none is announced, or it is too late for it. */
  restsUntil(account: string, now: number): number | undefined {
    const known = this.#announced.get(account)
    if (known === undefined || now - known.at >= REST_MILLISECONDS + ANNOUNCED_MILLISECONDS) return undefined
    return restedAt(known.at + REST_MILLISECONDS, known, now)
  }

  /** Whose recoveries are announced that may still be carried out. */
  announcedFor(now: number): readonly string[] {
    return [...this.#announced.keys()].filter((account) => this.restsUntil(account, now) !== undefined)
  }

  /** When somebody was let in last, milliseconds; undefined where that is long ago, or the accounts were reviewed since. */
  recovered(now: number): number | undefined {
    const at = this.#recovered
    return at !== undefined && now < at + RECOVERED_SAID_MILLISECONDS ? at : undefined
  }

  /** For how many hours the relay has to be at work until all that waits has rested; 0: nothing waits for that. */
  hoursLeft(now: number): number {
    const announced = [...this.#announced].filter(([id]) => this.restsUntil(id, now) !== undefined)
    const all = [...this.waiting(now), ...announced.map(([, one]) => one)]
    return Math.max(0, ...all.map(({ hoursLeft }) => hoursLeft))
  }

  refused(now: number): void {
    this.#comeBackTo(now)
    const { count, last } = this.#refusals
    // A day without a try is the end of a series.
    this.#refusals = { count: now - last > DAY_MILLISECONDS ? 1 : count + 1, last: now }
  }

  /** After how many seconds another file or passphrase may be tried; 0: now. */
  waitSeconds(now: number): number {
    this.#comeBackTo(now)
    const { count, last } = this.#refusals
    if (count < FREE_REFUSALS) return 0
    const wait = Math.min(WAIT_MILLISECONDS * 2 ** (count - FREE_REFUSALS), WAIT_MILLISECONDS_MAX)
    return Math.max(0, Math.ceil((last + wait - now) / 1_000))
  }

  /** The clock was ahead, and is set right: what was tried at a time that has not come yet was tried now. */
  #comeBackTo(now: number): void {
    const { last } = this.#refusals
    this.#refusals = { ...this.#refusals, last: Math.min(last, now) }
  }

  /** What a new trail says of the files on record: see `carriedAccounts`. Undefined if there is none. */
  carried(): { readonly kind: string; readonly body: Body } | undefined {
    if (this.#files.length === 0) return undefined
    const files = this.#files.map(({ from, ...file }) => ({ ...file, from: new Date(from).toISOString() }))
    const recovered =
      this.#recovered === undefined ? {} : { recovered: new Date(this.#recovered).toISOString() }
    return { kind: 'recovery.carried', body: { files, ...recovered } }
  }

  /** The relay was at work for another hour. */
  #wait(at: number): void {
    const less = <One extends { readonly hoursLeft: number }>(one: One): One => ({
      ...one,
      hoursLeft: Math.max(0, one.hoursLeft - 1),
    })
    this.#files.splice(0, this.#files.length, ...this.#files.map(less))
    for (const [account, known] of this.#announced) this.#announced.set(account, less(known))
    this.#dropFormer(at)
  }

  /** From now on it counts, and those before it are of no use. */
  #confirm(sha256: string, at: number): void {
    const place = this.#files.findLastIndex((file) => file.sha256 === sha256)
    const file = this.#files[place]
    if (file === undefined) return
    this.#files[place] = { ...file, from: at, hoursLeft: 0 }
    this.#dropFormer(at)
  }

  /** Files before the one that counts open nothing any more. */
  #dropFormer(at: number): void {
    const counts = this.#files.findLastIndex((file) => hasRested(file, at))
    for (const { sha256 } of this.#files.splice(0, Math.max(0, counts))) this.#former.add(sha256)
  }

  /**
   * However many are said to have been written, neither the one
   * that counts nor one that waits already is crowded out by them.
   */
  #add(file: WrittenFile, at: number): void {
    this.#files.push(file)
    this.#dropFormer(at)
    const alike = this.#files.filter((one) => one.how === file.how && !hasRested(one, at))
    const between = alike.at(-2)
    if (alike.length > WAITING_EACH_MAX && between !== undefined)
      this.#files.splice(this.#files.indexOf(between), 1)
  }
}

const ENDING: readonly string[] = ['session.started', 'account.password-set', 'account.recovered']

function kindOf(how: unknown): string {
  return kindsOfWriting.find((one) => one === how) ?? 'other'
}

function hasRested({ from, hoursLeft }: WrittenFile, now: number): boolean {
  return from <= now && hoursLeft === 0
}

/** From when on, if the relay is at work from now until then. */
function restedAt(from: number, { hoursLeft }: { readonly hoursLeft: number }, now: number): number {
  return hoursLeft === 0 ? from : Math.max(from, now + hoursLeft * HOUR_MILLISECONDS)
}

/** A relay of before hours were counted says nothing of them. */
function filesIn({ files }: Body, at: number): readonly WrittenFile[] {
  if (!Array.isArray(files)) return []
  return files.map((file) => {
    const { sha256, how, from: said, hoursLeft: left } = file as { readonly [name: string]: unknown }
    const from = Date.parse(String(said))
    const hoursLeft = typeof left === 'number' ? left : from > at ? REST_HOURS : 0
    return { sha256: String(sha256), how: kindOf(how), from, hoursLeft }
  })
}
