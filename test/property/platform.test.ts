import { createHash, createHmac, generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { base64, fromBase64, hex } from '../../shared/src/trail/bytes.ts'
import { FormatError } from '../../shared/src/trail/format-error.ts'
import * as digestNode from '../../shared/src/trail/platform/digest.node.ts'
import * as digestWeb from '../../shared/src/trail/platform/digest.ts'
import * as ed25519Node from '../../shared/src/trail/platform/ed25519.node.ts'
import * as ed25519Web from '../../shared/src/trail/platform/ed25519.ts'
import { isSoundKey } from '../../shared/src/trail/sound-key.ts'
import { seedOf } from '../support/arbitraries.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })

test.each([
  ['node:crypto', digestNode],
  ['our own SHA-256, and HMAC of noble', digestWeb],
])(
  'SHA-256 and HMAC on %s are those of node:crypto streams, at any length of key and message',
  (_, digest) => {
    const property = fc.property(bytes(200), bytes(3_000), fc.nat(5), (key, message, at) => {
      const out = new Uint8Array(48)
      digest.sha256Into(out, at, message)
      expect(hex(out.subarray(at, at + 32))).toBe(createHash('sha256').update(message).digest('hex'))
      digest.hmacSha256(key)(out, at, message)
      expect(hex(out.subarray(at, at + 32))).toBe(createHmac('sha256', key).update(message).digest('hex'))
      expect(out.subarray(at + 32).every((byte) => byte === 0)).toBe(true)
    })
    fc.assert(property, { numRuns: 1_000, seed: seedOf('digests') })
  },
)

test('an HMAC key keeps no trace of the message before', () => {
  const key = new Uint8Array(32).fill(3)
  const mac = digestNode.hmacSha256(key)
  const out = new Uint8Array(32)
  for (const message of [new Uint8Array(5_000).fill(9), new Uint8Array(0), new Uint8Array(1_500).fill(1)]) {
    mac(out, 0, message)
    expect(hex(out)).toBe(createHmac('sha256', key).update(message).digest('hex'))
  }
})

test('both Ed25519 platforms make the same signature and judge good and damaged ones alike', () => {
  const property = fc.property(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    bytes(100),
    fc.nat(511),
    (seed, message, bit) => {
      const key = ed25519Node.ed25519PublicKey(seed)
      expect(hex(ed25519Web.ed25519PublicKey(seed))).toBe(hex(key))
      expect(isSoundKey(key)).toBe(true)
      const signature = ed25519Node.ed25519Sign(seed, message)
      expect(hex(ed25519Web.ed25519Sign(seed, message))).toBe(hex(signature))
      const damaged = signature.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      for (const platform of [ed25519Node, ed25519Web]) {
        expect(platform.ed25519Verify(key, message, signature)).toBe(true)
        expect(platform.ed25519Verify(key, message, damaged)).toBe(false)
        expect(platform.ed25519Verify(key, Buffer.concat([message, Buffer.of(0)]), signature)).toBe(false)
        expect(platform.ed25519Verify(key, message, signature.subarray(1))).toBe(false)
      }
    },
  )
  fc.assert(property, { numRuns: 100, seed: seedOf('Ed25519') })
})

test('keys that node:crypto generates are taken as they are', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const key = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))
  const signature = sign(null, Buffer.from('text'), privateKey)
  expect(verify(null, Buffer.from('text'), publicKey, signature)).toBe(true)
  expect(ed25519Web.ed25519Verify(key, Buffer.from('text'), signature)).toBe(true)
})

test('base64 is that of Buffer, and of all texts that Buffer reads alike only one is taken', () => {
  const property = fc.property(
    bytes(80),
    fc.nat(),
    fc.constantFrom('A', 'B', '/', '+', '-', '_', '=', ' ', '\n', ''),
    (data, at, put) => {
      const text = base64(data)
      expect(text).toBe(Buffer.from(data).toString('base64'))
      expect(hex(fromBase64(text))).toBe(hex(data))
      const i = at % (text.length + 1)
      const other = text.slice(0, i) + put + text.slice(i + 1)
      const loose = Buffer.from(other, 'base64')
      if (loose.toString('base64') !== other) expect(() => fromBase64(other)).toThrow(FormatError)
      else expect(hex(fromBase64(other))).toBe(loose.toString('hex'))
    },
  )
  fc.assert(property, { numRuns: 5_000, seed: seedOf('base64') })
})
