import { ownScript } from './trusted.ts'

/*
 * A browser may keep a page that was left, for whoever goes back. What is at work in it holds on to its locks then, asleep,
 * and no other page of this device would ever sync, nor take a newer version. So it ends with the page, and a page that
 * comes back is loaded anew: all it had is on the device.
 */

const begun = new Set<Worker>()

/** Begins a worker of this app. */
export function ownWorker(url: string, name: string): Worker {
  const worker = new Worker(ownScript(url), { type: 'module', name })
  begun.add(worker)
  return worker
}

export function startLeaving(): void {
  addEventListener('pagehide', ({ persisted }) => {
    if (persisted) for (const worker of begun) worker.terminate()
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload()
  })
}
