import {
  type Asked,
  type Client,
  type ContentRoute,
  Problem,
  type RouteName,
} from '@compliance-relay/shared/api'
import { expose } from 'comlink'
import { Desk } from '../outbox/desk.ts'
import { Outbox } from '../outbox/outbox.ts'
import { OutboxDatabase } from '../outbox/outbox-database.ts'
import type { OutboxStanding, ShownStatement } from '../outbox/outbox-standing.ts'
import type { Answered } from '../session/ask.ts'
import { relayClient } from '../session/relay-client.ts'
import { endWithPage } from '../shell/leaving.ts'
import { lockName } from '../signing/lock-name.ts'
import type { RecordCheck } from './check-record.ts'
import type { Coverage } from './coverage.ts'
import type { Days } from './days.ts'
import type { DigestAnswer } from './find-digests.ts'
import { HeadAges } from './head-ages.ts'
import type { LagDay } from './lags.ts'
import { Log, type Places, type ShownRow, type TrailStanding, takesAll } from './log.ts'
import { LogDatabase } from './log-database.ts'
import type { NamedField } from './names.ts'
import { type Search, SIGNED_HERE } from './select.ts'
import { type HeadToSign, type SignList, type SignQuery, signListOf } from './sign-list.ts'
import { Sync, type SyncStanding } from './sync.ts'
import type { WholeRecord } from './whole-record.ts'

/** What the page is told whenever something of it has changed. */
export interface LogStanding {
  readonly trails: readonly TrailStanding[]
  readonly sync: SyncStanding
  /** Undefined until it was read. */
  readonly outbox: OutboxStanding | undefined
  /** Grows whenever records were taken in: what was found before may be more by now. */
  readonly version: number
}

export interface LogListener {
  onStanding(standing: LogStanding): void
  /** The relay knows the session no more. */
  onSignedOut(): void
}

export type LogWorker = typeof worker

/** A copy to read is made when it is first asked for, which can take minutes. */
const MADE_MILLISECONDS = 600_000

/** Standing is told so often at most: each telling is work for the page. */
const TELL_MILLISECONDS = 100

const now = () => Date.now()
const begun = Log.begin(new LogDatabase(), now)
/** With all columns read: only then is anything looked for in them, or taken in. */
const opened = begun.then(async (log) => {
  await log.readRest()
  tell()
  return log
})
const channel = 'BroadcastChannel' in self ? new BroadcastChannel('relay-log') : undefined
let listener: LogListener | undefined
let sync: Sync | undefined
let token: string | undefined
let user = ''
let found: Places | undefined
let searches = 0
const patientClient = relayClient(() => token, MADE_MILLISECONDS)
let timer: ReturnType<typeof setTimeout> | undefined
let log: Log | undefined
const outbox = new Outbox(new OutboxDatabase())
const ages = new HeadAges(now, () => performance.now())
const desk = new Desk({
  outbox,
  now,
  lockName,
  exclusively,
  sizeOf: (id) => log?.standing().find((one) => one.id === id)?.size ?? 0,
  onChange: (isMore) => {
    if (isMore) giveNow()
    tell()
  },
})

