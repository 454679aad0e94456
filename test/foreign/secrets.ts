import { createHash } from 'node:crypto'
import { macKey, type Signer, signerOf } from '@compliance-relay/shared/trail'

/** Everything random about one run, from one seed: a run that failed can be made again. */
export class Chance {
  readonly #seed: Uint8Array
  #drawn = 0

  constructor(seed: Uint8Array) {
    this.#seed = seed
  }

  bytes(): Uint8Array {
    return createHash('sha256')
      .update(this.#seed)
      .update(`draw ${this.#drawn++}`)
      .digest()
  }

  /** An integer from `least` to `most`. */
  integer(least: number, most: number): number {
    return least + (Buffer.from(this.bytes()).readUInt32BE() % (most - least + 1))
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)] as T
  }
}

export interface Person {
  readonly user: string
  readonly name: string
  readonly signer: Signer
}

/** Who holds what: enough to make a trail, and to make it again as an insider would. */
export interface Secrets {
  readonly origin: string
  /** The MAC key of each epoch. */
  readonly macSecrets: readonly [Uint8Array, Uint8Array]
  readonly trailKey: Signer
  readonly witness: Signer
  readonly people: readonly [Person, Person]
}

export function makeSecrets(chance: Chance): Secrets {
  const origin = `lab.example/t/nmr-01/20260302-${chance.integer(0, 65_535).toString(16).padStart(4, '0')}`
  const person = (user: string, name: string, device: string): Person => ({
    user,
    name,
    signer: signerOf(`lab.example/u/${user}/${device}`, 'note', chance.bytes()),
  })
  const first = chance.bytes()
  return {
    origin,
    macSecrets: [first, macKey(first).next()],
    trailKey: signerOf(origin, 'note', chance.bytes()),
    witness: signerOf('lab.example/w/server', 'cosignature', chance.bytes()),
    people: [person('jdoe', 'Jane Doe', 'tablet-7'), person('zmueller', 'Zoë "Zo" Müller', 'phone-測')],
  }
}
