import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { Problem } from '@compliance-relay/shared/api'
import { appFiles, type FirstAccount } from '@compliance-relay/shared/relay'
import { counted, printable } from '@compliance-relay/shared/trail'
import { accountsOf } from '../actors/accounts.ts'
import type { Patience } from '../ask-notary.ts'
import { appStateOf, readBuiltApp } from '../built-app.ts'
import { answerRequests } from '../control.ts'
import { type DataFolder, databaseId, dataFolder } from '../data-folder.ts'
import { memoryGiver } from '../give-back-memory.ts'
import { openHealthPort } from '../health-port.ts'
import { healthOf, originsAt } from '../http.ts'
import { loadAllProfiles } from '../instruments/load-profiles.ts'
import { logNotes, type Note, wordNotes } from '../log.ts'
import { relayActor } from '../new-trail.ts'
import { openRelay } from '../open-relay.ts'
import { peopleApi } from '../people/people-api.ts'
import { writePort } from '../port-file.ts'
import { Relay, type RunOptions } from '../relay.ts'
import { handleRequest } from '../requests.ts'
import { activeWatches, parseSettings } from '../settings.ts'
import { giveBackPages, openForReading } from '../sqlite/database.ts'
import { HostStore } from '../sqlite/host-store.ts'
import type { WriterLock } from '../sqlite/writer-lock.ts'
import type { HttpState } from '../status.ts'
import { UnusableInput } from '../unusable-input.ts'
import { version } from '../version.ts'
import { notaryText, setRightText } from './asking-text.ts'
import { firstCode } from './first-administrator.ts'
import { jsonLine, type Output, parseOptions, required, wholeNumber } from './options.ts'
import { PORT, portOf } from './port-option.ts'
import { whereTyped } from './typed-next.ts'

export const runHelp = `relay run --data DIR [--port N] [--hints on|off] [--scan-seconds N] [--rescan-seconds N] [--json]
      Runs the relay until Ctrl-C. Events are JSON lines on standard error.
      --port N           where the relay answers, on this machine only; ${PORT} unless given, 0 for
                         nowhere. If another program has the port, the relay tries again and again;
                         files are recorded meanwhile. /healthz says that it runs. /readyz says 200
                         if files are noticed and can be recorded, 503 with "reasons" if not: it is
                         starting, the disk takes nothing, no watched folder is there. "degraded"
                         names what else needs attention, for example a missing notary: files are
                         recorded without it and anchored later
      --hints off        does not use the system's change notices; folders are looked through
                         instead
      --scan-seconds N   how often every folder is looked through, 1 to 3600; 60 unless given
      --rescan-seconds N how often every file is looked at, 1 to 86400; 600 unless given
      Example: relay run --data /var/lib/relay`

const ASKED_MILLISECONDS = 200
/** How often it is looked whether the database is still the file that was opened. */
const REPLACED_MILLISECONDS = 2_000