const worker = {
  /** Says how it stands from now on. Resolves once the newest of what is stored can be shown. */
  async listen(to: LogListener): Promise<void> {
    listener = to
    log = await begun
    const follower = log
    sync = new Sync({
      log,
      now,
      random: Math.random,
      onStanding: () => {
        tellOthers()
        tell()
      },
      onRecords: () => {
        channel?.postMessage('stored')
        tell()
      },
      give,
      onSignedOut: () => listener?.onSignedOut(),
    })
    desk.follow()
    channel?.addEventListener('message', ({ data }: MessageEvent<'stored' | 'follows' | SyncStanding>) => {
      if (data === 'follows') return tellOthers()
      if (sync?.standing.phase !== 'follows') return
      if (data !== 'stored') return sync.heard(data)
      void opened.then(() => follower.catchUp()).then(tell)
      // The relay answers.
      giveNow()
    })
    tellNow()
  },

  /** From now on the relay is asked in the name of this session; undefined: not at all. */
  async session(of: string | undefined, account: string | undefined): Promise<void> {
    if (of === token) return
    token = of
    user = account ?? ''
    await opened
    if (of !== token) return
    sync?.end()
    if (of !== undefined) void lead(of)
  },

  /** Asks the relay in the name of a session, of nobody without one. */
  ask(
    name: Exclude<RouteName, ContentRoute>,
    asked: never,
    of: string | undefined,
  ): Promise<Answered<unknown>> {
    return answered(() => relayClient(() => of).call(name, asked))
  },

  /** A file that the relay gives, however large: it is not held in memory where the browser knows better. */
  fetchFile<Name extends 'readBag' | 'readReport'>(
    name: Name,
    asked: Asked<Name>,
    onBytes: (bytes: number) => void,
  ): Promise<Answered<Blob>> {
    return answered(async () => {
      const given = await patientClient.listen(name, asked, new AbortController().signal)
      return new Response(given.pipeThrough(countedBy(onBytes))).blob()
    })
  },

  /** Somebody came back to the page, or wants to know. */
  wake(): void {
    sync?.wake()
  },

  /** Searches, and keeps what was found for `rows`. */
  async search(search: Search): Promise<{ readonly count: number; readonly version: number }> {
    const own = ++searches
    const log = await (takesAll(search) ? begun : opened)
    const places = log.search(search)
    // One that was asked for later may have been found before.
    if (own === searches) found = places
    return { count: places.count, version: versionOf(log) }
  },

  /**
   * Searches for any of several, beside what a list holds on to: how many there are, and the newest of them. Those that
   * are taken by more than one are counted by each.
   */
  async find(
    searches: readonly Search[],
    most: number,
  ): Promise<{ readonly count: number; readonly rows: readonly ShownRow[] }> {
    const log = await opened
    const places = searches.map((search) => log.search(search))
    const rows = places
      .flatMap((one) => one.slice(0, most))
      .map((place) => log.row(place))
      .filter((row) => row !== undefined)
      .sort((one, other) => other.time - one.time || other.seq - one.seq)
      .slice(0, most)
    return { count: places.reduce((sum, { count }) => sum + count, 0), rows }
  },

  /** How many it would find; what was found stays. */
  async count(search: Search): Promise<number> {
    return (await opened).search(search).count
  },

  /** The axis over what is found. */
  async coverage(search: Search, buckets: number): Promise<Coverage | undefined> {
    return (await opened).coverage(search, buckets)
  },

  /** How much of what a search finds was captured on each of the last days. */
  async captures(search: Search, days: number): Promise<Days | undefined> {
    return (await opened).captures(search, days)
  },

  /** How long records had waited for this device on each of the last days. */
  async lags(days: number): Promise<readonly LagDay[] | undefined> {
    return (await opened).lags(days)
  },

  /** Of what was found last, from one place up to another. */
  async rows(from: number, to: number): Promise<readonly ShownRow[]> {
    const places = found?.slice(from, to) ?? []
    const log = await begun
    if (!places.every((place) => log.has(place))) await opened
    return places
      .map((place) => log.row(place))
      .filter((row) => row !== undefined)
      .map(marked)
  },

  async whole(trail: string, seq: number): Promise<WholeRecord | undefined> {
    const whole = await (await opened).whole(trail, seq)
    return whole && { ...whole, row: marked(whole.row) }
  },

  /** Checks a record from its stored bytes on. */
  async check(trail: string, seq: number): Promise<RecordCheck | undefined> {
    return (await opened).check(trail, seq)
  },

  /** Which records on this device speak of these contents, by their SHA-256. */
  async findDigests(digests: readonly string[]): Promise<readonly DigestAnswer[]> {
    return (await opened).findDigests(digests)
  },

  async names(): Promise<{ readonly [Field in NamedField]: readonly string[] }> {
    return (await opened).names()
  },

  /** What is there to be signed of what a search finds, or of single records. `user`: who signs. */
  async toSign(query: SignQuery, user: string): Promise<SignList | undefined> {
    const list = await signListOf(await opened, query, await outbox.enrolment(user))
    return list && { ...list, rows: list.rows.map((row) => ({ ...row, ...marked(row) })) }
  },

  /** The head to sign over: the last one of a trail that this device has verified. */
  async headToSign(trail: string): Promise<HeadToSign | undefined> {
    const log = await begun
    const head = log.headOf(trail)
    const seen = log.standing().find(({ id }) => id === trail)?.seen ?? 0
    return head && { ...head, since: ages.since(trail, seen) }
  },

  /** What was signed here, newest first, from one place up to another. */
  async outboxItems(from: number, to: number): Promise<readonly ShownStatement[]> {
    const log = await opened
    return desk.items(from, to).map((item) => {
      const last = log.row({ trail: item.trailId, seq: item.headSize - 1 })
      return { ...item, notBefore: last?.time ?? null }
    })
  },

  async statementText(hash: string): Promise<string | undefined> {
    return desk.text(hash)
  },

  /** Gives what waits, now. `isLostBefore`: its signer says that what is missing before it is lost. */
  async sendNow(isLostBefore = false): Promise<void> {
    desk.askNow(isLostBefore)
    giveNow()
  },

  /** Asks for another lease, now. */
  async renewLease(): Promise<void> {
    desk.askLease()
    giveNow()
  },

  async acknowledge(hash: string): Promise<void> {
    await outbox.acknowledge(hash)
  },

  async saveCourier(): Promise<{ readonly text: string; readonly count: number }> {
    return desk.save()
  },

  async bringCourier(text: string) {
    return desk.bring(text, (await opened).standing())
  },

  async reviewed(user: string, trail: string): Promise<readonly number[]> {
    return outbox.reviewed(user, trail)
  },

  async setReviewed(user: string, trail: string, seqs: readonly number[], is: boolean): Promise<void> {
    await outbox.setReviewed(user, trail, seqs, is, now())
  },

  async draft(user: string, list: string): Promise<string> {
    return (await outbox.draft(user, list))?.reason ?? ''
  },

  async keepDraft(user: string, list: string, reason: string): Promise<void> {
    await outbox.keepDraft({ user, list, reason, at: now() })
  },
}

