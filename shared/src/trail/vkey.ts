import { ed25519PublicKey, ed25519Sign, ed25519Verify } from '#ed25519'
import { base64, concat, fromBase64, hex, utf8 } from './bytes.ts'
import { FormatError, shown } from './format-error.ts'
import { sha256 } from './hash.ts'
import { isSoundKey } from './sound-key.ts'

/** Signature types of C2SP signed-note that a trail uses. One key, one role. */
export const keyTypes = { note: 0x01, cosignature: 0x04 } as const
export type KeyType = keyof typeof keyTypes

/** Someone whose signature on a note can be checked: a name and a public key (C2SP signed-note, "vkey"). */
export interface Verifier {
  /** Also the name on the signature line. For a trail's key it is the origin. */
  readonly name: string
  /** First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key), as 8 hexadecimal digits. */
  readonly id: string
  readonly type: KeyType
  /** 32 bytes, a point of prime order. */
  readonly key: Uint8Array
  /** The text `name+id+base64(type ‖ key)`. */
  readonly vkey: string
  readonly verify: (message: Uint8Array, signature: Uint8Array) => boolean
}

/** A verifier that can also sign. */
export interface Signer extends Verifier {
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** Names on notes: not empty, no Unicode space, no plus, no control character. */
export function isKeyName(name: string): boolean {
  return /^[^\p{White_Space}\p{Cc}+]+$/u.test(name) && name.isWellFormed()
}

/**
 * A verifier from its vkey text. Throws `FormatError`: `vkey-form`, `base64-not-canonical`, `key-type`,
 * `vkey-id`, or `key-unsound` for a key that does not decode or has a part of small order.
 */
export function parseVkey(vkey: string): Verifier {
  const [, name, id, encoded] = /^([^+]*)\+([^+]*)\+(.*)$/su.exec(vkey) ?? []
  if (name === undefined || id === undefined || encoded === undefined || !isKeyName(name)) {
    throw new FormatError('vkey-form', 'name+id+key', shown(vkey, 160))
  }
  if (!/^[0-9a-f]{8}$/.test(id))
    throw new FormatError('vkey-form', 'an id of 8 hexadecimal digits', shown(id))
  const [typeByte, ...key] = fromBase64(encoded)
  const type = typeOf(typeByte)
  if (key.length !== 32) throw new FormatError('vkey-form', 'a key of 32 bytes', `${key.length} bytes`)
  const verifier = verifierOf(name, type, Uint8Array.from(key))
  if (verifier.id !== id) throw new FormatError('vkey-id', verifier.id, id)
  return verifier
}

function typeOf(byte: number | undefined): KeyType {
  if (byte === keyTypes.note) return 'note'
  if (byte === keyTypes.cosignature) return 'cosignature'
  throw new FormatError('key-type', 'type 1 or 4', String(byte))
}

/** The verifier of a name and a 32-byte public key. Throws `key-unsound`. */
export function verifierOf(name: string, type: KeyType, key: Uint8Array): Verifier {
  if (!isKeyName(name)) throw new FormatError('vkey-form', 'a key name', shown(name))
  // Signatures under a key of mixed order are accepted by some verifiers and not by others.
  if (!isSoundKey(key)) throw new FormatError('key-unsound', 'a point of prime order', hex(key))
  const typed = concat(Uint8Array.of(keyTypes[type]), key)
  const id = hex(sha256(concat(utf8(`${name}\n`), typed)).subarray(0, 4))
  return {
    name,
    id,
    type,
    key,
    vkey: `${name}+${id}+${base64(typed)}`,
    verify: (message, signature) => ed25519Verify(key, message, signature),
  }
}

/** The signer of a name and a 32-byte secret seed. */
export function signerOf(name: string, type: KeyType, seed: Uint8Array): Signer {
  return { ...verifierOf(name, type, ed25519PublicKey(seed)), sign: (message) => ed25519Sign(seed, message) }
}
