import { messageOf } from './error-message.ts'
import { type Answers, type Health, healthApp, listen, relayApp } from './http.ts'
import type { Note } from './log.ts'
import type { HttpState } from './status.ts'

export interface HealthPort {
  /** As it is now; null: nowhere, as it was asked for. */
  readonly state: () => HttpState | null
  readonly close: () => Promise<void>
}

const AGAIN_MILLISECONDS = 5_000

/**
 * Tells health at a port. A relay that does not start captures nothing, and files do not wait: so a port that cannot
 * be had hinders nothing. Port 0: nowhere. It is logged, stands in the status, and is tried again until it can be had.
 * `tell` is told at which port it is told, null while at none.
 */
export async function openHealthPort(
  port: number,
  { health, ...answers }: Omit<Answers, 'health'> & { readonly health: () => Health },
  note: Note,
  tell: (port: number | null) => void,
  againMilliseconds = AGAIN_MILLISECONDS,
): Promise<HealthPort> {
  tell(null)
  if (port === 0) return { state: () => null, close: async () => {} }
  const app = relayApp({ ...answers, health: healthApp(port, health) })
  let state: HttpState = { port, state: 'not listening', reason: 'it was not tried yet' }
  let close: (() => Promise<void>) | undefined
  let timer: NodeJS.Timeout | undefined
  let trying: Promise<void> = Promise.resolve()
  let isClosed = false
  const attempt = async (): Promise<void> => {
    try {
      close = await listen(app, port)
      if (timer !== undefined) note('port-free', { port })
      state = { port, state: 'listening' }
      tell(port)
    } catch (error) {
      const reason = reasonOf(error, port)
      if (state.state === 'not listening' && state.reason !== reason) note('port-taken', { port, reason })
      state = { port, state: 'not listening', reason }
      timer = setTimeout(() => {
        if (!isClosed) trying = attempt()
      }, againMilliseconds)
    }
  }
  await attempt()
  return {
    state: () => state,
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await trying
      clearTimeout(timer)
      tell(null)
      await close?.()
    },
  }
}

function reasonOf(error: unknown, port: number): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `port ${port} is in use: whatever answers there is not this relay`
  if (code === 'EACCES')
    return `this account may not listen on port ${port}: choose one above 1023 with --port`
  return `port ${port} cannot be listened on (${messageOf(error)})`
}
