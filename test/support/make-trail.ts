import { hash } from 'node:crypto'
import {
  type Actor,
  type Body,
  type Checkpoint,
  cosign,
  emptyHead,
  Frontier,
  fromHex,
  fromUtf8,
  type Head,
  Linker,
  leafHash,
  type MacKey,
  type Meaning,
  macKey,
  type Policy,
  parsePolicy,
  printCheckpoint,
  printStatementNote,
  signCheckpoint,
  signerOf,
  signStatement,
  utf8,
  withSignature,
} from '@compliance-relay/shared/trail'
import { SAMPLE_TRAIL } from './sample-trail.ts'

/** What happens in a made trail, one record each; `sign` may make two, as the first one enrols the key. */
export type Step =
  | { readonly do: 'capture'; readonly body: Body }
  | { readonly do: 'rotate' }
  | { readonly do: 'sign'; readonly reason: string }

export interface MadeTrail {
  readonly lines: readonly Uint8Array[]
  /** The key of the first epoch; those after it are derived. */
  readonly key: MacKey
  readonly checkpoints: readonly Uint8Array[]
  readonly policy: Policy
}

const user = { id: 'jdoe', name: 'Jane Doe', via: 'device-key' }
const person = { id: 'LAB\\jdoe', name: 'Jane Doe', via: 'os-session' }
const relayActor = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const firstSecond = Date.UTC(2026, 2, 2, 8) / 1000

/**
 * A trail with everything in it: made from steps, the same for the same seed. It has a checkpoint at each
 * of the sizes asked for, and one at its end.
 */
export class TrailMaker {
  readonly lines: Uint8Array[] = []
  readonly key: MacKey
  readonly trailKey
  readonly witness
  readonly signer
  readonly policy: Policy
  readonly #frontier = new Frontier()
  readonly #leaves: Uint8Array[] = []
  #linker: Linker
  #current: MacKey
  #head: Head
  #enrolled = false
  #count = 0

  /** `site`: trails of one site have one witness. `previous`: what it says of the trail before it. */
  constructor(seed: string, trail = SAMPLE_TRAIL, site = seed, previous: Body | null = null) {
    const secret = (name: string, of = seed) => fromHex(hash('sha256', `${of} ${name}`), 32)
    this.key = macKey(secret('mac'))
    this.#current = this.key
    this.#linker = new Linker(this.key)
    this.#head = emptyHead(trail)
    this.trailKey = signerOf(trail, 'note', secret('trail'))
    this.witness = signerOf('lab.example/w/server', 'cosignature', secret('witness', site))
    this.signer = signerOf('lab.example/u/jdoe/tablet-7', 'note', secret('user'))
    this.policy = parsePolicy(
      utf8(`log ${this.trailKey.vkey}\nwitness server ${this.witness.vkey}\nquorum server\n`),
    )
    this.record('trail.opened', relayActor, { key: this.trailKey.vkey, node: 'ws-nmr-01', previous })
  }

  get trail(): string {
    return this.#head.trail
  }

  get size(): number {
    return this.lines.length
  }

  take(step: Step): void {
    switch (step.do) {
      case 'capture':
        return this.record('file.created', person, step.body)
      case 'rotate': {
        const next = macKey(this.#current.next())
        this.record('key.rotated', relayActor, { fresh: false, next: next.kid })
        this.#current = next
        this.#linker = new Linker(next)
        return
      }
      case 'sign':
        return this.#sign(step.reason)
    }
  }

  /** Signed by the trail and cosigned by the witness, over the trail as it stands. */
  checkpoint(): Checkpoint {
    const head = { origin: this.#head.trail, size: this.size, root: this.#frontier.root() }
    const checkpoint = signCheckpoint(head, this.trailKey)
    return withSignature(checkpoint, cosign(checkpoint, this.witness, firstSecond + this.size))
  }

  #sign(reason: string): void {
    this.enrol()
    const signed = [...new Set([0, Math.floor(this.size / 2), this.size - 1])]
    this.record('signature.applied', user, { note: this.noteOn(signed, 'approved', reason) })
  }

  /** The signer's key, once. */
  enrol(): void {
    if (!this.#enrolled) this.record('key.enrolled', relayActor, { key: this.signer.vkey, user: user.id })
    this.#enrolled = true
  }

  /** What the signer signs on their device next: to be recorded, held, or thrown away. */
  noteOn(seqs: readonly number[], meaning: Meaning, reason: string): string {
    this.#count++
    const note = signStatement(
      {
        at: this.#time(),
        checkpoint: { trail: this.#head.trail, size: this.size, root: this.#frontier.root() },
        count: this.#count,
        meaning,
        name: user.name,
        reason,
        records: seqs.map((seq) => ({ seq, leaf: this.#leaves[seq] ?? new Uint8Array() })),
        user: user.id,
      },
      this.signer,
    )
    return fromUtf8(printStatementNote(note))
  }

  /** Any record at all, sealed under the key in force. */
  record(kind: string, actor: Actor, body: Body): void {
    const { line, head } = this.#linker.link(this.#head, { actor, body, kind, time: this.#time() })
    const leaf = leafHash(line)
    this.lines.push(line)
    this.#leaves.push(leaf)
    this.#frontier.append(leaf)
    this.#head = head
  }

  #time(): string {
    return new Date((firstSecond + this.size) * 1000).toISOString()
  }
}

/** A whole trail from steps, with a checkpoint after each of the given numbers of records and at its end. */
export function makeTrail(
  seed: string,
  steps: readonly Step[],
  checkpointsAt: readonly number[] = [],
): MadeTrail {
  const maker = new TrailMaker(seed)
  const checkpoints: Uint8Array[] = []
  for (const step of steps) {
    if (checkpointsAt.includes(maker.size)) checkpoints.push(printCheckpoint(maker.checkpoint()))
    maker.take(step)
  }
  checkpoints.push(printCheckpoint(maker.checkpoint()))
  return { lines: maker.lines, key: maker.key, checkpoints, policy: maker.policy }
}

/** The bytes of a trail file. */
export function fileOf(lines: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))
}
