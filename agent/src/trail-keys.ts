import type { SecretStore } from '@compliance-relay/shared/relay'
import { type MacKey, macKey, type Signer, signerOf } from '@compliance-relay/shared/trail'
import type { StoredTrail } from './sqlite/trail-store.ts'
import { UnusableInput } from './unusable-input.ts'

export interface TrailKeys {
  readonly mac: MacKey
  readonly macSecret: Uint8Array
  readonly signer: Signer
}

/** Of a MAC key (HMAC-SHA-256) and of a seed (Ed25519). */
export const KEY_BYTES = 32

/** What is said of a key of another length. */
export function wrongLength(bytes: number): string {
  return `is damaged: it has ${2 * bytes} hexadecimal digits, and a key has ${2 * KEY_BYTES}`
}

/** Names of a trail's secrets in the secret store, after the last part of its origin: `20260302-7f3a.mac` and `.seed`. */
export function secretNames(origin: string): { readonly mac: string; readonly seed: string } {
  const last = origin.slice(origin.lastIndexOf('/') + 1)
  return { mac: `${last}.mac`, seed: `${last}.seed` }
}

/**
 * The keys of a trail. Throws `UnusableInput` if one is missing or is not the one the trail was made with: a
 * relay never makes itself new keys for a trail that has some, for then nobody could tell it from a forger.
 */
export async function readTrailKeys(
  secrets: SecretStore,
  trail: StoredTrail,
  firstKid: string | undefined,
): Promise<TrailKeys> {
  const names = secretNames(trail.origin)
  const macSecret = await requireSecret(secrets, names.mac, trail)
  const mac = macKey(macSecret)
  const signer = signerOf(trail.origin, 'note', await requireSecret(secrets, names.seed, trail))
  if (firstKid !== undefined && mac.kid !== firstKid) {
    throw new UnusableInput(
      `the key ${names.mac} is not the one of trail ${trail.origin}: its name is ${mac.kid}, the trail begins with ${firstKid}; put the right one back, or use the recovery file`,
    )
  }
  if (signer.vkey !== trail.vkey) {
    throw new UnusableInput(
      `the key ${names.seed} is not the one of trail ${trail.origin}: it makes ${signer.vkey}, the trail has ${trail.vkey}; put the right one back, or use the recovery file`,
    )
  }
  return { mac, macSecret, signer }
}

async function requireSecret(
  secrets: SecretStore,
  name: string,
  { origin }: StoredTrail,
): Promise<Uint8Array> {
  const secret = await secrets.read(name)
  if (secret !== undefined && secret.length !== KEY_BYTES)
    throw new UnusableInput(
      `the key ${name} of trail ${origin} ${wrongLength(secret.length)}; move it away and get it from the recovery file: relay recover --data DIR --passphrase-file FILE`,
    )
  if (secret !== undefined) return secret
  throw new UnusableInput(
    `the key ${name} of trail ${origin} is missing; put it back, or get it from the recovery file: relay recover --data DIR --passphrase-file FILE; a trail that this relay never wrote was put into the database: put that back from a copy`,
  )
}
