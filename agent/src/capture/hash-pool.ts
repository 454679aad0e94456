import { Worker } from 'node:worker_threads'
import type { Profile } from '../instruments/types.ts'
import {
  bytesToRead,
  type ReadResult,
  type ReadTask,
  resultsOf,
  type TurnedText,
  textOfTasks,
} from './hash-task.ts'

/** Units above this go to the lane of large ones, so that they never delay small ones. */
const SMALL_BYTES_MAX = 16 << 20
/** What a worker is given at once: enough to hide the message, little enough to be answered soon. */
const TASKS_AT_ONCE = 64
const BYTES_AT_ONCE = 8 << 20
/** Messages a worker may have waiting: it goes on while this thread waits for the disk, with a commit of a burst. */
const MESSAGES_AHEAD = 24
const REST_MILLISECONDS = 20_000

/** Read in turns: `bytes` are those to be read of a unit. */
export function isLarge(bytes: number): boolean {
  return bytes > SMALL_BYTES_MAX
}

type OnResults = (results: readonly ReadResult[]) => void

/** How far a large unit has come. */
export interface Reading {
  readonly id: number
  readonly bytes: number
  readonly ofBytes: number
  /** When it was given, monotonic, milliseconds. */
  readonly since: number
}

export interface HashPoolOptions {
  readonly profiles: readonly Profile[]
  readonly now: () => number
  readonly onResults: OnResults
  readonly onFault: (error: Error) => void
}

/**
 * Reads units in two lanes, one thread each: small ones one after the other, large ones in turns, so that none waits for
 * the whole length of another.
 */
export class HashPool {
  readonly #small: Lane
  readonly #large: Lane

  constructor(options: HashPoolOptions) {
    this.#small = new Lane(options, false)
    this.#large = new Lane(options, true)
  }

  /** Small units given and not yet answered. */
  get small(): number {
    return this.#small.waiting
  }

  /** Large units that are being read, since when, and how far they are. */
  large(): readonly Reading[] {
    return this.#large.readings()
  }

  /** Something will be to be read soon: a thread takes a tenth of a second and more to begin. */
  prepare(): void {
    this.#small.prepare()
  }

  submit(task: ReadTask): void {
    const lane = isLarge(bytesToRead(task)) ? this.#large : this.#small
    lane.submit(task)
  }

  /** A large unit is not read any further, and not answered. A small one is: that is a matter of milliseconds. */
  giveUp(id: number): void {
    this.#large.giveUp(id)
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
  readonly #inTurns: boolean
  readonly #now: () => number
  /** How far each unit is that is read in turns. */
  readonly #readings = new Map<number, Reading>()
  #worker: Worker | undefined
  #closed = false
  #rest: NodeJS.Timeout | undefined

  constructor({ profiles, now, onResults, onFault }: HashPoolOptions, inTurns: boolean) {
    this.#onResults = onResults
    this.#inTurns = inTurns
    this.#now = now
    this.#start = () => {
      const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), {
        workerData: { profiles, inTurns },
        resourceLimits: { maxYoungGenerationSizeMb: 4 },
      })
      worker.on('message', (said: string | TurnedText) =>
        typeof said === 'string' ? this.#answered(said) : this.#turned(said),
      )
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

  readings(): readonly Reading[] {
    return [...this.#readings.values()]
  }

  prepare(): void {
    if (this.#closed) return
    this.#worker ??= this.#start()
    if (this.waiting === 0) this.#restLater()
  }

  submit(task: ReadTask): void {
    this.#queue.push(task)
    if (this.#inTurns)
      this.#readings.set(task.id, {
        id: task.id,
        bytes: 0,
        ofBytes: bytesToRead(task),
        since: this.#now(),
      })
    if (this.#hasRoom()) queueMicrotask(() => this.#send())
  }

  giveUp(id: number): void {
    if (!this.#readings.delete(id)) return
    const isIt = (task: ReadTask | undefined) => task?.id === id
    const waits = this.#queue.findIndex(isIt)
    if (waits >= 0) this.#queue.splice(waits, 1)
    const sent = this.#sent.findIndex(([task]) => isIt(task))
    if (sent < 0) return
    this.#sent.splice(sent, 1)
    this.#worker?.postMessage(id)
    if (this.#sent.length === 0) this.#restLater()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#rest)
    this.#queue.length = 0
    this.#readings.clear()
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

  /** Of what is read in turns the thread has all: which goes next, it decides. Whoever submits bounds how many there are. */
  #hasRoom(): boolean {
    return this.#inTurns || this.#sent.length < MESSAGES_AHEAD
  }

  #send(): void {
    while (!this.#closed && this.#hasRoom() && this.#queue.length > 0) {
      let count = 0
      let bytes = 0
      while (count < this.#queue.length && count < (this.#inTurns ? 1 : TASKS_AT_ONCE)) {
        bytes += bytesToRead(this.#queue[count] as ReadTask)
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

  #turned({ id, bytes, text }: TurnedText): void {
    const reading = this.#readings.get(id)
    // Said before the thread knew that it was given up.
    if (reading === undefined) return
    if (text === null) {
      this.#readings.set(id, { ...reading, bytes })
      return
    }
    this.#readings.delete(id)
    const at = this.#sent.findIndex(([task]) => task?.id === id)
    if (at < 0) throw new Error(`the answer ${id} is to no task`)
    const [tasks] = this.#sent.splice(at, 1)
    this.#onResults(resultsOf(text, tasks ?? []))
    if (this.#sent.length === 0) this.#restLater()
  }

  /** A thread that died has read nothing: every unit it had is answered as failed, and will be tried again. */
  #giveBack(error: Error): void {
    const lost = this.#sent.splice(0).flat()
    for (const { id } of lost) this.#readings.delete(id)
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
