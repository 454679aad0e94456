import {
  emptyHead,
  Frontier,
  type Head,
  Linker,
  leafHash,
  macKey,
  printCheckpoint,
  type Signer,
  signCheckpoint,
  signerOf,
} from '../../trail/index.ts'
import { relay } from '../people-site.test-support.ts'
import type { ListedTrail, StoredTrails } from './readable-trails.ts'

const macSecret = new Uint8Array(32).fill(1)

/** A trail as it grows, with real lines. In memory, for tests. */
export class GrowingTrail {
  readonly origin: string
  readonly signer: Signer
  readonly before: string | null
  readonly lines: { seq: number; line: Uint8Array }[] = []
  checkpoint: Uint8Array | undefined
  readonly #linker = new Linker(macKey(macSecret))
  readonly #frontier = new Frontier()
  #head: Head

  constructor(origin: string, before: string | null = null) {
    this.origin = origin
    this.before = before
    this.signer = signerOf(origin, 'note', new Uint8Array(32).fill(2))
    this.#head = emptyHead(origin)
  }

  grow(count: number, body: (seq: number) => Record<string, string | number> = (seq) => ({ n: seq })): this {
    for (let i = 0; i < count; i++) {
      const seq = this.lines.length
      const draft = { kind: 'file.created', actor: relay, time: '2026-03-02T08:00:00.000Z', body: body(seq) }
      const { line, head } = this.#linker.link(this.#head, draft)
      this.#head = head
      this.lines.push({ seq, line: line.slice() })
      this.#frontier.append(leafHash(line))
    }
    return this
  }

  sign(signer = this.signer): this {
    const { size } = this.#frontier
    const checkpoint = { origin: this.origin, size, root: this.#frontier.root() }
    this.checkpoint = printCheckpoint(signCheckpoint(checkpoint, signer))
    return this
  }
}

export class MemoryTrails implements StoredTrails {
  readonly trails: GrowingTrail[]

  constructor(...trails: readonly GrowingTrail[]) {
    this.trails = [...trails]
  }

  list(): readonly ListedTrail[] {
    return this.trails.map(({ origin, signer, before }, i) => ({
      origin,
      vkey: signer.vkey,
      isWritten: i === this.trails.length - 1,
      before,
    }))
  }

  checkpoint(origin: string): Uint8Array | undefined {
    return this.#trail(origin).checkpoint
  }

  lines(origin: string, from: number, until: number) {
    const { lines } = this.#trail(origin)
    // A line stands as far before its place as there are holes before it.
    const holes = (lines.at(-1)?.seq ?? -1) + 1 - lines.length
    return lines.slice(Math.max(0, from - holes), until).filter(({ seq }) => seq >= from && seq < until)
  }

  #trail(origin: string): GrowingTrail {
    const found = this.trails.find((one) => one.origin === origin)
    if (found === undefined) throw new Error('no such trail')
    return found
  }
}

/** Time that passes when a test says so: what is to be done again and again is done then. */
export class Ticking {
  readonly #works = new Set<() => void>()
  readonly every = (_: number, work: () => void): (() => void) => {
    this.#works.add(work)
    return () => this.#works.delete(work)
  }

  /** What is to be done once, later. */
  readonly later = (_: number, work: () => void): (() => void) => {
    this.pending.add(work)
    return () => this.pending.delete(work)
  }
  readonly pending = new Set<() => void>()

  /** All that was to be done later is done. */
  pass(): void {
    for (const work of [...this.pending]) work()
  }

  tick(times = 1): void {
    for (let i = 0; i < times; i++) for (const work of [...this.#works]) work()
  }

  get running(): number {
    return this.#works.size
  }
}
