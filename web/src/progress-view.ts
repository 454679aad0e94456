import { byId, say } from '../check/element.ts'
import type { Progress } from '../check/messages.ts'

/** So often, in parts of the whole, a screen reader is told. */
const SPOKEN_PARTS = 10

/** A bar with its figures, and what a screen reader says of it now and then. `what`: what is counted, in the plural. */
export class ProgressView {
  readonly #name: string
  readonly #what: string
  #spoken = 0

  constructor(name: 'bag' | 'find', what: string) {
    this.#name = name
    this.#what = what
  }

  begin(): void {
    this.#spoken = 0
    this.show({ doneBytes: 0, ofBytes: 0 })
    byId(`${this.#name}-progress`, HTMLElement).hidden = false
  }

  show({ doneBytes, ofBytes, done, of }: Progress): void {
    const part = ofBytes === 0 ? 0 : doneBytes / ofBytes
    const percent = `${Math.floor(100 * part)} %`
    const counted =
      done === undefined || of === undefined
        ? 'reading'
        : `${done.toLocaleString('en')} of ${of.toLocaleString('en')} ${this.#what}`
    byId(`${this.#name}-bar`, HTMLProgressElement).value = part
    say(`${this.#name}-said`, `${percent}, ${counted}`)
    if (Math.floor(SPOKEN_PARTS * part) <= this.#spoken) return
    this.#spoken = Math.floor(SPOKEN_PARTS * part)
    say('spoken', `${percent}, ${counted}`)
  }

  end(): void {
    byId(`${this.#name}-progress`, HTMLElement).hidden = true
  }
}
