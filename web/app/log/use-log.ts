import { proxy, type Remote, wrap } from 'comlink'
import { useSyncExternalStore } from 'react'
import { ownWorker } from '../shell/own-worker.ts'
import type { LogStanding, LogWorker } from './log-worker.ts'
import workerUrl from './log-worker.ts?worker&url'

let standing: LogStanding | undefined
const listeners = new Set<() => void>()
let onSignedOut: () => void = () => undefined

/** The worker that has all records. The page itself never waits for a disk. */
export const log: Remote<LogWorker> = wrap(ownWorker(workerUrl, 'log'))

/** Resolves once what is stored can be searched; rejects if there is no storage to be had. */
export const logOpened: Promise<void> = log.listen(
  proxy({
    onStanding(now: LogStanding) {
      standing = now
      for (const listener of listeners) listener()
    },
    onSignedOut: () => onSignedOut(),
  }),
)

export function whenSignedOut(then: () => void): void {
  onSignedOut = then
}

/** How it stands with the records on this device; undefined until they are open. */
export function useLog(): LogStanding | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => standing,
  )
}
