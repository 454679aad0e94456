import { randomBytes } from 'node:crypto'
import { accountsOf } from '../actors/accounts.ts'
import { answerRequests } from '../control.ts'
import { type DataFolder, dataFolder } from '../data-folder.ts'
import { healthApp, listen } from '../http.ts'
import { loadAllProfiles } from '../instruments/load-profiles.ts'
import { logNotes, type Note } from '../log.ts'
import { openRelay } from '../open-relay.ts'
import { Relay, type RunOptions } from '../relay.ts'
import { handleRequest } from '../requests.ts'
import { UnusableInput } from '../unusable-input.ts'
import { version } from '../version.ts'
import { type Output, parseOptions, required, wholeNumber } from './options.ts'

export const runHelp = `relay run --data DIR [--port 7411] [--hints on|off] [--scan-seconds 60] [--rescan-seconds 600]
      Runs the relay until Ctrl-C. Events are JSON lines on standard error.
      --port             where /healthz and /readyz answer, on this machine only; 0 for nowhere
      --hints off        folders are looked through again and again, the system's hints are not used
      --scan-seconds     every folder is looked through this often, and every file --rescan-seconds`

export const PORT = 7411
const ASKED_MILLISECONDS = 200

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
      scanSeconds: wholeNumber(values['scan-seconds'], 'scan-seconds', 1, 3600) ?? 60,
      rescanSeconds: wholeNumber(values['rescan-seconds'], 'rescan-seconds', 1, 86_400) ?? 600,
    },
    wholeNumber(values.port, 'port', 0, 65_535) ?? PORT,
    out,
  )
}

/** Runs a relay until it is told to stop. Returns the exit code. */
export async function run(
  folder: DataFolder,
  options: RunOptions,
  port: number,
  out: Output,
): Promise<number> {
  const stop = stopSignals()
  let relay = await openRelayFor(folder, logNotes('relay'), stop.again, true)
  stop.opened()
  const note = logNotes(relay.relayName)
  const close =
    port === 0
      ? undefined
      : await listenOrSay(port, () => ({ ready: relay.isReady, state: relay.status().state }), note)
  const asked = setInterval(() => void answer(), ASKED_MILLISECONDS)
  let answering = false
  const answer = async (): Promise<void> => {
    if (answering) return
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
      await relay.start(options)
      note('started', { trail: relay.opened.trail.origin, size: relay.opened.writer.head.size })
      sayStarted(relay, port, out)
      const reason = await stop.next()
      if (reason !== 'forked') {
        out.write('stopping…\n')
        clearInterval(asked)
        await close?.()
        await relay.stop(reason)
        note('stopped', { reason })
        return 0
      }
      await relay.abandon()
      relay = await openRelayFor(folder, note, stop.again, true)
    }
  } finally {
    clearInterval(asked)
  }
}

/** `captures`: it is going to capture, and so its state is held against its records while these are verified. */
export async function openRelayFor(
  folder: DataFolder,
  note: Note,
  again: () => void,
  captures = false,
): Promise<Relay> {
  const wall = (): number => Date.now()
  const random = (size: number) => new Uint8Array(randomBytes(size))
  const opened = await openRelay(folder, { random, wall, note, checksState: captures })
  return new Relay(opened, {
    version,
    profiles: loadAllProfiles(folder.profiles),
    accounts: accountsOf(process.platform),
    now: () => performance.now(),
    wall,
    note,
    onForked: (error) => {
      note('trail-forked', { size: error.size, reason: error.message })
      again()
    },
  })
}

function sayStarted(relay: Relay, port: number, out: Output): void {
  const { check, left, trail, writer } = relay.opened
  const { watches } = relay.settings
  out.write(
    `Compliance Relay ${relay.relayName} is running${port === 0 ? '' : `: http://127.0.0.1:${port}/`}\n`,
  )
  out.write(`  trail    ${trail.origin}, ${writer.head.size} records\n`)
  for (const watch of watches) out.write(`  watches  ${watch.path}  (project ${watch.project})\n`)
  for (const { code, expected, found } of check.notary)
    out.write(`  NOTARY   ${code}: expected ${expected}, found ${found}\n`)
  if (left !== undefined)
    out.write(
      `  ALARM    the trail ${left.origin} could not be gone on with; the new trail names it and says why\n`,
    )
  out.write('  Ctrl-C stops it in order.\n')
}

async function listenOrSay(
  port: number,
  health: Parameters<typeof healthApp>[1],
  note: Note,
): Promise<() => Promise<void>> {
  try {
    return await listen(healthApp(port, health), port)
  } catch (error) {
    // Capture does not depend on being asked how it goes.
    note('port-taken', { port, error })
    throw new UnusableInput(
      `port ${port} cannot be listened on (${error instanceof Error ? error.message : String(error)}); choose another with --port`,
    )
  }
}

type StopReason = 'signal' | 'forked'

/** Signals as a queue, so that one that comes while the relay is starting is not lost. */
function stopSignals(): {
  readonly next: () => Promise<string>
  readonly again: () => void
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
    again: () => push('forked'),
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
