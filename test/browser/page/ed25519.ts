import { hex, isSoundKey, signerOf, verifierOf } from '@compliance-relay/shared/trail'
import { bytesOfHex } from './verify.ts'

/** All in hexadecimal. */
export interface SignatureCase {
  readonly key: string
  readonly message: string
  readonly signature: string
}

export interface Verdict {
  /** What the ring says, `unsound` where it refuses the key before any signature is looked at. */
  readonly ring: 'good' | 'bad' | 'unsound'
  /** What WebCrypto says, `refused` where it does not take the key. */
  readonly webCrypto: 'good' | 'bad' | 'refused'
}

export async function judge(cases: readonly SignatureCase[]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  for (const one of cases) {
    const [key, message, signature] = [one.key, one.message, one.signature].map(bytesOfHex)
    if (key === undefined || message === undefined || signature === undefined) throw new Error('no case')
    verdicts.push({
      ring: ringVerdict(key, message, signature),
      webCrypto: await webCryptoVerdict(key, message, signature),
    })
  }
  return verdicts
}

type Bytes = Uint8Array<ArrayBuffer>

function ringVerdict(key: Bytes, message: Bytes, signature: Bytes): Verdict['ring'] {
  if (!isSoundKey(key)) return 'unsound'
  return verifierOf('a.key', 'note', key).verify(message, signature) ? 'good' : 'bad'
}

async function webCryptoVerdict(key: Bytes, message: Bytes, signature: Bytes): Promise<Verdict['webCrypto']> {
  const imported = await crypto.subtle
    .importKey('raw', key, 'Ed25519', false, ['verify'])
    .catch(() => undefined)
  if (imported === undefined) return 'refused'
  return (await crypto.subtle.verify('Ed25519', imported, signature, message)) ? 'good' : 'bad'
}

export interface SignedTwice {
  readonly ring: { readonly key: string; readonly signature: string }
  readonly webCrypto: { readonly key: string; readonly signature: string }
}

// RFC 8410: the fixed DER that stands before a raw 32-byte seed.
const PKCS8_PREFIX = '302e020100300506032b657004220420'

/** Public key and signature, by the ring and by WebCrypto. Ed25519 is deterministic, so they must be one. */
export async function sign(input: { readonly seed: string; readonly message: string }): Promise<SignedTwice> {
  const message = bytesOfHex(input.message)
  const ours = signerOf('a.key', 'note', bytesOfHex(input.seed))
  const der = bytesOfHex(PKCS8_PREFIX + input.seed)
  const theirs = await crypto.subtle.importKey('pkcs8', der, 'Ed25519', true, ['sign'])
  const { x = '' } = await crypto.subtle.exportKey('jwk', theirs)
  const signature = await crypto.subtle.sign('Ed25519', theirs, message)
  return {
    ring: { key: hex(ours.key), signature: hex(ours.sign(message)) },
    webCrypto: { key: hex(fromBase64Url(x)), signature: hex(new Uint8Array(signature)) },
  }
}

function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0))
}