const options = {
  data: { type: 'string' },
  port: { type: 'string' },
  hints: { type: 'string', default: 'on' },
  'scan-seconds': { type: 'string' },
  'rescan-seconds': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export async function runCommand(args: readonly string[], out: Output): Promise<number> {
  const { values } = parseOptions(args, options)
  if (values.hints !== 'on' && values.hints !== 'off') throw new UnusableInput('--hints is on or off')
  return run(
    dataFolder(required(values.data, 'data')),
    {
      hints: values.hints === 'on',
      scanSeconds: wholeNumber(values['scan-seconds'], '--scan-seconds', 1, 3600) ?? 60,
      rescanSeconds: wholeNumber(values['rescan-seconds'], '--rescan-seconds', 1, 86_400) ?? 600,
    },
    portOf(values.port),
    { ...out, json: values.json },
  )
}

export interface RunOutput extends Output {
  /** An object for a start and for a stop, instead of text. */
  readonly json: boolean
  /** Events are lines of words beside the text, and only those that somebody has to look at. */
  readonly inWords?: boolean
  /** Who is given a one-time code where nobody can sign in yet; undefined: nobody. */
  readonly first?: FirstAccount
}

const BEGUN_ANEW = { ready: false, state: 'starting', reasons: ['a new trail is being begun'], degraded: [] }

/** Runs a relay until it is told to stop. Returns the exit code. */
export async function run(
  folder: DataFolder,
  options: Omit<RunOptions, 'http' | 'app'>,
  port: number,
  out: RunOutput,
): Promise<number> {
  const stop = stopSignals()
  const note = out.inWords === true ? wordNotes(out.write, () => Date.now()) : logNotes(relayNameIn(folder))
  let relay = await openRelayFor(folder, note, () => stop.again('forked'), { captures: true })
  stop.opened()
  const ownId = databaseId(folder)
  /** False while one trail is left and the next is not begun: then there is nobody to ask. */
  let isOpen = true
  const looked = setInterval(() => {
    if (!isStill(folder, ownId)) return stop.again('replaced')
    const lock = isOpen ? keepLock(relay) : 'held'
    if (lock === 'again') note('lock-taken-again', {})
    if (lock === 'lost') stop.again('not-alone')
  }, REPLACED_MILLISECONDS)
  const health = () => (isOpen ? healthOf(relay.status()) : { ...BEGUN_ANEW, relay: relay.relayName })
  const api = peopleApi(port, () => (isOpen ? relay : undefined), note)
  const tell = (at: number | null): void => {
    try {
      if (isStill(folder, ownId)) writePort(folder.port, at)
    } catch (error) {
      // Commands have to be told with --port; what is captured does not depend on it.
      note('port-not-told', { error })
    }
  }
  // What instruments write is captured by a relay that has no app as well.
  const built = port === 0 ? undefined : readBuiltApp()
  const appState = built === undefined ? null : appStateOf(built)
  if (appState !== null && appState.says !== null) note(`app-${appState.state}`, { says: appState.says })
  const app =
    built === undefined || built.state === 'missing'
      ? undefined
      : appFiles({ files: built.files, origins: originsAt(port) })
  const http = await openHealthPort(port, { health, api, app }, note, tell)
  const asked = setInterval(() => void answer(), ASKED_MILLISECONDS)
  let answering = false
  const answer = async (): Promise<void> => {
    if (answering || !isOpen) return
    answering = true
    try {
      await answerRequests(folder.control, (request, asker) => handleRequest(relay, request, asker))
    } catch (error) {
      // A disk that is full, or something else in the folder: capture does not depend on being asked.
      note('not-answered', { error })
    } finally {
      answering = false
    }
  }
  try {
    for (;;) {
      await relay.start({ ...options, http: http.state, app: appState })
      note('started', { trail: relay.opened.trail.origin, size: relay.opened.writer.head.size })
      if (relay.recoveryBehind.length > 0) note('recovery-behind', { keys: relay.recoveryBehind })
      sayStarted(relay, http.state(), out)
      await sayFirst(relay, folder, out)
      const reason = await stop.next()
      // Not a word more into files that nobody finds again.
      if (reason === 'replaced')
        throw new UnusableInput(
          `the data folder ${folder.path} was moved, removed or replaced while the relay ran: what it recorded since is where the folder went, or nowhere; it ends, and the next start goes by what is there`,
        )
      if (reason === 'not-alone')
        throw new UnusableInput(
          `the lock of the data folder ${folder.path} was taken away, and another process has it by now: two relays must not write one trail, so this one ends; stop the other, then relay verify --data`,
        )
      if (reason !== 'forked') {
        if (!out.json) out.write('stopping…\n')
        clearInterval(asked)
        await http.close()
        await relay.stop(reason)
        note('stopped', { reason })
        if (out.json) out.write(jsonLine({ stopped: reason }))
        return 0
      }
      isOpen = false
      await relay.abandon()
      // What the notary said of the trail that was left decides over the next, so this time its answer is waited for:
      // given up after a while, a slow notary would fork each new start again.
      relay = await openRelayFor(folder, note, () => stop.again('forked'), { captures: true, patience: {} })
      isOpen = true
    }
  } catch (error) {
    // A relay that cannot go on ends, with what it holds: one that stays without capturing would seem to be at work,
    // and nobody would start it again.
    isOpen = false
    clearInterval(asked)
    await http.close()
    await relay.abandon()
    throw error
  } finally {
    clearInterval(asked)
    clearInterval(looked)
  }
}

/** What cannot be told now is told at the next look. */
function keepLock(relay: Relay): ReturnType<WriterLock['keep']> {
  try {
    return relay.opened.lock.keep()
  } catch {
    return 'held'
  }
}

/** The same. */
function isStill(folder: DataFolder, id: string | undefined): boolean {
  try {
    return databaseId(folder) === id
  } catch {
    return true
  }
}

interface OpenFor {
  /** It is going to capture, and so its state is held against its records while these are verified. */
  readonly captures?: boolean
  /** How long the notary is waited for; without it, as at any start. */
  readonly patience?: Patience
}

export async function openRelayFor(
  folder: DataFolder,
  note: Note,
  again: () => void,
  { captures = false, patience }: OpenFor = {},
): Promise<Relay> {
  const wall = (): number => Date.now()
  const random = (size: number) => new Uint8Array(randomBytes(size))
  const deps = { random, wall, note, checksState: captures }
  const opened = await openRelay(folder, { ...deps, ...(patience === undefined ? {} : { patience }) })
  const relay = new Relay(opened, {
    version,
    profiles: loadAllProfiles(folder.profiles),
    accounts: accountsOf(process.platform),
    now: () => performance.now(),
    wall,
    note,
    onIdle: memoryGiver(() => {
      for (const database of [opened.database, opened.reading]) giveBackPages(database)
    }),
    onForked: (error) => {
      note('trail-forked', { size: error.size, reason: error.message })
      again()
    },
  })
  relay.lookAtRecovery()
  return relay
}

/**
 * The name of a relay, for the lines that are logged before its trail was verified: the settings as they are kept
 * for use. Where they cannot be read, the folder's own name; what is wrong with it is said by whoever opens it next.
 */
export function relayNameIn(folder: DataFolder): string {
  try {
    const database = openForReading(folder.database)
    try {
      return parseSettings(new HostStore(database).settings()).name
    } finally {
      database.close()
    }
  } catch {
    return basename(folder.path)
  }
}

function sayStarted(relay: Relay, http: HttpState | null, out: RunOutput): void {
  const { check, left, trail, writer } = relay.opened
  const watches = activeWatches(relay.settings)
  const status = relay.status()
  if (out.json) {
    const { notary } = check
    out.write(
      jsonLine({
        running: relay.relayName,
        trail: trail.origin,
        size: writer.head.size,
        http,
        app: status.app,
        watches: watches.map(({ id, path, project }) => ({ id, path, project })),
        notary,
        left: left?.origin ?? null,
        recoveryBehind: relay.recoveryBehind,
        mended: status.startUp?.mended ?? [],
        refusedProfiles: status.refusedProfiles,
      }),
    )
    return
  }
  const where = http?.state === 'listening' ? `: http://127.0.0.1:${http.port}/` : ''
  out.write(`Compliance Relay ${relay.relayName} is running${where}\n`)
  out.write(`  trail    ${trail.origin}, ${counted(writer.head.size, 'record')}\n`)
  for (const watch of watches) out.write(`  watches  ${printable(watch.path)}  (project ${watch.project})\n`)
  if (http?.state === 'not listening')
    out.write(`  HTTP     ${http.reason}, until it is free; files are captured all the same\n`)
  for (const line of setRightText(status)) out.write(`  ${line}\n`)
  for (const finding of check.notary) out.write(`  NOTARY   ${notaryText(finding)}\n`)
  if (left !== undefined)
    out.write(
      `  ALARM    the trail ${left.origin} could not be gone on with; the new trail names it and says why\n`,
    )
  if (relay.recoveryBehind.length > 0)
    out.write(
      `  RECOVERY the recovery file does not hold ${relay.recoveryBehind.join(', ')}: relay recovery writes it anew\n`,
    )
  out.write('  Ctrl-C stops it in order.\n')
  if (http?.state !== 'listening') return
  if (status.app !== null && status.app.says !== null) out.write(`  APP      ${printable(status.app.says)}\n`)
  if (status.app?.state !== 'missing') out.write(`Open http://127.0.0.1:${http.port}\n`)
}

/** What hinders it is said with all else, and a relay goes on without anybody who can sign in. */
async function sayFirst(relay: Relay, folder: DataFolder, out: RunOutput): Promise<void> {
  if (out.first === undefined || relay.people === undefined) return
  try {
    const given = await firstCode(relay.people, relayActor(relay.relayName), out.first)
    if (given === undefined) return
    if (out.json) {
      out.write(jsonLine({ firstAdministrator: given }))
      return
    }
    out.write(`  user id  ${given.user}, the first administrator\n`)
    out.write(
      `  code     ${given.code}  sets their password, once and within 15 minutes: in the app, or by\n`,
    )
    out.write(`           relay account password ${given.user} --code${whereTyped({ data: folder.path })}\n`)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    out.write(`  PEOPLE   the first administrator was given no code: ${error.message}\n`)
  }
}

type StopReason = 'signal' | 'forked' | 'replaced' | 'not-alone'

/** Signals as a queue, so that one that comes while the relay is starting is not lost. */
function stopSignals(): {
  readonly next: () => Promise<string>
  readonly again: (reason: StopReason) => void
  readonly opened: () => void
} {
  let isOpen = false
  const reasons: (StopReason | string)[] = []
  let wake: (() => void) | undefined
  const push = (reason: string): void => {
    reasons.push(reason)
    wake?.()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // Nothing is in hand before the trail has been verified: then there is nothing to bring in order.
      if (!isOpen) process.exit(0)
      push(signal)
    })
  return {
    again: push,
    opened: () => {
      isOpen = true
    },
    next: async () => {
      for (;;) {
        const reason = reasons.shift()
        if (reason !== undefined) return reason
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
