import { expect, test } from 'vitest'
import { certificatesIn, publicKeysIn } from './outside-texts.ts'

test('certificates are taken from among what else a file of them has', () => {
  const block = (inner: string) => `-----BEGIN CERTIFICATE-----\r\n${inner}\r\n-----END CERTIFICATE-----\r\n`
  const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'
  expect(certificatesIn(`subject=TSA\n${block('MIIB\nAAAA')}${key}${block('MIIC')}`)).toEqual([
    'MIIBAAAA',
    'MIIC',
  ])
  expect(certificatesIn(key)).toEqual([])
})

test('of a key only what it is known by is taken: a secret part and the rest stay behind', () => {
  const key = { kty: 'OKP', kid: '1', crv: 'Ed25519', x: 'AA', d: 'secret', x5t: 'more' }
  expect(publicKeysIn(JSON.stringify({ keys: [key] }))).toEqual({
    keys: [{ kty: 'OKP', kid: '1', crv: 'Ed25519', x: 'AA' }],
  })
  for (const text of ['', '[]', '{"keys":1}', '{"keys":[1]}', '{"keys":[null]}'])
    expect(publicKeysIn(text), text).toBeUndefined()
})
