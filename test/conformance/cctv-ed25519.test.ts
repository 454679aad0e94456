/**
 * C2SP CCTV: the keys and signatures on which Ed25519 verifiers disagree, against the acceptance rule of
 * FORMAT.md 2.10. A key that is enrolled is sound, and a signature under it must be good for everyone or no one.
 */
import { createPublicKey, verify, type webcrypto } from 'node:crypto'
import { isSoundKey } from '@compliance-relay/shared/trail'
import { ed25519 } from '@noble/curves/ed25519.js'
import { beforeEach, expect, test } from 'vitest'
import { ed25519Verify as verifyOnNode } from '../../shared/src/trail/platform/ed25519.node.ts'
import { ed25519Verify as verifyOnNoble } from '../../shared/src/trail/platform/ed25519.ts'
import { bytesOfHex, requireVectors, tally, vectorJson } from './vectors.ts'

beforeEach(requireVectors)

interface Vector {
  readonly number: number
  readonly key: Uint8Array
  readonly sig: Uint8Array
  readonly msg: Uint8Array
  readonly flags: readonly string[]
}

interface VectorJson {
  readonly number: number
  readonly key: string
  readonly sig: string
  readonly msg: string
  readonly flags: readonly string[] | null
}

function allVectors(): Vector[] {
  return vectorJson<VectorJson[]>('cctv-ed25519/ed25519vectors.json').map(
    ({ number, key, sig, msg, flags }) => ({
      number,
      key: bytesOfHex(key),
      sig: bytesOfHex(sig),
      msg: new TextEncoder().encode(msg),
      flags: flags ?? [],
    }),
  )
}

function soundVectors(): Vector[] {
  return allVectors().filter(({ key }) => isSoundKey(key))
}

const nodeAccepts = ({ key, sig, msg }: Vector): boolean => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') }
  return verify(null, msg, createPublicKey({ key: jwk, format: 'jwk' }), sig)
}

const webCryptoAccepts = async ({ key, sig, msg }: Vector): Promise<boolean> => {
  const { subtle } = globalThis.crypto as typeof webcrypto
  const imported = await subtle.importKey('raw', key.slice(), { name: 'Ed25519' }, true, ['verify'])
  return subtle.verify({ name: 'Ed25519' }, imported, sig.slice(), msg.slice())
}

const nobleAccepts = ({ key, sig, msg }: Vector, zip215: boolean): boolean => {
  try {
    return ed25519.verify(sig, msg, key, { zip215 })
  } catch {
    return false // noble cannot decode the key
  }
}

/** What CCTV's README says of OpenSSL, Go and dalek alike: all but these two flags is accepted. */
const ref10Accepts = ({ flags }: Vector): boolean =>
  !flags.includes('non_canonical_R') && !flags.includes('low_order_residue')

const productAccepts = ({ key, sig, msg }: Vector): boolean => isSoundKey(key) && verifyOnNode(key, msg, sig)

test('a key is sound exactly if it has no part of small order', () => {
  const all = allVectors()
  expect(all).toHaveLength(914)
  const isFlagged = ({ flags }: Vector): boolean =>
    ['low_order_A', 'low_order_component_A', 'non_canonical_A'].some((flag) => flags.includes(flag))
  expect(all.filter((one) => isSoundKey(one.key) === isFlagged(one)).map(({ number }) => number)).toEqual([])
})

test('node:crypto, WebCrypto and both of our verifiers say the same of every signature under a sound key', async () => {
  const verdicts = await Promise.all(
    soundVectors().map(async (one) => ({
      number: one.number,
      node: nodeAccepts(one),
      webCrypto: await webCryptoAccepts(one),
      oursOnNode: verifyOnNode(one.key, one.msg, one.sig),
      oursOnNoble: verifyOnNoble(one.key, one.msg, one.sig),
    })),
  )
  expect(verdicts.length).toBeGreaterThan(0)
  const split = verdicts.filter(
    ({ node, webCrypto, oursOnNode, oursOnNoble }) =>
      webCrypto !== node || oursOnNode !== node || oursOnNoble !== node,
  )
  expect(split).toEqual([])
})

test('what the rule accepts is accepted by every verifier, so that no one can disown it', async ({
  annotate,
}) => {
  const all = allVectors()
  const accepted = all.filter(productAccepts)
  expect(accepted.length).toBeGreaterThan(0)
  for (const one of accepted) {
    expect(nobleAccepts(one, true), `noble, vector ${one.number}`).toBe(true)
    expect(nobleAccepts(one, false), `noble strict, vector ${one.number}`).toBe(true)
    expect(ref10Accepts(one), `ref10, vector ${one.number}`).toBe(true)
    expect(await webCryptoAccepts(one), `WebCrypto, vector ${one.number}`).toBe(true)
    expect(verifyOnNoble(one.key, one.msg, one.sig), `ours on noble, vector ${one.number}`).toBe(true)
  }
  await annotate(
    JSON.stringify(
      tally(all, (one) => {
        if (!isSoundKey(one.key)) return 'refused for the key'
        return productAccepts(one) ? 'accepted by the rule' : 'refused for the signature'
      }),
    ),
  )
})

test('noble and OpenSSL disagree as often as FORMAT.md says, which is why there is a rule', async ({
  annotate,
}) => {
  const all = allVectors()
  const differing = (accepts: (one: Vector) => boolean) => {
    const split = all.filter((one) => nobleAccepts(one, false) !== accepts(one))
    return { all: split.length, underSoundKey: split.filter(({ key }) => isSoundKey(key)).length }
  }
  const openssl = differing(ref10Accepts)
  expect(openssl).toEqual({ all: 248, underSoundKey: 14 })
  const onlyOpenssl = all.filter((one) => ref10Accepts(one) && !nobleAccepts(one, false))
  expect(onlyOpenssl).toHaveLength(122)
  expect(onlyOpenssl.filter(({ key }) => isSoundKey(key))).toEqual([])
  // Since nodejs/node#64026 Node refuses keys and signatures whose point is of small order before it asks OpenSSL.
  await annotate(`noble strict against OpenSSL ${JSON.stringify(openssl)}`)
  await annotate(`noble strict against Node ${process.version} ${JSON.stringify(differing(nodeAccepts))}`)
})
