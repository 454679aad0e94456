import type { Whence } from './device-mark.ts'

/** Wrong passwords one after the other, and when the last was, milliseconds. */
export interface Failures {
  readonly failures: number
  readonly last: number
}

/**
 * What failed, by name and by where it was typed, so many pairs in all: of more the one that has rested longest is
 * forgotten. What is asked of one name looks at the pairs of that name and at no others, however many there are.
 */
export class FailedPairs {
  readonly #max: number
  readonly #byName = new Map<string, Map<string, Failures>>()
  /** The one that has rested longest first. */
  readonly #order = new Map<string, readonly [name: string, place: string]>()

  constructor(max: number) {
    this.#max = max
  }

  get size(): number {
    return this.#order.size
  }

  get(name: string, from: Whence): Failures | undefined {
    return this.#byName.get(name)?.get(placeOf(from))
  }

  /** All of a name. */
  of(name: string): readonly Failures[] {
    return [...(this.#byName.get(name)?.values() ?? [])]
  }

  set(name: string, from: Whence, failures: Failures): void {
    const place = placeOf(from)
    const own = this.#byName.get(name) ?? new Map<string, Failures>()
    this.#byName.set(name, own.set(place, failures))
    const key = pairOf(name, from)
    this.#order.delete(key)
    this.#order.set(key, [name, place])
    const [oldest] = this.#order.values()
    if (this.#order.size > this.#max && oldest !== undefined) this.#delete(...oldest)
  }

  delete(name: string, from: Whence): void {
    this.#delete(name, placeOf(from))
  }

  /** Those of a name on one device are forgotten, by whatever marks. */
  deleteOn(name: string, device: string): void {
    for (const place of [...(this.#byName.get(name)?.keys() ?? [])])
      if (place === device || place.startsWith(`${device}\0`)) this.#delete(name, place)
  }

  /** All of a name are forgotten. */
  forget(name: string): void {
    for (const place of [...(this.#byName.get(name)?.keys() ?? [])]) this.#delete(name, place)
  }

  /** What failed later than that failed then. */
  comeBackTo(now: number): void {
    for (const own of this.#byName.values())
      for (const [place, pair] of own) if (pair.last > now) own.set(place, { ...pair, last: now })
  }

  #delete(name: string, place: string): void {
    const own = this.#byName.get(name)
    own?.delete(place)
    if (own?.size === 0) this.#byName.delete(name)
    this.#order.delete(keyOf(name, place))
  }
}

/** One name at one place, as one text: neither has a character in it that ends a text. */
export function pairOf(name: string, from: Whence): string {
  return keyOf(name, placeOf(from))
}

function keyOf(name: string, place: string): string {
  return `${name}\0${place}`
}

function placeOf({ device, mark }: Whence): string {
  return mark === undefined ? device : `${device}\0${mark}`
}
