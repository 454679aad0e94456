import { expose } from 'comlink'
import { type Digested, digestFiles, foldersOf } from '../../check/digest-files.ts'
import type { DroppedFile, Progress } from '../../check/messages.ts'
import { endWithPage } from '../shell/leaving.ts'

/** Progress is told so often, and no more: each telling is work for the page. */
const PROGRESS_MILLISECONDS = 100

export interface DigestedFiles {
  /** Folders as the data sets they may be, then files. */
  readonly items: readonly Digested[]
  readonly isStopped: boolean
}

export type FilesWorker = typeof worker

let files: DroppedFile[] = []
let isStopped = false

/** Reads files, and nothing else: of any size, piece by piece, beside everything that the page does. */
const worker = {
  add(more: readonly DroppedFile[]): void {
    files.push(...more)
  },

  /** Digests of all that was added. */
  async digest(onProgress: (progress: Progress) => void): Promise<DigestedFiles> {
    const given = files
    files = []
    isStopped = false
    let next = 0
    const digested = await digestFiles(given, {
      isStopped: () => isStopped,
      onProgress: (progress) => {
        const now = performance.now()
        if (now < next) return
        next = now + PROGRESS_MILLISECONDS
        onProgress(progress)
      },
    })
    return { items: [...foldersOf(digested), ...digested], isStopped }
  },

  stop(): void {
    isStopped = true
  },
}

expose(worker)
endWithPage()
