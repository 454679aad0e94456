import {
  base64,
  type Checkpoint,
  cosign,
  type Draft,
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
  printCheckpoint,
  printStatementNote,
  type Signer,
  type Statement,
  sha256,
  signCheckpoint,
  signerOf,
  signStatement,
  utf8,
  withSignature,
} from '@compliance-relay/shared/trail'
import { bytesOfHex, type Given } from './verify.ts'

/** All that a trail is made from. Plain data, so that a page and Node can be given the same. */
export interface Plan {
  readonly trail: string
  /** Secrets of 32 bytes, in hexadecimal. */
  readonly secrets: {
    readonly mac: string
    readonly trail: string
    readonly witness: string
    readonly user: string
  }
  readonly steps: readonly Step[]
}

export type Step =
  | { readonly do: 'append'; readonly draft: Draft }
  /** To the derived key, or to the fresh one given. */
  | { readonly do: 'rotate'; readonly time: string; readonly fresh?: string }
  | { readonly do: 'enrol'; readonly time: string }
  | SignStep
  /** Signed by the trail, cosigned by the witness at this POSIX time. */
  | { readonly do: 'checkpoint'; readonly seconds: number }

export interface SignStep {
  readonly do: 'sign'
  readonly time: string
  readonly meaning: Meaning
  readonly reason: string
  readonly records: readonly number[]
  /** With the fields that only a device that signs offline adds. */
  readonly offline: boolean
}

export interface Made {
  /** The trail file, in base64. */
  readonly file: string
  readonly given: Given
}

export const signer = { id: 'jdoe', name: 'Jane Doe', via: 'device-key' } as const
export const SIGNER_KEY_NAME = 'lab.example/u/jdoe/tablet-7'
const relayActor = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }

/** Makes a trail with everything in it. The same plan gives the same bytes wherever this runs. */
export function make(plan: Plan): Made {
  const maker = new Maker(plan)
  for (const step of plan.steps) maker.take(step)
  return maker.made()
}

class Maker {
  readonly #lines: Uint8Array[] = []
  readonly #leaves: Uint8Array[] = []
  readonly #frontier = new Frontier()
  readonly #keys: string[]
  readonly #checkpoints: Checkpoint[] = []
  readonly #trailKey: Signer
  readonly #witness: Signer
  readonly #user: Signer
  #key: MacKey
  #linker: Linker
  #head: Head
  #statements: Uint8Array[] = []

  constructor({ trail, secrets }: Plan) {
    this.#keys = [secrets.mac]
    this.#key = macKey(fromHex(secrets.mac, 32))
    this.#linker = new Linker(this.#key)
    this.#head = emptyHead(trail)
    this.#trailKey = signerOf(trail, 'note', fromHex(secrets.trail, 32))
    this.#witness = signerOf('lab.example/w/server', 'cosignature', fromHex(secrets.witness, 32))
    this.#user = signerOf(SIGNER_KEY_NAME, 'note', fromHex(secrets.user, 32))
  }

  take(step: Step): void {
    switch (step.do) {
      case 'append':
        return this.#append(step.draft)
      case 'rotate':
        return this.#rotate(step.time, step.fresh)
      case 'enrol': {
        const body = { key: this.#user.vkey, user: signer.id }
        return this.#append({ actor: relayActor, body, kind: 'key.enrolled', time: step.time })
      }
      case 'sign':
        return this.#sign(step)
      case 'checkpoint': {
        const head = { origin: this.#head.trail, size: this.#head.size, root: this.#frontier.root() }
        const checkpoint = signCheckpoint(head, this.#trailKey)
        const cosignature = cosign(checkpoint, this.#witness, step.seconds)
        this.#checkpoints.push(withSignature(checkpoint, cosignature))
      }
    }
  }

  made(): Made {
    const policy = `log ${this.#trailKey.vkey}\nwitness server ${this.#witness.vkey}\nquorum server\n`
    return {
      file: base64(fileOf(this.#lines)),
      given: {
        keys: this.#keys,
        policy,
        checkpoints: this.#checkpoints.map((checkpoint) => ({
          name: `at ${checkpoint.size}`,
          bytes: base64(printCheckpoint(checkpoint)),
        })),
      },
    }
  }

  #rotate(time: string, fresh?: string): void {
    const next = macKey(fresh === undefined ? this.#key.next() : bytesOfHex(fresh))
    const body = { fresh: fresh !== undefined, next: next.kid }
    this.#append({ actor: relayActor, body, kind: 'key.rotated', time })
    if (fresh !== undefined) this.#keys.push(fresh)
    this.#key = next
    this.#linker = new Linker(next)
  }

  #sign({ time, meaning, reason, records, offline }: SignStep): void {
    const previous = this.#statements.at(-1)
    const statement: Statement = {
      at: time,
      checkpoint: { trail: this.#head.trail, size: this.#head.size, root: this.#frontier.root() },
      count: this.#statements.length + 1,
      meaning,
      name: signer.name,
      reason,
      records: records.map((seq) => ({ seq, leaf: this.#leaves[seq] ?? new Uint8Array() })),
      user: signer.id,
      ...(offline
        ? {
            app: '1.0.0+browser',
            clock: { flags: ['wall-clock-stepped'], offsetMinutes: -300, sinceHeadSeconds: 42 },
            device: 'tablet-7',
            lease: 'lease-1',
            ...(previous === undefined ? {} : { previous: sha256(previous) }),
          }
        : {}),
    }
    const note = printStatementNote(signStatement(statement, this.#user))
    this.#statements.push(note)
    this.#append({ actor: signer, body: { note: fromUtf8(note) }, kind: 'signature.applied', time })
  }

  #append(draft: Draft): void {
    const { line, head } = this.#linker.link(this.#head, draft)
    const leaf = leafHash(line)
    this.#lines.push(line)
    this.#leaves.push(leaf)
    this.#frontier.append(leaf)
    this.#head = head
  }
}

/** The bytes of a trail file: a newline after every line. */
export function fileOf(lines: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(lines.reduce((size, line) => size + line.length + 1, 0))
  const newline = utf8('\n')
  let at = 0
  for (const line of lines) {
    file.set(line, at)
    file.set(newline, at + line.length)
    at += line.length + 1
  }
  return file
}
