import { canonical, utf8 } from '@compliance-relay/shared/trail'
import { argon2id } from 'hash-wasm'
import type { Derivation, Enrolment } from '../outbox/enrolment.ts'

/*
 * The key that signs, closed by a password (SYNC-AND-SIGNING.md 2.2): Argon2id over the password, joined with a key of
 * this device that nothing reads, makes by HKDF what opens it. Nothing that could check a password is kept: only the
 * tag of AES-GCM says whether it was the right one.
 */

/** OWASP asks for 19 MiB and two passes at least; this takes half a second on a tablet. */
export const USUAL_DERIVATION: Derivation = { memoryKib: 65_536, passes: 3, lanes: 1 }
const SALT_BYTES = 16
const IV_BYTES = 12
const INFO = 'relay-sign-v1'

/** What a closed key is bound to: one of another person, device or derivation does not open it. */
export interface ClosedFor {
  readonly user: string
  readonly device: string
  readonly key: string
  readonly derivation: Derivation
}

export type ClosedKey = Pick<Enrolment, 'iv' | 'salt' | 'derivation' | 'deviceKey'> & {
  readonly wrapped: Uint8Array<ArrayBuffer>
}

export interface NewKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly privateKey: CryptoKey
}

/** A pair of which the private half can be read once, to be closed. */
export async function newKey(): Promise<NewKey> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  return { publicKey, privateKey: pair.privateKey }
}

export async function closeKey(
  privateKey: CryptoKey,
  password: string,
  of: Omit<ClosedFor, 'derivation'>,
  derivation = USUAL_DERIVATION,
): Promise<ClosedKey> {
  const deviceKey = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES))
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const closing = await closingKey(password, { deviceKey, salt, derivation })
  const wrapped = await crypto.subtle.wrapKey('pkcs8', privateKey, closing, gcm(iv, { ...of, derivation }))
  return { wrapped: new Uint8Array(wrapped), iv, salt, derivation, deviceKey }
}

/** The private key, to sign and for nothing else; undefined if the password is another. */
export async function openKey(
  closed: ClosedKey,
  password: string,
  of: Omit<ClosedFor, 'derivation'>,
): Promise<CryptoKey | undefined> {
  if (password === '') return undefined
  const { wrapped, iv, derivation } = closed
  const closing = await closingKey(password, closed)
  try {
    const algorithm = gcm(iv, { ...of, derivation })
    return await crypto.subtle.unwrapKey('pkcs8', wrapped, closing, algorithm, 'Ed25519', false, ['sign'])
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return undefined
    throw error
  }
}

export async function signBytes(key: CryptoKey, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', key, bytes as Uint8Array<ArrayBuffer>))
}

/** Compiles Argon2id, by the smallest derivation there is, of nothing. What opens a key is derived with it each time anew. */
export async function makeReady(): Promise<void> {
  const salt = new Uint8Array(SALT_BYTES)
  const least = { memorySize: 8, iterations: 1, parallelism: 1, hashLength: 32 }
  await argon2id({ password: 'none', salt, ...least, outputType: 'binary' })
}

async function closingKey(
  password: string,
  { deviceKey, salt, derivation }: Pick<ClosedKey, 'deviceKey' | 'salt' | 'derivation'>,
): Promise<CryptoKey> {
  const stretched = await argon2id({
    password: password.normalize('NFKC'),
    salt,
    memorySize: derivation.memoryKib,
    iterations: derivation.passes,
    parallelism: derivation.lanes,
    hashLength: 32,
    outputType: 'binary',
  })
  const ofDevice = new Uint8Array(await crypto.subtle.sign('HMAC', deviceKey, salt))
  const joined = new Uint8Array(stretched.length + ofDevice.length)
  joined.set(stretched)
  joined.set(ofDevice, stretched.length)
  const material = await crypto.subtle.importKey('raw', joined, 'HKDF', false, ['deriveKey'])
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info: utf8(INFO) as Uint8Array<ArrayBuffer> },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['wrapKey', 'unwrapKey'],
  )
}

function gcm(iv: Uint8Array<ArrayBuffer>, { user, device, key, derivation }: ClosedFor): AesGcmParams {
  const text = canonical({ user, device, key, derivation: { ...derivation } })
  return { name: 'AES-GCM', iv, additionalData: utf8(text) as Uint8Array<ArrayBuffer> }
}
