import type { Answers, Ask, Checked, DroppedFile, Given, Progress, Told } from './messages.ts'

/** Files go to the worker so many at a time: each is work for the page. */
const FILES_AT_ONCE = 500

/** Whoever asked is told how far it is, and then the end of it. */
export interface Listener {
  readonly onProgress: (progress: Progress) => void
  readonly onUnusable: (why: string) => void
}

/** The worker with the bag in it. A new bag has a new one, and to give up is to end it. */
export class Checker {
  readonly #start: () => Worker
  #worker: Worker | undefined

  /** `start`: makes a worker. */
  constructor(start: () => Worker) {
    this.#start = start
  }

  /** `bag`: a zip, or the files of the folder it was unpacked into. */
  verify(
    bag: File | readonly DroppedFile[],
    given: Given,
    listener: Listener & { readonly onReport: (checked: Checked) => void },
  ): void {
    this.end()
    this.#worker = this.#start()
    this.#listen(listener, (told) => {
      if (told.told === 'report') listener.onReport(told.result)
    })
    if (bag instanceof File) this.#ask({ ask: 'verify', bag, given })
    else this.#askInPieces(bag, (files, isLast) => ({ ask: 'verify-folder', files, isLast, given }))
  }

  find(
    files: readonly DroppedFile[],
    listener: Listener & { readonly onAnswers: (answers: Answers) => void },
  ): void {
    this.#listen(listener, (told) => {
      if (told.told === 'answers') listener.onAnswers(told.answers)
    })
    this.#askInPieces(files, (some, isLast) => ({ ask: 'find', files: some, isLast }))
  }

  #askInPieces(
    files: readonly DroppedFile[],
    askOf: (files: readonly DroppedFile[], isLast: boolean) => Ask,
  ): void {
    for (let at = 0; at < files.length || at === 0; at += FILES_AT_ONCE)
      this.#ask(askOf(files.slice(at, at + FILES_AT_ONCE), at + FILES_AT_ONCE >= files.length))
  }

  stopFinding(): void {
    this.#ask({ ask: 'stop' })
  }

  end(): void {
    this.#worker?.terminate()
    this.#worker = undefined
  }

  #listen({ onProgress, onUnusable }: Listener, onEnd: (told: Told) => void): void {
    if (this.#worker === undefined) return
    this.#worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.told === 'progress') onProgress(data.progress)
      else if (data.told === 'unusable') onUnusable(data.why)
      else onEnd(data)
    }
    this.#worker.onerror = ({ message }) => onUnusable(`It failed, and nothing is said: ${message}`)
  }

  #ask(ask: Ask): void {
    this.#worker?.postMessage(ask)
  }
}
