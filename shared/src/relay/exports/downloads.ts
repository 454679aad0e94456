import { Problem } from '../../api/index.ts'
import type { Caller } from '../people.ts'

/** Each keeps a connection; others are for those who ask something. */
export const DOWNLOADS_MAX = 4

/**
 * Files that are being given. Each piece is given only while whoever asked may still have it: a session that ends, ends
 * what it was given, too.
 */
export class Downloads {
  readonly #stillMay: (caller: Caller) => boolean
  #open = 0

  constructor(stillMay: (caller: Caller) => boolean) {
    this.#stillMay = stillMay
  }

  /** Opened only if it is listened to. Throws `Problem` `streams-full`. */
  begin(caller: Caller, open: () => ReadableStream<Uint8Array>): () => ReadableStream<Uint8Array> {
    if (this.#open >= DOWNLOADS_MAX) throw new Problem('streams-full')
    return () => this.#guarded(caller, open().getReader())
  }

  #guarded(caller: Caller, reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
    this.#open++
    let isOpen = true
    const end = () => {
      if (isOpen) this.#open--
      isOpen = false
    }
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            if (!this.#stillMay(caller)) {
              await reader.cancel()
              throw new Error('the session has ended')
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
}