/** Grows with what is shown of records: what was signed here marks rows, too. */
function versionOf(log: Log): number {
  return log.version + (desk.standing?.version ?? 0)
}

function marked(row: ShownRow): ShownRow {
  return desk.isSignedHere(row.trail, row.seq) ? { ...row, state: row.state | SIGNED_HERE } : row
}

async function answered<Result>(ask: () => Promise<Result>): Promise<Answered<Result>> {
  try {
    return { is: 'answer', result: await ask() }
  } catch (error) {
    if (error instanceof Problem)
      return { is: 'refusal', code: error.code, details: error.details, says: error.message }
    return { is: 'silence', says: error instanceof Error ? error.message : String(error) }
  }
}

function countedBy(
  onBytes: (bytes: number) => void,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0
  let told = 0
  return new TransformStream({
    transform(piece, controller) {
      bytes += piece.length
      controller.enqueue(piece)
      const now = performance.now()
      if (now - told < TELL_MILLISECONDS) return
      told = now
      onBytes(bytes)
    },
  })
}

/** Gives what was signed here, and sees to the lease: one tab of a device at a time. */
function give(to: Client): Promise<void> {
  const who = user
  return exclusively('relay-give', () => desk.sync(to, who))
}

/**
 * At once: by the tab that asks, or by this one beside it. Whoever is signed in at the one that asks may be somebody who
 * may give no signatures.
 */
function giveNow(): void {
  const of = token
  if (of === undefined || sync?.standing.phase !== 'follows') sync?.wake()
  else void give(relayClient(() => of)).catch(giveFailed)
}

/** What the relay said, or that it did not answer, stands beside each signature. */
function giveFailed(error: unknown): void {
  if (error instanceof Problem && error.code === 'unauthenticated') listener?.onSignedOut()
}

function exclusively<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  return 'locks' in navigator ? (navigator.locks.request(name, work) as Promise<Result>) : work()
}

/** One tab of a device asks; the others take in what it stored. */
async function lead(of: string): Promise<void> {
  const run = async () => {
    if (token !== of) return
    const log = await opened
    // What another tab stored while it led.
    await log.catchUp()
    await sync?.run(relayClient(() => of))
  }
  if (!('locks' in navigator)) return run()
  sync?.follow()
  channel?.postMessage('follows')
  giveNow()
  await navigator.locks.request('relay-sync', run)
}

/** Other tabs know how it stands only from the one that asks. */
function tellOthers(): void {
  const standing = sync?.standing
  if (standing !== undefined && standing.phase !== 'follows' && standing.phase !== 'none')
    channel?.postMessage(standing)
}

function tell(): void {
  timer ??= setTimeout(tellNow, TELL_MILLISECONDS)
}

async function tellNow(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  const log = await begun
  const trails = log.standing()
  for (const { id, seen } of trails) ages.saw(id, seen)
  desk.grown()
  const { standing } = desk
  if (sync !== undefined)
    listener?.onStanding({ trails, sync: sync.standing, outbox: standing, version: versionOf(log) })
}

expose(worker)
endWithPage()
