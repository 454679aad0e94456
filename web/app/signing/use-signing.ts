import { type Remote, wrap } from 'comlink'
import { endWorker, ownWorker } from '../shell/own-worker.ts'
import type { SigningWorker } from './signing-worker.ts'
import workerUrl from './signing-worker.ts?worker&url'

interface Opened {
  readonly worker: Remote<SigningWorker>
  /** Rejects if it cannot be loaded, or breaks off: it answers nothing then, for ever. */
  readonly broken: Promise<never>
}

let opened: Opened | undefined

/**
 * Asks the worker that is alone with passwords: begun when somebody is at a verdict or enrols, not before. Rejects also where it
 * cannot be loaded; the next call begins another.
 */
export async function inSigningWorker<Result>(
  ask: (worker: Remote<SigningWorker>) => Promise<Result>,
): Promise<Result> {
  opened ??= open()
  const { worker, broken } = opened
  return await Promise.race([ask(worker), broken])
}

/**
 * Has the worker at hand by the time that a password is typed, with all it can do without one done once. Where it cannot be
 * loaded, whoever signs is told.
 */
export async function prepareToSign(user: string): Promise<void> {
  await inSigningWorker((worker) => worker.prepare(user)).catch(() => undefined)
}

function open(): Opened {
  const thread = ownWorker(workerUrl, 'signing')
  const broken = new Promise<never>((_, reject) => {
    thread.addEventListener('error', () => {
      opened = undefined
      endWorker(thread)
      reject(
        new Error(
          'The part of the app that signs could not be loaded, or broke off. What was signed stands in the outbox. Open the app again, with the relay in reach.',
        ),
      )
    })
  })
  // Whoever asked is told; if nobody did, it is begun anew when somebody does.
  broken.catch(() => undefined)
  return { worker: wrap(thread), broken }
}
