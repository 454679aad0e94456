import { proxy, type Remote, wrap } from 'comlink'
import type { DroppedFile, Progress } from '../../check/messages.ts'
import { ownWorker } from '../shell/own-worker.ts'
import type { DigestedFiles, FilesWorker } from './files-worker.ts'
import workerUrl from './files-worker.ts?worker&url'

/** Files go to the worker so many at a time: each is work for the page. */
const FILES_AT_ONCE = 500

let worker: Remote<FilesWorker> | undefined

/** SHA-256 of files, and of the folders they lie in as data sets. Nothing of them leaves this device. */
export async function readFiles(
  files: readonly DroppedFile[],
  onProgress: (progress: Progress) => void,
): Promise<DigestedFiles> {
  worker ??= wrap(ownWorker(workerUrl, 'files'))
  for (let at = 0; at < files.length; at += FILES_AT_ONCE)
    await worker.add(files.slice(at, at + FILES_AT_ONCE) as DroppedFile[])
  return worker.digest(proxy(onProgress))
}

export function stopReading(): void {
  void worker?.stop()
}
