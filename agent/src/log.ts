import { printable } from '@compliance-relay/shared/trail'
import { pino } from 'pino'

export type Note = (event: string, details: { readonly [key: string]: unknown }) => void

/** Events that somebody has to look at. */
const warnings = new Set([
  'lock-taken-again',
  'trail-altered',
  'trail-left',
  'trail-doubted',
  'mended',
  'profile-refused',
  'notary-unreachable',
  'not-signed',
  'not-recording',
  'not-readable',
  'hints-lost',
  'watch-unavailable',
  'clock.stepped',
  'relay.paused',
  'reader-stopped',
  'sessions-unknown',
  'trail-forked',
  'port-taken',
  'recovery-behind',
  'alert',
  'not-delivered',
  'receiver-gone',
  'cursor-disbelieved',
  'people-unusable',
  'not-time-stamped',
  'time-stamp-differs',
  'people-failed',
  'export-failed',
  'export-not-stamped',
  'exports-not-removed',
])

/**
 * For whoever runs a relay in a terminal to try it out: of events that somebody has to look at, a line of words; of others
 * nothing. Where they are to be read by programs, or kept: `logNotes`.
 */
export function wordNotes(write: (line: string) => void, wall: () => number): Note {
  return (event, details) => {
    if (!warnings.has(event)) return
    const { says, reason, error, ...rest } = details
    const why = says ?? reason ?? (error instanceof Error ? error.message : undefined)
    const about = rest['path'] ?? rest['watch']
    const more =
      why === undefined ? JSON.stringify(rest) : `${String(why)}${about === undefined ? '' : ` (${about})`}`
    const time = new Date(wall()).toISOString().slice(11, 19)
    write(`  ${time} ${event.replace(/[-.]/g, ' ')}${more === '{}' ? '' : `: ${printable(more)}`}\n`)
  }
}

/** One JSON line an event, on standard error; standard output is for people. */
export function logNotes(name: string, level: 'info' | 'warn' = 'info'): Note {
  const log = pino(
    { level, base: { relay: name, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  )
  return (event, details) => {
    const { error, ...rest } = details
    const line = error instanceof Error ? { ...rest, err: error } : details
    if (warnings.has(event)) log.warn({ event, ...line })
    else log.info({ event, ...line })
  }
}
