import {
  leafHash,
  type MacKey,
  macKey,
  memoryLeafStore,
  parsePolicy,
  type Signer,
  signerOf,
  type VerifyOptions,
} from '@compliance-relay/shared/trail'
import { bytesOfHex, vectorBytes, vectorJson, vectorText } from './vectors.ts'

/** The trail of vectors/trail: seven entries, made by an independent program in another language. */
export interface KnownKeys {
  readonly macKey0: string
  readonly macKey1: string
  readonly kid0: string
  readonly kid1: string
  readonly trailSeed: string
  readonly witnessSeed: string
  readonly userSeed: string
  readonly trail: string
  readonly witness: string
  readonly user: string
}

export function knownKeys(): KnownKeys {
  return vectorJson<KnownKeys>('trail/keys.json')
}

export const CHECKPOINT_NAMES = ['3.checkpoint', '7.checkpoint'] as const

export function knownBytes(name: string): Uint8Array {
  return vectorBytes('trail', name)
}

/** The lines, newline not included, cut without the product's help. */
export function knownLines(): Uint8Array[] {
  const lines = vectorText('trail/records.jsonl').split('\n').slice(0, -1)
  return lines.map((line) => new TextEncoder().encode(line))
}

export function knownMacKeys(): [MacKey, MacKey] {
  const { macKey0, macKey1 } = knownKeys()
  return [macKey(bytesOfHex(macKey0)), macKey(bytesOfHex(macKey1))]
}

/** The signers of the trail, the witness and the person, from their seeds. */
export function knownSigners(): { trail: Signer; witness: Signer; user: Signer } {
  const { trail, trailSeed, witness, witnessSeed, user, userSeed } = knownKeys()
  const nameOf = (vkey: string): string => vkey.slice(0, vkey.indexOf('+'))
  return {
    trail: signerOf(nameOf(trail), 'note', bytesOfHex(trailSeed)),
    witness: signerOf(nameOf(witness), 'cosignature', bytesOfHex(witnessSeed)),
    user: signerOf(nameOf(user), 'note', bytesOfHex(userSeed)),
  }
}

export function knownLeaves() {
  const leaves = memoryLeafStore()
  for (const line of knownLines()) leaves.append(leafHash(line))
  return leaves
}

/** Everything a full verification is given: the first MAC key, both checkpoints, the policy. */
export function knownOptions(): VerifyOptions {
  return {
    keys: [knownMacKeys()[0]],
    checkpoints: CHECKPOINT_NAMES.map((name) => ({ name, bytes: knownBytes(name) })),
    policy: parsePolicy(knownBytes('policy.txt')),
  }
}
