import { type Anchors, readAnchors, readFingerprints, type Trust } from '@compliance-relay/shared/bag'
import { type Checkpoint, FormatError, parseCheckpoint, parsePolicy } from '@compliance-relay/shared/trail'
import { digestOfFile } from './digest-file.ts'
import type { Given } from './messages.ts'

/** A policy, a checkpoint and certificates are small; what is larger is none of them. */
const GIVEN_BYTES_MAX = 262_144

/** What was given cannot be used: one plain sentence. */
export class Unusable extends Error {
  override readonly name = 'Unusable'
}

/** Whose word counts, said from outside of the bag, in one way; undefined if nobody's. Throws `Unusable`. */
export async function trustIn({ fingerprints, policy }: Given): Promise<Trust | undefined> {
  const prints = readFingerprints(fingerprints)
  if (prints === undefined)
    throw new Unusable(
      'A fingerprint is 64 hexadecimal digits in eight groups, as relay keys prints it. What you typed has other characters, or a digit too many or too few.',
    )
  if (policy === undefined) return prints.length > 0 ? { fingerprints: prints } : undefined
  if (prints.length > 0)
    throw new Unusable('Say whose word counts in one way: by fingerprints, or by a policy file.')
  return { policy: await read(policy, 'policy', parsePolicy) }
}

/** The head to hold a bag against. Throws `Unusable`. */
export async function checkpointsIn({ checkpoint }: Given): Promise<readonly Checkpoint[]> {
  return checkpoint === undefined ? [] : [await read(checkpoint, 'checkpoint', parseCheckpoint)]
}

/** Whose time stamps count; undefined if nobody's. Throws `Unusable`. */
export async function anchorsIn({ tsaCertificate: file }: Given): Promise<Anchors | undefined> {
  if (file === undefined) return undefined
  const anchors = await readAnchors(await bytesOf(file, 'certificate'))
  if (anchors === undefined) throw new Unusable(`${file.name} has no certificate in it (PEM or DER)`)
  return anchors
}

/** What a bag was held against, in words: without it a printed report says nothing. */
export async function givenTexts({
  fingerprints,
  policy,
  checkpoint,
  tsaCertificate,
}: Given): Promise<readonly string[]> {
  return [
    ...(readFingerprints(fingerprints) ?? []).map(
      (one) => `fingerprint ${one.replace(/(.{8})(?=.)/g, '$1 ')}`,
    ),
    ...(await fileTexts('policy', policy)),
    ...(await fileTexts('checkpoint', checkpoint)),
    ...(await fileTexts('certificate', tsaCertificate)),
  ]
}

async function fileTexts(what: string, file: File | undefined): Promise<readonly string[]> {
  return file === undefined ? [] : [`${what} ${file.name}, SHA-256 ${await digestOfFile(file, () => {})}`]
}

async function read<Value>(file: File, what: string, parse: (bytes: Uint8Array) => Value): Promise<Value> {
  const bytes = await bytesOf(file, what)
  try {
    return parse(bytes)
  } catch (error) {
    if (error instanceof FormatError) throw new Unusable(`${file.name} is no ${what}: ${error.message}`)
    throw error
  }
}

async function bytesOf(file: File, what: string): Promise<Uint8Array> {
  if (file.size > GIVEN_BYTES_MAX) throw new Unusable(`${file.name} is no ${what}: it is too large for one.`)
  try {
    return new Uint8Array(await file.arrayBuffer())
  } catch (error) {
    if (error instanceof DOMException) throw new Unusable(`${file.name} cannot be read: ${error.message}`)
    throw error
  }
}
