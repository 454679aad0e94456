import { verifierOf } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { type ClosedKey, closeKey, newKey, openKey, signBytes } from './password-key.ts'

const cheap = { memoryKib: 64, passes: 1, lanes: 1 }
const of = { user: 'jdoe', device: 'tablet-1', key: 'lab.example/u/jdoe/tablet-1+00000000+x' }
const text = new TextEncoder().encode('what is signed')

async function made(password: string): Promise<{ publicKey: Uint8Array; closed: ClosedKey }> {
  const { publicKey, privateKey } = await newKey()
  return { publicKey, closed: await closeKey(privateKey, password, of, cheap) }
}

describe('a key that a password closes', { tags: ['req/P11-70-3', 'challenge'] }, () => {
  test('signs once it is opened, and cannot be read', async () => {
    const { publicKey, closed } = await made('gravel spoon tundra 41')
    const key = (await openKey(closed, 'gravel spoon tundra 41', of)) as CryptoKey
    const signature = await signBytes(key, text)
    expect(verifierOf('lab.example/u/jdoe/tablet-1', 'note', publicKey).verify(text, signature)).toBe(true)
    await expect(crypto.subtle.exportKey('pkcs8', key)).rejects.toThrow()
    await expect(crypto.subtle.exportKey('raw', closed.deviceKey)).rejects.toThrow()
  })

  test('is opened by the same password however it is typed, and by no other', async () => {
    const { closed } = await made('Pa\u00dfwort f\u00fcr M\u00e4rz')
    expect(await openKey(closed, 'Pa\u00dfwort fu\u0308r Ma\u0308rz', of)).toBeDefined()
    for (const wrong of ['', 'Pa\u00dfwort fur Marz', 'pa\u00dfwort f\u00fcr m\u00e4rz'])
      expect(await openKey(closed, wrong, of)).toBeUndefined()
  })

  test('is opened for no other person, device or key, by no other derivation and on no other device', async () => {
    const { closed } = await made('gravel spoon tundra 41')
    const { closed: elsewhere } = await made('gravel spoon tundra 41')
    const open = (more: Partial<ClosedKey>, to: Partial<typeof of>) =>
      openKey({ ...closed, ...more }, 'gravel spoon tundra 41', { ...of, ...to })
    expect(await open({}, {})).toBeDefined()
    for (const other of [{ user: 'qlee' }, { device: 'tablet-2' }, { key: 'another' }])
      expect(await open({}, other)).toBeUndefined()
    expect(await open({ derivation: { ...cheap, passes: 2 } }, {})).toBeUndefined()
    // Whoever copied what is stored and not the key of the device has no use of the password.
    expect(await open({ deviceKey: elsewhere.deviceKey }, {})).toBeUndefined()
  })

  test('has a salt and a nonce of its own each time', async () => {
    const [one, two] = [await made('the same'), await made('the same')]
    expect(one.closed.salt).not.toEqual(two.closed.salt)
    expect(one.closed.iv).not.toEqual(two.closed.iv)
  })
})
