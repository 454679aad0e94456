import { expect, test } from 'vitest'
import { signTyped } from '../../api/index.ts'
import { signerOf, utf8 } from '../../trail/index.ts'
import { ApiSite, origin as asked, codeOf, requestOf } from '../http/api-site.test-support.ts'
import { isHelloOf } from './hello.ts'
import { relayKey } from './signing-site.test-support.ts'

const api = new ApiSite()
const nonce = 'n'.repeat(43)
const hello = async (query: string) =>
  (await (await api.ask(requestOf('GET', `/v1/hello${query}`))).json()) as { readonly note?: string }

test('a hello is signed over what whoever asks made up, and where the relay is reached', async () => {
  const { note = '' } = await hello(`?nonce=${nonce}`)
  const bytes = utf8(note)
  const right = { vkey: relayKey.vkey, nonce, origin: asked }
  expect(isHelloOf(bytes, right)).toBe(true)
  const stranger = signerOf('lab.example/t/ws-nmr-01/20260302-7f3a', 'note', new Uint8Array(32).fill(3))
  expect(isHelloOf(bytes, { ...right, vkey: stranger.vkey })).toBe(false)
  expect(isHelloOf(bytes, { ...right, nonce: 'm'.repeat(43) })).toBe(false)
  expect(isHelloOf(bytes, { ...right, origin: 'http://127.0.0.1:7412' })).toBe(false)
  expect(isHelloOf(utf8(note.replace('0.1.0', '0.1.1')), right)).toBe(false)
  const other = { nonce, origins: [asked], trail: 'x', version: 'x', time: 'x' }
  expect(isHelloOf(signTyped('compliance-relay/hello/v1', other, relayKey), right)).toBe(true)
  expect(isHelloOf(signTyped('compliance-relay/receipt/v1', other, relayKey), right)).toBe(false)
  expect(
    isHelloOf(signTyped('compliance-relay/hello/v1', { ...other, origins: asked }, relayKey), right),
  ).toBe(false)
  expect(isHelloOf(utf8(''), right)).toBe(false)
})

test('without a nonce nothing is signed', async () => {
  expect(await hello('')).not.toHaveProperty('note')
})

test.each(['n'.repeat(21), 'n'.repeat(87), `${'n'.repeat(42)}.`, `${'n'.repeat(42)}%0a`, ''])(
  'no nonce is %s',
  { tags: ['challenge'] },
  async (wrong) => {
    expect(await codeOf(await api.ask(requestOf('GET', `/v1/hello?nonce=${wrong}`)))).toBe('bad-request')
  },
)
