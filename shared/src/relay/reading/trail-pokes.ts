import { Problem } from '../../api/index.ts'
import { utf8 } from '../../trail/index.ts'
import type { Caller, People } from '../people.ts'

/** A page that is open listens once, and once more while it is being loaded again. */
export const STREAMS_PER_SESSION_MAX = 2
/** Half of the connections a relay has: the other half is for those who ask something. */
export const STREAMS_MAX = 32
/** How soon a stream ends after its session. */
const LOOK_MILLISECONDS = 1_000
/** A comment that often, so that whoever listens notices a connection that is none any more. */
const HEARTBEAT_LOOKS = 15

export interface TrailPokesOptions {
  readonly people: Pick<People, 'stillMay'>
  /** Does something again and again until it is told to stop. */
  readonly every: (milliseconds: number, work: () => void) => () => void
}

interface Listener {
  readonly caller: Caller
  readonly origin: string
  readonly controller: ReadableStreamDefaultController<Uint8Array>
  /** The newest head that there was no room for: those before it nobody needs. */
  waiting: number | undefined
}

/**
 * Tells whoever listens that a trail has grown, and how far: the size under its newest checkpoint and nothing else, as
 * Server-Sent Events. A stream ends with the session it was opened in; that it is open is no use of the session. While
 * nobody listens, nothing runs.
 */
export class TrailPokes {
  readonly #options: TrailPokesOptions
  readonly #listeners = new Set<Listener>()
  #stopLooking: (() => void) | undefined
  #looks = 0

  constructor(options: TrailPokesOptions) {
    this.#options = options
  }

  /** A stream that begins with the size of now. Throws `Problem` `streams-full`. */
  open(
    caller: Caller,
    { origin, size }: { readonly origin: string; readonly size: number },
  ): ReadableStream<Uint8Array> {
    const own = [...this.#listeners].filter((one) => one.caller.session.id === caller.session.id)
    if (own.length >= STREAMS_PER_SESSION_MAX || this.#listeners.size >= STREAMS_MAX)
      throw new Problem('streams-full')
    let listener: Listener | undefined
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        listener = { caller, origin, controller, waiting: undefined }
        this.#listeners.add(listener)
        this.#stopLooking ??= this.#options.every(LOOK_MILLISECONDS, () => this.#look())
        controller.enqueue(headText(size))
      },
      pull: () => {
        if (listener?.waiting !== undefined) this.#send(listener, listener.waiting)
      },
      cancel: () => {
        if (listener !== undefined) this.#forget(listener)
      },
    })
  }

  /** A checkpoint of a trail was signed. */
  grown(origin: string, size: number): void {
    for (const listener of this.#listeners) if (listener.origin === origin) this.#send(listener, size)
  }

  /** Ends all of them: the relay stops. */
  close(): void {
    for (const listener of this.#listeners) this.#end(listener)
  }

  #look(): void {
    this.#looks++
    for (const listener of this.#listeners) {
      const { caller, controller } = listener
      if (!this.#options.people.stillMay(caller, 'trail.read')) this.#end(listener)
      else if (this.#looks % HEARTBEAT_LOOKS === 0 && hasRoom(listener)) controller.enqueue(HEARTBEAT)
    }
  }

  #send(listener: Listener, size: number): void {
    listener.waiting = hasRoom(listener) ? undefined : size
    if (listener.waiting === undefined) listener.controller.enqueue(headText(size))
  }

  #end(listener: Listener): void {
    this.#forget(listener)
    listener.controller.close()
  }

  #forget(listener: Listener): void {
    this.#listeners.delete(listener)
    if (this.#listeners.size > 0) return
    this.#stopLooking?.()
    this.#stopLooking = undefined
  }
}

const HEARTBEAT = utf8(':\n\n')

function headText(size: number): Uint8Array {
  return utf8(`id: ${size}\ndata: ${size}\n\n`)
}

/** Whoever does not read is told the newest only, once they do. */
function hasRoom({ controller }: Listener): boolean {
  return (controller.desiredSize ?? 0) > 0
}
