import { Problem } from '../../api/index.ts'
import type { Caller } from '../people.ts'

/** Each keeps a connection; others are for those who ask something. */
export const DOWNLOADS_MAX = 4
/** Of one person: two are left for others. */
export const DOWNLOADS_EACH_MAX = 2

const SESSION_ENDED = 'the session has ended'

interface Download {
  readonly caller: Caller
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
  readonly controller: ReadableStreamDefaultController<Uint8Array>
}

/**
 * Files that are being given. Each piece is given only while whoever asked may still have it: a session that ends, ends
 * what it was given, too, also of whoever has stopped to take anything. For how long nothing may be taken, the host says,
 * for answers of every kind.
 */
export class Downloads {
  readonly #stillMay: (caller: Caller) => boolean
  readonly #open = new Set<Download>()

  constructor(stillMay: (caller: Caller) => boolean) {
    this.#stillMay = stillMay
  }

  /** Opened only if it is listened to. Throws `Problem` `streams-full`. */
  begin(caller: Caller, open: () => ReadableStream<Uint8Array>): () => ReadableStream<Uint8Array> {
    const own = [...this.#open].filter((one) => one.caller.account.id === caller.account.id)
    if (this.#open.size >= DOWNLOADS_MAX || own.length >= DOWNLOADS_EACH_MAX)
      throw new Problem('streams-full')
    return () => this.#guarded(caller, open().getReader())
  }

  /** Ends those that nobody may have any more. To be called now and then. */
  look(): void {
    for (const one of this.#open) if (!this.#stillMay(one.caller)) this.#cutOff(one)
  }

  #guarded(caller: Caller, reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
    let download: Download | undefined
    const end = () => {
      if (download !== undefined) this.#open.delete(download)
    }
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          download = { caller, reader, controller }
          this.#open.add(download)
        },
        pull: async (controller) => {
          try {
            if (!this.#stillMay(caller)) {
              await reader.cancel()
              throw new Error(SESSION_ENDED)
            }
            const { done, value } = await reader.read()
            if (!done) return controller.enqueue(value)
            end()
            return controller.close()
          } catch (error) {
            end()
            throw error
          }
        },
        cancel: async (why) => {
          end()
          await reader.cancel(why)
        },
      },
      { highWaterMark: 0 },
    )
  }

  #cutOff(one: Download): void {
    this.#open.delete(one)
    one.controller.error(new Error(SESSION_ENDED))
    // What it was read from is closed; that it could not be is nothing for whoever has gone.
    one.reader.cancel().catch(() => {})
  }
}
