import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'

/** What a command said and ended with; undefined if it could not be done. */
export type CommandAnswer = { readonly code: number; readonly out: string } | undefined

/**
 * Commands of the relay as they lie here, in a thread that has them loaded: a process for each takes longer to start than
 * most have to do. What says no is to be asked again as a process, for the sentence that it ends with.
 */
export class CommandThread {
  readonly #answered = new Int32Array(new SharedArrayBuffer(4))
  readonly #port

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const worker = new Worker(new URL('./command-worker.ts', import.meta.url), {
      workerData: { port: port2, answered: this.#answered },
      transferList: [port2],
    })
    worker.unref()
    port1.unref()
  }

  /** Runs a command to its end, and waits for it. */
  run(...args: string[]): CommandAnswer {
    Atomics.store(this.#answered, 0, 0)
    this.#port.postMessage(args)
    if (Atomics.wait(this.#answered, 0, 0, MOST_MILLISECONDS) === 'timed-out')
      throw new Error(`relay ${args.join(' ')} did not end`)
    return receiveMessageOnPort(this.#port)?.message
  }
}

const MOST_MILLISECONDS = 600_000
