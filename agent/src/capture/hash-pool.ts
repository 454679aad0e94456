import { Worker } from 'node:worker_threads'
import type { Profile } from '../instruments/types.ts'
import { type ReadResult, type ReadTask, resultsOf, textOfTasks } from './hash-task.ts'

/** Units above this go to the lane of large ones, so that they never delay small ones. */
const SMALL_BYTES_MAX = 16 << 20
/** What a worker is given at once: enough to hide the message, little enough to be answered soon. */
const TASKS_AT_ONCE = 64
const BYTES_AT_ONCE = 8 << 20
/** Messages a worker may have waiting: it goes on while this thread waits for the disk, with a commit of a burst. */
const MESSAGES_AHEAD = 24
const REST_MILLISECONDS = 20_000

type OnResults = (results: readonly ReadResult[]) => void

/** Reads units in two lanes, one thread each. */
export class HashPool {
  readonly #small: Lane
  readonly #large: Lane

  constructor(profiles: readonly Profile[], onResults: OnResults, onFault: (error: Error) => void) {
    this.#small = new Lane(profiles, onResults, onFault)
    this.#large = new Lane(profiles, onResults, onFault)
  }

  /** Units given and not yet answered. */
  get waiting(): number {
    return this.#small.waiting + this.#large.waiting
  }

  /** Something will be to be read soon: a thread takes a tenth of a second and more to begin. */
  prepare(): void {
    this.#small.prepare()
  }

  submit(task: ReadTask): void {
    const lane = bytesOf(task) > SMALL_BYTES_MAX ? this.#large : this.#small
    lane.submit(task)
  }

  /** Ends the threads; what they were reading is not answered. */
  async close(): Promise<void> {
    await Promise.all([this.#small.close(), this.#large.close()])
  }
}

class Lane {
  readonly #start: () => Worker
  readonly #onResults: OnResults
  readonly #queue: ReadTask[] = []
  readonly #sent: (readonly ReadTask[])[] = []
  #worker: Worker | undefined
  #closed = false
  #rest: NodeJS.Timeout | undefined

  constructor(profiles: readonly Profile[], onResults: OnResults, onFault: (error: Error) => void) {
    this.#onResults = onResults
    this.#start = () => {
      const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), {
        workerData: { profiles },
        resourceLimits: { maxYoungGenerationSizeMb: 4 },
      })
      worker.on('message', (text: string) => this.#answered(text))
      worker.on('error', (fault) => {
        const error = fault instanceof Error ? fault : new Error(String(fault))
        onFault(error)
        this.#worker = undefined
        this.#giveBack(error)
      })
      worker.unref()
      return worker
    }
  }

  get waiting(): number {
    return this.#queue.length + this.#sent.reduce((sum, tasks) => sum + tasks.length, 0)
  }

  prepare(): void {
    if (this.#closed) return
    this.#worker ??= this.#start()
    if (this.waiting === 0) this.#restLater()
  }

  submit(task: ReadTask): void {
    this.#queue.push(task)
    if (this.#sent.length < MESSAGES_AHEAD) queueMicrotask(() => this.#send())
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#rest)
    this.#queue.length = 0
    await this.#worker?.terminate()
  }

  /** A thread without work is let go after a while: it holds tens of megabytes. */
  #restLater(): void {
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => {
      if (this.waiting > 0) return
      void this.#worker?.terminate()
      this.#worker = undefined
    }, REST_MILLISECONDS)
    this.#rest.unref()
  }

  #send(): void {
    while (!this.#closed && this.#sent.length < MESSAGES_AHEAD && this.#queue.length > 0) {
      let count = 0
      let bytes = 0
      while (count < this.#queue.length && count < TASKS_AT_ONCE) {
        bytes += bytesOf(this.#queue[count] as ReadTask)
        if (count > 0 && bytes > BYTES_AT_ONCE) break
        count++
      }
      const tasks = this.#queue.splice(0, count)
      this.#sent.push(tasks)
      this.#worker ??= this.#start()
      this.#worker.postMessage(textOfTasks(tasks))
    }
  }

  #answered(text: string): void {
    this.#onResults(resultsOf(text, this.#sent.shift() ?? []))
    this.#send()
    if (this.#sent.length === 0) this.#restLater()
  }

  /** A thread that died has read nothing: every unit it had is answered as failed, and will be tried again. */
  #giveBack(error: Error): void {
    const lost = this.#sent.splice(0).flat()
    this.#onResults(
      lost.map(({ id, name }) => ({
        id,
        state: 'failed',
        path: name,
        code: `reader stopped: ${error.message}`,
      })),
    )
    this.#send()
  }
}

function bytesOf({ files }: ReadTask): number {
  let bytes = 0
  for (const { size, sha256 } of files) if (sha256 === undefined) bytes += size
  return bytes
}
