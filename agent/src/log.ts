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
