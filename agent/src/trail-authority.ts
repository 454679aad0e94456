import { macKey, recordIn, SealedLines, type TrailRecord } from '@compliance-relay/shared/trail'
import type { LeftLines } from './left-lines.ts'
import type { StoredTrail } from './sqlite/trail-store.ts'

/** What a thread of its own is told, so that it believes what its relay believes. */
export interface AuthorityParts {
  readonly sealed: readonly {
    readonly trail: number
    readonly origin: string
    readonly secret: Uint8Array
  }[]
  readonly unsealed: readonly number[]
}

/**
 * Which stored lines are believed. What stands in the database is anybody's who can write into it; so a line counts if
 * its trail was found to be what it was, and then only as its writer sealed it, each time that it is read.
 */
export class TrailAuthority {
  readonly #sealed = new Map<
    number,
    {
      readonly lines: SealedLines
      readonly origin: string
      readonly secret: Uint8Array
      readonly left: LeftLines | undefined
    }
  >()
  readonly #unsealed = new Set<number>()

  static of({ sealed, unsealed }: AuthorityParts): TrailAuthority {
    const authority = new TrailAuthority()
    for (const { trail: id, origin, secret } of sealed) authority.believe({ id, origin }, secret)
    for (const trail of unsealed) authority.remember(trail)
    return authority
  }

  /** `secret`: of the trail's MAC key. `left`: its lines, if it was left, as they were found to be what they were then. */
  believe({ id, origin }: Pick<StoredTrail, 'id' | 'origin'>, secret: Uint8Array, left?: LeftLines): void {
    this.#sealed.set(id, { lines: new SealedLines(origin, macKey(secret)), origin, secret, left })
  }

  /** Nothing of it is believed any more. */
  doubt(trail: number): void {
    this.#sealed.delete(trail)
  }

  /** A trail whose key is not here, and that was as it was left: by its records no one is named, files are remembered. */
  remember(trail: number): void {
    this.#unsealed.add(trail)
  }

  /** The record of a line, as far as it bears on who did what. */
  record(trail: number, seq: number, line: Uint8Array): TrailRecord | undefined {
    return this.#sealed.get(trail)?.lines.record(seq, line)
  }

  /** Whether there is such a record: whoever only hands a line on need not know what it says. */
  isSealed(trail: number, seq: number, line: Uint8Array): boolean {
    return this.#sealed.get(trail)?.lines.isOf(seq, line) ?? false
  }

  /** How the lines of a trail that was left stood when it was found to be what it was; undefined if it is not believed. */
  left(trail: number): LeftLines | undefined {
    return this.#sealed.get(trail)?.left
  }

  /** Claims in trails that were left, as their writer sealed them. */
  *claims(): Generator<TrailRecord> {
    for (const { lines, left } of this.#sealed.values())
      for (const { seq, line } of left?.claims ?? []) {
        const record = lines.record(seq, line)
        if (record?.kind === 'capture.claimed') yield record
      }
  }

  /** As `record`, where it only says what files there were: each of them is read again. */
  remembered(trail: number, seq: number, line: Uint8Array): TrailRecord | undefined {
    return this.#unsealed.has(trail) ? recordIn(line) : this.record(trail, seq, line)
  }

  get parts(): AuthorityParts {
    return {
      sealed: [...this.#sealed].map(([trail, { origin, secret }]) => ({ trail, origin, secret })),
      unsealed: [...this.#unsealed],
    }
  }
}
