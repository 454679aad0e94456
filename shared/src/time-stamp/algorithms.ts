import type { AlgorithmIdentifier } from 'pkijs'
import { type PublicKeyInfo, RSAPublicKey, RSASSAPSSParams } from 'pkijs'
import { TimeStampError } from './faults.ts'

/*
 * How time stamps and their certificates may be signed: ECDSA on P-256 and P-384, RSA of 2,048 bits and more, each with
 * SHA-256, SHA-384 or SHA-512. Anything else is refused by name, however well it verifies.
 */

const digests: { readonly [identifier: string]: string } = {
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
}

export const SHA_256 = '2.16.840.1.101.3.4.2.1'

const EC_KEY = '1.2.840.10045.2.1'
const RSA_BITS_MIN = 2_048
const RSA_BITS_MAX = 8_192
const curves: { readonly [identifier: string]: { readonly namedCurve: string; readonly bytes: number } } = {
  '1.2.840.10045.3.1.7': { namedCurve: 'P-256', bytes: 32 },
  '1.3.132.0.34': { namedCurve: 'P-384', bytes: 48 },
}

const signatures: {
  readonly [identifier: string]: { readonly scheme: 'ECDSA' | 'RSA'; readonly hash: string }
} = {
  '1.2.840.10045.4.3.2': { scheme: 'ECDSA', hash: 'SHA-256' },
  '1.2.840.10045.4.3.3': { scheme: 'ECDSA', hash: 'SHA-384' },
  '1.2.840.10045.4.3.4': { scheme: 'ECDSA', hash: 'SHA-512' },
  '1.2.840.113549.1.1.11': { scheme: 'RSA', hash: 'SHA-256' },
  '1.2.840.113549.1.1.12': { scheme: 'RSA', hash: 'SHA-384' },
  '1.2.840.113549.1.1.13': { scheme: 'RSA', hash: 'SHA-512' },
}
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1'
const RSA_PSS = '1.2.840.113549.1.1.10'
const MGF1 = '1.2.840.113549.1.1.8'

/** The name of a digest. Throws `TimeStampError` for one that is not taken. */
export function digestOf({ algorithmId }: AlgorithmIdentifier): string {
  const name = digests[algorithmId]
  if (name === undefined) throw refused('SHA-256, SHA-384 or SHA-512', algorithmId)
  return name
}

export async function digested(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(name, new Uint8Array(bytes)))
}

/**
 * Whether a signature is that of a key over some bytes. `digest`: what the signer says to have hashed with, for RSA that
 * does not say so itself (RFC 3370, 3.2). Throws `TimeStampError` for keys and algorithms that are not taken.
 */
export async function isSignedBy(
  key: PublicKeyInfo,
  algorithm: AlgorithmIdentifier,
  digest: string | undefined,
  signature: Uint8Array,
  bytes: Uint8Array,
): Promise<boolean> {
  const how = howSigned(algorithm, digest)
  const { verify, taken } =
    how.scheme === 'ECDSA' ? ecdsa(key, how.hash, signature) : rsa(key, how, signature)
  if (taken === undefined) return false
  const spki = new Uint8Array(key.toSchema().toBER(false))
  try {
    const imported = await crypto.subtle.importKey('spki', spki, verify, false, ['verify'])
    return await crypto.subtle.verify(verify, imported, new Uint8Array(taken), new Uint8Array(bytes))
  } catch (error) {
    // WebCrypto says so of a point that is on no curve, and of other keys that are none.
    if (!(error instanceof DOMException)) throw error
    return false
  }
}

interface How {
  readonly scheme: 'ECDSA' | 'RSA' | 'PSS'
  readonly hash: string
  readonly saltLength?: number
}

function howSigned({ algorithmId, algorithmParams }: AlgorithmIdentifier, digest: string | undefined): How {
  if (algorithmId === RSA_ENCRYPTION && digest !== undefined) return { scheme: 'RSA', hash: digest }
  if (algorithmId !== RSA_PSS) {
    const known = signatures[algorithmId]
    if (known === undefined) throw refused('ECDSA or RSA with SHA-256 or more', algorithmId)
    return known
  }
  const { hashAlgorithm, maskGenAlgorithm, saltLength } = new RSASSAPSSParams({ schema: algorithmParams })
  const hash = digestOf(hashAlgorithm)
  const mask = (maskGenAlgorithm.algorithmParams as { valueBlock?: { value?: { toString(): string }[] } })
    ?.valueBlock?.value?.[0]
  // The mask is made with the same digest: WebCrypto, and everybody, does it so.
  const isSame = maskGenAlgorithm.algorithmId === MGF1 && identifierOf(mask) === hashAlgorithm.algorithmId
  if (!isSame) throw refused('RSASSA-PSS with one digest', 'two')
  return { scheme: 'PSS', hash, saltLength }
}

function identifierOf(block: unknown): string {
  return String((block as { valueBlock?: { toString(): string } } | undefined)?.valueBlock ?? '')
}

function ecdsa(key: PublicKeyInfo, hash: string, signature: Uint8Array) {
  const { algorithmId, algorithmParams } = key.algorithm
  const curve = algorithmId === EC_KEY ? curves[identifierOf(algorithmParams)] : undefined
  if (curve === undefined) throw refused('a key on P-256 or P-384', algorithmId)
  return {
    verify: { name: 'ECDSA', hash, namedCurve: curve.namedCurve },
    taken: plainEcdsa(signature, curve.bytes),
  }
}

function rsa(key: PublicKeyInfo, { scheme, hash, saltLength = 0 }: How, signature: Uint8Array) {
  if (!(key.parsedKey instanceof RSAPublicKey) || key.algorithm.algorithmId !== RSA_ENCRYPTION)
    throw refused('an RSA key', key.algorithm.algorithmId)
  const bits = bitsOf(key.parsedKey.modulus.valueBlock.valueHexView)
  if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
    throw refused(`an RSA key of ${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits`, `one of ${bits}`)
  const name = scheme === 'PSS' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5'
  return { verify: { name, hash, saltLength }, taken: signature as Uint8Array | undefined }
}

function bitsOf(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0)
  if (first < 0) return 0
  return (number.length - first) * 8 - Math.clz32(number[first] as number) + 24
}

/** r and s of DER side by side, as WebCrypto takes them; undefined for what is of another form. */
function plainEcdsa(signature: Uint8Array, bytes: number): Uint8Array | undefined {
  const plain = new Uint8Array(2 * bytes)
  if (signature[0] !== 0x30 || signature[1] !== signature.length - 2) return undefined
  let at = 2
  for (const end of [bytes, 2 * bytes]) {
    const length = signature[at + 1] ?? 0
    if (signature[at] !== 0x02 || length === 0 || at + 2 + length > signature.length) return undefined
    let number = signature.subarray(at + 2, at + 2 + length)
    if (number[0] === 0) number = number.subarray(1)
    if (number.length > bytes) return undefined
    plain.set(number, end - number.length)
    at += 2 + length
  }
  return at === signature.length ? plain : undefined
}

function refused(expected: string, found: string): TimeStampError {
  return new TimeStampError('time-stamp-form', expected, found)
}
