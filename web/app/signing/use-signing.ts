import { type Remote, wrap } from 'comlink'
import { ownScript } from '../shell/trusted.ts'
import type { SigningWorker } from './signing-worker.ts'
import workerUrl from './signing-worker.ts?worker&url'

let worker: Remote<SigningWorker> | undefined

/** The worker that is alone with passwords: begun when somebody signs or enrols, not before. */
export function signingWorker(): Remote<SigningWorker> {
  worker ??= wrap(new Worker(ownScript(workerUrl), { type: 'module', name: 'signing' }))
  return worker
}
