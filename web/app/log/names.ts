import { fromUtf8, utf8 } from '@compliance-relay/shared/trail'

/** Fields of which a column holds a number in place of a text. */
export const namedFields = ['kind', 'person', 'project', 'device', 'instrument'] as const
export type NamedField = (typeof namedFields)[number]

/** Texts by their numbers, one number each, from 0 in the order in which they were first met. */
export class Names {
  readonly #numbers = new Map<string, number>()
  readonly #texts: string[] = []

  numberOf(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    // Of a slice an engine keeps all that it was sliced from.
    const own = fromUtf8(utf8(text))
    this.#numbers.set(own, this.#texts.length)
    return this.#texts.push(own) - 1
  }

  /** Undefined where it was never met: then no record has it. */
  find(text: string): number | undefined {
    return this.#numbers.get(text)
  }

  textOf(number: number): string {
    return this.#texts[number] ?? ''
  }

  get texts(): readonly string[] {
    return this.#texts
  }
}

export type NamesOf = { readonly [Field in NamedField]: Names }

export function emptyNames(): NamesOf {
  return {
    kind: new Names(),
    person: new Names(),
    project: new Names(),
    device: new Names(),
    instrument: new Names(),
  }
}
