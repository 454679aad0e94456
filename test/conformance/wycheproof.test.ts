/** C2SP Wycheproof: HMAC-SHA-256 and Ed25519, on node:crypto and on the code that browsers run. */
import { isSoundKey } from '@compliance-relay/shared/trail'
import { beforeEach, describe, expect, test } from 'vitest'
import * as nodeDigest from '../../shared/src/trail/platform/digest.node.ts'
import * as nobleDigest from '../../shared/src/trail/platform/digest.ts'
import * as nodeEd25519 from '../../shared/src/trail/platform/ed25519.node.ts'
import * as nobleEd25519 from '../../shared/src/trail/platform/ed25519.ts'
import { bytesOfHex, requireVectors, tally, vectorJson } from './vectors.ts'

beforeEach(requireVectors)

interface Suite<Group> {
  readonly numberOfTests: number
  readonly testGroups: readonly Group[]
}
interface Case {
  readonly tcId: number
  readonly comment: string
  readonly result: 'valid' | 'invalid'
  readonly msg: string
}
interface MacGroup {
  readonly tagSize: number
  readonly tests: readonly (Case & { readonly key: string; readonly tag: string })[]
}
interface SignatureGroup {
  readonly publicKey: { readonly pk: string }
  readonly tests: readonly (Case & { readonly sig: string })[]
}

describe.each([
  ['node:crypto', nodeDigest],
  ['noble', nobleDigest],
])('HMAC-SHA-256 on %s', (_, { hmacSha256 }) => {
  test('makes the tag of each valid case and of no invalid one, whole or cut short', async ({ annotate }) => {
    const { numberOfTests, testGroups } = vectorJson<Suite<MacGroup>>('wycheproof/hmac_sha256_test.json')
    const cases = testGroups.flatMap(({ tagSize, tests }) => tests.map((one) => ({ ...one, tagSize })))
    expect([cases.length, numberOfTests]).toEqual([174, 174])
    expect(
      cases.filter(({ tag, tagSize }) => tag.length * 4 === tagSize && tagSize < 256).length,
    ).toBeGreaterThan(0)

    const wrong = cases.filter(({ key, msg, tag, tagSize, result }) => {
      const made = new Uint8Array(32)
      hmacSha256(bytesOfHex(key))(made, 0, bytesOfHex(msg))
      const same = Buffer.from(made.subarray(0, tagSize / 8)).toString('hex') === tag
      return same !== (result === 'valid')
    })
    expect(wrong).toEqual([])
    await annotate(JSON.stringify(tally(cases, ({ result, tagSize }) => `${result}, ${tagSize} bits`)))
  })

  test('gives the same tag again under a key used before, wherever it writes it', () => {
    const { testGroups } = vectorJson<Suite<MacGroup>>('wycheproof/hmac_sha256_test.json')
    const valid = testGroups.flatMap(({ tagSize, tests }) => (tagSize === 256 ? tests : []))
    for (const { key, tag, msg } of valid.filter(({ result }) => result === 'valid')) {
      const mac = hmacSha256(bytesOfHex(key))
      const made = new Uint8Array(96)
      mac(made, 5, new Uint8Array(5000))
      mac(made, 33, bytesOfHex(msg))
      expect(Buffer.from(made.subarray(33, 65)).toString('hex')).toBe(tag)
    }
  })
})

describe.each([
  ['node:crypto', nodeEd25519],
  ['noble', nobleEd25519],
])('Ed25519 on %s', (_, { ed25519Verify }) => {
  test('accepts each valid signature and no invalid one', async ({ annotate }) => {
    const { numberOfTests, testGroups } = vectorJson<Suite<SignatureGroup>>('wycheproof/ed25519_test.json')
    const cases = testGroups.flatMap(({ publicKey, tests }) =>
      tests.map((one) => ({ ...one, key: publicKey.pk })),
    )
    expect([cases.length, numberOfTests]).toEqual([151, 151])
    const wrong = cases.filter(
      ({ key, msg, sig, result }) =>
        ed25519Verify(bytesOfHex(key), bytesOfHex(msg), bytesOfHex(sig)) !== (result === 'valid'),
    )
    expect(wrong).toEqual([])
    await annotate(JSON.stringify(tally(cases, ({ result }) => result)))
  })
})

test('every key under which Wycheproof has a valid signature is one that may be enrolled', () => {
  const { testGroups } = vectorJson<Suite<SignatureGroup>>('wycheproof/ed25519_test.json')
  const keys = testGroups
    .filter(({ tests }) => tests.some(({ result }) => result === 'valid'))
    .map(({ publicKey }) => publicKey.pk)
  expect(keys.length).toBeGreaterThan(0)
  expect(keys.filter((key) => !isSoundKey(bytesOfHex(key)))).toEqual([])
})
