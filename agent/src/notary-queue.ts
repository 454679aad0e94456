import { type Notary, openFileNotary, type PutAnswer } from '@compliance-relay/shared/keeping'
import type { Settings } from './settings.ts'
import { UnknownNotary } from './unknown-notary.ts'

/**
 * A notary asked one thing after the other. A call on a share that hangs cannot be taken back, and each keeps one of
 * the four threads Node has for files until it is answered: so who gives up waiting does not free it, and the next
 * call begins only when it has come back. However often a notary is asked, it holds up one thread and no more.
 */
export class NotaryQueue implements Notary {
  readonly #notary: Notary
  readonly #now: () => number
  /** Settles, and never rejects, when all calls so far have been answered. */
  #last: Promise<unknown> = Promise.resolve()
  #since: number | undefined

  /** `now`: monotonic milliseconds. */
  constructor(notary: Notary, now: () => number = () => performance.now()) {
    this.#notary = notary
    this.#now = now
  }

  get place(): string {
    return this.#notary.place
  }

  /** For how many milliseconds the call in hand has been waiting for its answer; 0 if there is none. */
  get silentMilliseconds(): number {
    return this.#since === undefined ? 0 : this.#now() - this.#since
  }

  get isAnswering(): boolean {
    return this.#since === undefined
  }

  identity(): Promise<string> {
    return this.#inTurn(() => this.#notary.identity())
  }

  put(origin: string, size: number, note: Uint8Array): Promise<PutAnswer> {
    return this.#inTurn(() => this.#notary.put(origin, size, note))
  }

  get(origin: string, size: number): Promise<Uint8Array | undefined> {
    return this.#inTurn(() => this.#notary.get(origin, size))
  }

  putTimeStamp(origin: string, size: number, stamp: Uint8Array): Promise<PutAnswer> {
    return this.#inTurn(() => this.#notary.putTimeStamp(origin, size, stamp))
  }

  getTimeStamp(origin: string, size: number): Promise<Uint8Array | undefined> {
    return this.#inTurn(() => this.#notary.getTimeStamp(origin, size))
  }

  list(origin: string, after?: number): AsyncGenerator<number> {
    return this.#each(this.#notary.list(origin, after))
  }

  listTimeStamps(origin: string): AsyncGenerator<number> {
    return this.#each(this.#notary.listTimeStamps(origin))
  }

  async *#each(all: AsyncIterable<number>): AsyncGenerator<number> {
    const sizes = all[Symbol.asyncIterator]()
    for (;;) {
      const next = await this.#inTurn(() => sizes.next())
      if (next.done === true) return
      yield next.value
    }
  }

  originHashes(): Promise<readonly string[]> {
    return this.#inTurn(() => this.#notary.originHashes())
  }

  origins(): Promise<readonly string[]> {
    return this.#inTurn(() => this.#notary.origins())
  }

  keepConflict(origin: string, note: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#notary.keepConflict(origin, note))
  }

  #inTurn<T>(call: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(() => {
      this.#since = this.#now()
      return call()
    })
    const over = (): void => {
      this.#since = undefined
    }
    this.#last = answer.then(over, over)
    return answer
  }
}

/** How long the process is left to end by itself, once there is nothing more for it to do. */
const ENDING_MILLISECONDS = 500

export interface OpenNotary {
  readonly notary: NotaryQueue
  /** Nothing more is asked. `ends`: nor has the process anything more to do. */
  close(ends: boolean): void
}

/**
 * Opens a folder notary, without asking anything of it, so that a share that hangs holds up neither the start nor the
 * end. Node waits, when it ends, for every thread it has, `process.exit` too: with a call that hangs that would be for
 * ever. So while one does, the process ends by the signal that ends any program, sent by itself, and with that signal's
 * exit code. Nothing is lost by it: what must be durable is committed before.
 */
export async function openNotary({ folder, isInDoubt }: Settings['notary']): Promise<OpenNotary> {
  const notary = new NotaryQueue(
    isInDoubt === true ? new UnknownNotary(folder) : await openFileNotary(folder),
  )
  const onExit = (): void => {
    if (!notary.isAnswering) endAtOnce()
  }
  process.once('exit', onExit)
  return {
    notary,
    close(ends) {
      if (notary.isAnswering) process.off('exit', onExit)
      // Not reached if the call is answered after all: then the process ends by itself before.
      else if (ends) setTimeout(() => process.exit(), ENDING_MILLISECONDS).unref()
    },
  }
}

function endAtOnce(): void {
  process.removeAllListeners('SIGTERM')
  process.kill(process.pid, 'SIGTERM')
}
