import { hash } from 'node:crypto'
import { hex } from '@compliance-relay/shared/trail'
import { ed25519 } from '@noble/curves/ed25519.js'
import type { SignatureCase } from './page/ed25519.ts'
import { bytesOfHex } from './page/verify.ts'
import { chance } from './plan.ts'

const { Point } = ed25519
const { ORDER } = Point.Fn
/** A point of order 8: its multiples are all the points of small order. */
const torsion = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa')

/** S is added to the order of the group: a second spelling that RFC 8032, section 5.1.7 refuses. */
export function respelled({ key, message, signature }: SignatureCase): SignatureCase {
  const s = BigInt(`0x${reversed(signature.slice(64))}`)
  return { key, message, signature: signature.slice(0, 64) + littleEndian(s + ORDER) }
}

/**
 * What the holder of a sound key can make on purpose: first a signature like any other, then with R the
 * identity, then with each point of small order added to R. All fulfil the equation with the cofactor, the
 * first two also the one without.
 */
export function craftedSignatures(seed: string, message: string): readonly SignatureCase[] {
  const { scalar, pointBytes } = ed25519.utils.getExtendedPublicKey(bytesOfHex(seed))
  const key = hex(pointBytes)
  const nonce = BigInt(1 + chance(`nonce ${seed}`, 2 ** 40))
  const signed = (r: bigint, torsions: bigint): SignatureCase => {
    const base = r === 0n ? Point.ZERO : Point.BASE.multiply(r)
    const point = hex(base.add(torsion.multiplyUnsafe(torsions)).toBytes())
    const digest = hash('sha512', bytesOfHex(point + key + message))
    const k = BigInt(`0x${reversed(digest)}`) % ORDER
    return { key, message, signature: point + littleEndian((r + k * scalar) % ORDER) }
  }
  return [signed(nonce, 0n), signed(0n, 0n), ...[1n, 2n, 3n, 4n, 5n, 6n, 7n].map((n) => signed(nonce, n))]
}

function littleEndian(value: bigint): string {
  return reversed(value.toString(16).padStart(64, '0'))
}

function reversed(text: string): string {
  return hex(bytesOfHex(text).reverse())
}
