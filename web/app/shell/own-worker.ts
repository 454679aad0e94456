import { LEAVE, LEFT } from './leaving.ts'
import { ownScript } from './trusted.ts'

/*
 * A browser may keep a page that was left, for whoever goes back. What is at work in it holds on to its locks and its
 * transactions then, asleep, and no other page of this device would ever sync, sign, or take a newer version. So it ends with
 * the page, and a page that comes back is loaded anew: all it had is on the device.
 *
 * It is asked to end before it is ended: a WebKit of 2025 can bring down the whole page, the next one with it, if a worker
 * is ended while it does something (bugs.webkit.org 305440 and 305677).
 */

/** What an ask takes on a tablet that does something else, too. Nobody sees it pass. */
const ASKED_MILLISECONDS = 30
/** A worker that is lost in something holds up no newer version. */
const LEAVING_MILLISECONDS = 1_000

const begun = new Set<Worker>()

/** Begins a worker of this app that holds on to nothing anybody waits for: it ends when the browser ends its page. */
export function plainWorker(url: string, name: string): Worker {
  return new Worker(ownScript(url), { type: 'module', name })
}

/** Begins one that ends with its page: it does `endWithPage`. */
export function ownWorker(url: string, name: string): Worker {
  const worker = plainWorker(url, name)
  begun.add(worker)
  return worker
}

/** For one that is of no use any more. */
export function endWorker(worker: Worker): void {
  begun.delete(worker)
  worker.terminate()
}

export function startLeaving(): void {
  addEventListener('pagehide', () => {
    for (const worker of begun) worker.postMessage(LEAVE)
    // Nothing that is waited for comes any more.
    const late = performance.now() + ASKED_MILLISECONDS
    while (begun.size > 0 && performance.now() < late);
    for (const worker of begun) worker.terminate()
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload()
  })
}

/** Loads the page anew, once its workers have ended. */
export async function loadAnew(): Promise<void> {
  const tooLong = new Promise((resolve) => setTimeout(resolve, LEAVING_MILLISECONDS))
  await Promise.race([Promise.all([...begun].map(end)), tooLong])
  location.reload()
}

function end(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.addEventListener('message', ({ data }) => {
      if (data !== LEFT) return
      endWorker(worker)
      resolve()
    })
    worker.postMessage(LEAVE)
  })
}
