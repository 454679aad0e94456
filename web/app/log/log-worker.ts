import { type ContentRoute, Problem, type RouteName } from '@compliance-relay/shared/api'
import { expose } from 'comlink'
import type { Answered } from '../session/ask.ts'
import { relayClient } from '../session/relay-client.ts'
import { Log, type Places, type ShownRow, type TrailStanding, type WholeRecord } from './log.ts'
import { LogDatabase } from './log-database.ts'
import type { NamedField } from './names.ts'
import type { Search } from './select.ts'
import { Sync, type SyncStanding } from './sync.ts'

/** What the page is told whenever something of it has changed. */
export interface LogStanding {
  readonly trails: readonly TrailStanding[]
  readonly sync: SyncStanding
  /** Grows whenever records were taken in: what was found before may be more by now. */
  readonly version: number
}

export interface LogListener {
  onStanding(standing: LogStanding): void
  /** The relay knows the session no more. */
  onSignedOut(): void
}

export type LogWorker = typeof worker

/** Standing is told so often at most: each telling is work for the page. */
const TELL_MILLISECONDS = 100

const now = () => Date.now()
const opened = Log.open(new LogDatabase(), now)
const channel = 'BroadcastChannel' in self ? new BroadcastChannel('relay-log') : undefined
let listener: LogListener | undefined
let sync: Sync | undefined
let token: string | undefined
let found: Places | undefined
let timer: ReturnType<typeof setTimeout> | undefined

const worker = {
  /** Says how it stands from now on. Resolves once all that is stored can be searched. */
  async listen(to: LogListener): Promise<void> {
    listener = to
    const log = await opened
    sync = new Sync({
      log,
      now,
      random: Math.random,
      onStanding: tell,
      onRecords: () => {
        channel?.postMessage('stored')
        tell()
      },
      onSignedOut: () => listener?.onSignedOut(),
    })
    channel?.addEventListener('message', () => {
      if (sync?.standing.phase === 'follows') void log.catchUp().then(tell)
    })
    tellNow()
  },

  /** From now on the relay is asked in the name of this session; undefined: not at all. */
  async session(of: string | undefined): Promise<void> {
    await opened
    if (of === token) return
    token = of
    sync?.end()
    if (of !== undefined) void lead(of)
  },

  /** Asks the relay in the name of a session, of nobody without one. */
  async ask(
    name: Exclude<RouteName, ContentRoute>,
    asked: never,
    of: string | undefined,
  ): Promise<Answered<unknown>> {
    try {
      return { is: 'answer', result: await relayClient(() => of).call(name, asked) }
    } catch (error) {
      if (error instanceof Problem)
        return { is: 'refusal', code: error.code, details: error.details, says: error.message }
      return { is: 'silence', says: error instanceof Error ? error.message : String(error) }
    }
  },

  /** Somebody came back to the page, or wants to know. */
  wake(): void {
    sync?.wake()
  },

  /** Searches, and keeps what was found for `rows`. */
  async search(search: Search): Promise<{ readonly count: number; readonly version: number }> {
    const log = await opened
    found = log.search(search)
    return { count: found.count, version: log.version }
  },

  /** Of what was found last, from one place up to another. */
  async rows(from: number, to: number): Promise<readonly ShownRow[]> {
    const log = await opened
    return (found?.slice(from, to) ?? []).map((place) => log.row(place)).filter((row) => row !== undefined)
  },

  async whole(trail: string, seq: number): Promise<WholeRecord | undefined> {
    return (await opened).whole(trail, seq)
  },

  async names(): Promise<{ readonly [Field in NamedField]: readonly string[] }> {
    return (await opened).names()
  },
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
  await navigator.locks.request('relay-sync', run)
}

function tell(): void {
  timer ??= setTimeout(tellNow, TELL_MILLISECONDS)
}

async function tellNow(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  const log = await opened
  if (sync !== undefined)
    listener?.onStanding({ trails: log.standing(), sync: sync.standing, version: log.version })
}

expose(worker)
