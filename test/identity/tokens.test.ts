import { createHmac, createSign, generateKeyPairSync, randomUUID } from 'node:crypto'
import {
  CompactEncrypt,
  CompactSign,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ApiSite, codeOf, origin, requestOf } from '../../shared/src/relay/http/api-site.test-support.ts'
import { FAILED_MILLISECONDS } from '../../shared/src/relay/identity/issuer-keys.ts'
import {
  TOKEN_EACH_EVERY_MILLISECONDS,
  TOKENS_EACH_MAX,
  TOKENS_MAX,
} from '../../shared/src/relay/identity/presence.ts'
import { UsedTokens } from '../../shared/src/relay/identity/used-tokens.ts'
import type { Caller } from '../../shared/src/relay/people.ts'
import { Disk, projects, reason, Site } from '../../shared/src/relay/people-site.test-support.ts'
import { changeRules } from '../../shared/src/relay/rules/change-rules.ts'
import { IdentityProvider } from '../support/identity-provider.ts'

/* Who is at the workstation, by tokens of a real provider, over the relay's HTTP interface. */

const audience = 'https://relay.lab.example'
let provider: IdentityProvider
let api: ApiSite
let first: Caller

beforeAll(async () => {
  provider = await IdentityProvider.start([`${origin}/signed-in`])
})
afterAll(() => provider.stop())

beforeEach(async () => {
  provider.twist = () => false
  provider.asked.length = 0
  const disk = new Disk()
  disk.wall = Date.now()
  api = new ApiSite(new Site(disk))
  first = await api.site.first()
  await api.site.person(first, 'jdoe', ['operator'])
  await api.site.people.link(first, 'jdoe', { issuer: provider.issuer, subject: 'jane', reason })
  api.site.desk.persons.set('jdoe', 'good')
  await rule()
})

async function rule(jwks?: { readonly keys: readonly JWK[] }): Promise<void> {
  const identity = {
    issuer: provider.issuer,
    clientId: 'relay',
    audience,
    ...(jwks === undefined ? {} : { jwks }),
  }
  await changeRules(api.site.people, first, { identity: identity as never }, reason, projects)
}

const seconds = () => Math.floor(api.site.disk.wall / 1_000)

function claims(different: object = {}): Record<string, unknown> {
  const all = { iss: provider.issuer, aud: audience, sub: 'jane', jti: randomUUID(), presence: 'begin' }
  return { ...all, iat: seconds(), exp: seconds() + 300, ...different }
}

async function post(token: string, path = '/v1/presence'): Promise<string> {
  return codeOf(await api.ask(requestOf('POST', path, { body: JSON.stringify({ token }) })))
}

/** Nobody is present by it, nothing is recorded but what the desk counts, and whoever sent it is told nothing more. */
async function refused(token: string, why: string, person: string | null = null): Promise<void> {
  const { desk, disk } = api.site
  const before = { records: disk.records.length, done: desk.done.length, refused: desk.refused.length }
  for (const path of ['/v1/presence', '/v1/presence/end'])
    expect(await post(token, path)).toBe('token-refused')
  expect(desk.person).toBeUndefined()
  expect(desk.done).toHaveLength(before.done)
  expect(disk.records).toHaveLength(before.records)
  const [one, ...more] = desk.refused.slice(before.refused)
  expect(one).toEqual({ reason: why, person })
  expect(more).toHaveLength(1)
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a token of the site’s issuer', { tags: ['req/P11-10e-7'] }, () => {
  test('says who is present, and another that they have left', async () => {
    const { desk } = api.site
    const said = claims()
    expect(await post(await provider.sign(said))).toBe('none')
    expect(desk.person).toBe('jdoe')
    expect(desk.done).toEqual([
      {
        what: 'begin',
        person: 'jdoe',
        evidence: {
          by: {
            token: {
              issuer: provider.issuer,
              subject: 'jane',
              jti: said['jti'],
              expires: new Date(Number(said['exp']) * 1_000).toISOString(),
            },
          },
        },
      },
    ])
    expect(await post(await provider.sign(claims({ presence: 'end' })), '/v1/presence/end')).toBe('none')
    expect(desk.person).toBeUndefined()
    // The issuer is asked for its keys once.
    expect(provider.asked).toEqual(['GET /.well-known/openid-configuration', 'GET /jwks'])
  })

  test.each(['EdDSA', 'ES256', 'RS256', 'PS256'])(
    'is taken by %s, with the keys on record and nobody asked',
    async (alg) => {
      const { publicKey, privateKey } = await generateKeyPair(alg)
      await rule({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] })
      const token = await new SignJWT(claims({ aud: [audience] }))
        .setProtectedHeader({ alg, kid: 'k', typ: 'JWT' })
        .sign(privateKey)
      expect(await post(token)).toBe('none')
      expect(provider.asked).toEqual([])
    },
  )

  test('is one for an account without a password, too, and for nobody who may not sign in or is no person here', async () => {
    const { people, desk } = api.site
    await people.add(first, { id: 'asmith', name: 'Ann Smith', roles: ['operator'], reason })
    await people.link(first, 'asmith', { issuer: provider.issuer, subject: 'ann', reason })
    const ann = async () => provider.sign(claims({ sub: 'ann' }))
    await refusedOnce(await ann(), 'no-person', 'asmith')
    desk.persons.set('asmith', 'disabled')
    await refusedOnce(await ann(), 'person-disabled', 'asmith')
    desk.persons.set('asmith', 'good')
    expect(await post(await ann())).toBe('none')
    await people.disable(first, 'asmith', reason)
    await refusedOnce(await ann(), 'account-unusable', 'asmith')
    await people.unlink(first, 'asmith', reason)
    await refusedOnce(await ann(), 'not-linked', null)
    await changeRules(people, first, { identity: null }, reason, projects)
    await refusedOnce(await ann(), 'no-issuer', null)
  })

  test('that they have left signs nobody else out', async () => {
    await post(await provider.sign(claims()))
    api.site.desk.person = 'somebody-else'
    await refusedOnce(
      await provider.sign(claims({ presence: 'end' })),
      'not-present',
      'jdoe',
      '/v1/presence/end',
    )
    expect(api.site.desk.person).toBe('somebody-else')
  })

  /** As `refused`, for what is asked once and whoever is present by then. */
  async function refusedOnce(
    token: string,
    why: string,
    person: string | null,
    path?: string,
  ): Promise<void> {
    const { desk } = api.site
    const done = desk.done.length
    expect(await post(token, path)).toBe('token-refused')
    expect(desk.done).toHaveLength(done)
    expect(desk.refused.at(-1)).toEqual({ reason: why, person })
  }
})

describe('what is no such token', { tags: ['req/P11-10e-7', 'challenge'] }, () => {
  test.each<[string, string, () => object]>([
    ['issuer', 'another issuer', () => ({ iss: 'https://login.elsewhere.example' })],
    ['issuer', 'the issuer with a stroke', () => ({ iss: `${provider.issuer}/` })],
    ['issuer', 'no issuer', () => ({ iss: undefined })],
    ['audience', 'another audience', () => ({ aud: 'https://other.lab.example' })],
    ['audience', 'this audience among others', () => ({ aud: [audience, 'https://other.lab.example'] })],
    ['audience', 'no audience', () => ({ aud: undefined })],
    ['claims', 'no subject', () => ({ sub: undefined })],
    ['claims', 'a subject that is a number', () => ({ sub: 7 })],
    ['claims', 'a subject with what cannot be seen', () => ({ sub: 'jane\u200b' })],
    ['claims', 'no id', () => ({ jti: undefined })],
    ['claims', 'an endless id', () => ({ jti: 'x'.repeat(201) })],
    ['claims', 'no time of issue', () => ({ iat: undefined })],
    ['claims', 'no end', () => ({ exp: undefined })],
    ['claims', 'an end in words', () => ({ exp: 'never' })],
    ['claims', 'a beginning in words', () => ({ nbf: 'now' })],
    ['expired', 'an end a minute ago', () => ({ iat: seconds() - 300, exp: seconds() - 60 })],
    ['not-yet', 'an issue after the next minute', () => ({ iat: seconds() + 62, exp: seconds() + 120 })],
    ['not-yet', 'a beginning after the next minute', () => ({ nbf: seconds() + 62 })],
    ['life', 'a life of more than ten minutes', () => ({ exp: seconds() + 601 })],
    ['life', 'an end before its issue', () => ({ exp: seconds() - 1 })],
    ['not-linked', 'somebody who has no account here', () => ({ sub: 'mallory' })],
  ])('%s: %s', async (why, _, different) => {
    await refused(await provider.sign(claims(different())), why)
  })

  test.each<[string, string, Record<string, unknown>]>([
    ['header', 'its own key', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) } }],
    ['header', 'the address of its key', { jku: 'http://127.0.0.1:1/keys' }],
    ['header', 'its own certificate', { x5c: ['AAAA'] }],
    ['header', 'the address of its certificate', { x5u: 'http://127.0.0.1:1/certificate' }],
    ['header', 'no key', { kid: undefined }],
    ['header', 'a type that is none', { typ: 'secevent+jwt' }],
    ['key-unknown', 'a key the issuer does not have', { kid: 'provider-2' }],
    ['key-unknown', 'a path for a key', { kid: '../../provider-1' }],
  ])('%s: a header that names %s', async (why, _, header) => {
    await refused(await provider.sign(claims(), header), why)
  })

  test('an extension that has to be understood', async () => {
    const token = await provider.sign(claims())
    const header = { alg: 'RS256', kid: 'provider-1', crit: ['exp'], exp: 1 }
    await refused(`${part(header)}.${token.split('.').slice(1).join('.')}`, 'header')
  })

  test('signed by nothing, or by the issuer’s public key as a secret', async () => {
    for (const alg of ['none', 'None', 'NONE', ''])
      await refused(`${part({ alg, kid: 'provider-1' })}.${part(claims())}.AA`, 'algorithm')
    await refused(`${part({ alg: 'none' })}.${part(claims())}.`, 'not-a-token')
    const jwk = await publicKey()
    const pem = await exportSPKI((await importJWK(jwk, 'RS256')) as CryptoKey)
    for (const secret of [JSON.stringify(jwk), pem, pem.trim(), String(jwk.n)]) {
      const text = `${part({ alg: 'HS256', kid: 'provider-1' })}.${part(claims())}`
      await refused(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`, 'algorithm')
    }
  })

  test('signed by a key that the issuer does not have, or by one of another kind', async () => {
    const rsa = await generateKeyPair('RS256')
    const elliptic = await generateKeyPair('ES256')
    const sign = (alg: string, key: CryptoKey, kid = 'provider-1') =>
      new SignJWT(claims()).setProtectedHeader({ alg, kid }).sign(key)
    await refused(await sign('RS256', rsa.privateKey), 'signature')
    // The algorithm has to be one of the key's: the issuer says RS256 of its own.
    await refused(await sign('ES256', elliptic.privateKey), 'key-unknown')
    await refused(await sign('PS256', (await generateKeyPair('PS256')).privateKey), 'key-unknown')
    for (const alg of ['RS384', 'RS512', 'ES384', 'PS512'])
      await refused(await sign(alg, (await generateKeyPair(alg)).privateKey), 'algorithm')
    // Well signed, by a key whose name another key has too.
    const [one, two] = [
      await exportJWK(rsa.publicKey),
      await exportJWK((await generateKeyPair('RS256')).publicKey),
    ]
    await rule({
      keys: [
        { ...one, kid: 'provider-1' },
        { ...two, kid: 'provider-1' },
      ],
    })
    await refused(await sign('RS256', rsa.privateKey), 'key-unknown')
  })

  test('by an RSA key of 1,024 bits, although the issuer has it', async () => {
    const { publicKey: key, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 })
    await rule({ keys: [{ ...(key.export({ format: 'jwk' }) as JWK), kid: 'short' }] })
    const text = `${part({ alg: 'RS256', kid: 'short' })}.${part(claims())}`
    await refused(`${text}.${createSign('sha256').update(text).sign(privateKey, 'base64url')}`, 'signature')
  })

  test('altered, encrypted, nested, in other forms, with more or fewer parts, or huge', async () => {
    const good = await provider.sign(claims())
    const [header = '', payload = '', signature = ''] = good.split('.')
    await refused(`${header}.${part(claims({ sub: 'mallory' }))}.${signature}`, 'signature')
    await refused(`${header}.${payload}.${signature.slice(0, -6)}`, 'signature')
    const jwk = await publicKey()
    const encrypted = await new CompactEncrypt(Buffer.from(good))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT', kid: 'provider-1' })
      .encrypt(await importJWK({ ...jwk, alg: 'RSA-OAEP-256', use: 'enc' }, 'RSA-OAEP-256'))
    const other = [
      encrypted,
      `${good}.`,
      `.${good}`,
      `${good}.x`,
      `${header}..${signature}`,
      ` ${good}`,
      `${good}\n`,
    ]
    const forms = ['', 'x', '..', JSON.stringify({ payload, protected: header, signature }), `Bearer ${good}`]
    for (const text of [...other, ...forms, good.replace('.', '=.'), `${part([])}.${payload}.${signature}`])
      await refused(text, 'not-a-token')
    const twice = Buffer.from('{"alg":"none","alg":"RS256","kid":"provider-1"}').toString('base64url')
    await refused(`${twice}.${payload}.${signature}`, 'not-a-token')
    // A token in a token.
    await refused(await provider.sign({ ...claims(), sub: good.slice(0, 300) }), 'claims')
    expect(await post('x'.repeat(8_193))).toBe('bad-request')
    expect(await post('x'.repeat(20_000))).toBe('body-too-large')
    // Nothing of all that has spoilt the token.
    expect(await post(good)).toBe('none')
  })

  test('claims that one reader takes for this and another for that', async () => {
    const key = await importJWK(provider.privateKey, 'RS256')
    const text = JSON.stringify(claims()).replace('{', '{"sub":"mallory",')
    for (const payload of [text, `\ufeff${text}`, '[]', 'null', '"jane"', '{']) {
      const signed = new CompactSign(Buffer.from(payload)).setProtectedHeader({
        alg: 'RS256',
        kid: 'provider-1',
      })
      await refused(await signed.sign(key), 'claims')
    }
  })

  test('used before: at once, a second time, or after a start', async () => {
    const { desk } = api.site
    const token = await provider.sign(claims())
    const codes = await Promise.all([post(token), post(token), post(token)])
    expect(codes.toSorted()).toEqual(['none', 'token-refused', 'token-refused'])
    expect(desk.done).toHaveLength(1)
    expect(desk.refused.map((one) => one.reason)).toEqual(['used', 'used'])
    const used = new UsedTokens()
    used.take(desk.done[0]?.evidence ?? {})
    const of = { issuer: provider.issuer, subject: 'jane', issuedAt: 0, expires: seconds() + 300 }
    const again = { ...of, id: idOf(token) }
    expect(used.use(again, api.site.disk.wall)).toBe(false)
    // Nor an hour later with the clock set back, nor is another issuer's token of that id the same.
    expect(used.use(again, api.site.disk.wall + 3_600_000)).toBe(false)
    expect(used.use({ ...again, issuer: 'https://login.elsewhere.example' }, api.site.disk.wall)).toBe(true)
  })

  test('keys that cannot be had', async () => {
    const token = await provider.sign(claims())
    const evil = 'http://elsewhere.example/jwks'
    provider.twist = (_, response) => {
      response.writeHead(500)
      response.end()
      return true
    }
    // However many name a key, it is asked for once; and not again a moment after it could not be.
    await Promise.all([post(token), post(token), post(token)])
    await refused(token, 'keys-unusable')
    expect(provider.asked).toEqual(['GET /.well-known/openid-configuration'])
    api.site.disk.pass(FAILED_MILLISECONDS)
    const answers: [string, string | object][] = [
      ['/.well-known/openid-configuration', '<html>'],
      [
        '/.well-known/openid-configuration',
        { issuer: 'https://login.elsewhere.example', jwks_uri: `${provider.issuer}/jwks` },
      ],
      ['/.well-known/openid-configuration', { issuer: provider.issuer, jwks_uri: evil }],
      ['/.well-known/openid-configuration', { issuer: provider.issuer, jwks_uri: 'file:///etc/passwd' }],
      ['/jwks', '<html>'],
      ['/jwks', { keys: 'none' }],
      ['/jwks', 'x'.repeat(300_000)],
    ]
    for (const [path, answer] of answers) {
      provider.twist = (request, response) => {
        if (request.url !== path) return false
        response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
        return true
      }
      await refused(token, 'keys-unusable')
      api.site.disk.pass(FAILED_MILLISECONDS)
    }
    provider.twist = (_, response) => {
      response.writeHead(302, { location: `${provider.issuer}/elsewhere` })
      response.end()
      return true
    }
    await refused(token, 'keys-unusable')
    expect(provider.asked).not.toContain('GET /elsewhere')
    provider.twist = () => false
    expect(await post(token)).toBe('none')
  })

  test('too many of one person: they wait and are not used up by it, and nobody else waits', async () => {
    await api.site.people.add(first, { id: 'asmith', name: 'Ann Smith', roles: ['operator'], reason })
    await api.site.people.link(first, 'asmith', { issuer: provider.issuer, subject: 'ann', reason })
    api.site.desk.persons.set('asmith', 'good')
    for (let i = 0; i < TOKENS_EACH_MAX; i++) expect(await post(await provider.sign(claims()))).toBe('none')
    const token = await provider.sign(claims())
    expect(await post(token)).toBe('throttled')
    expect(api.site.desk.refused.at(-1)).toEqual({ reason: 'throttled', person: null })
    expect(await post(await provider.sign(claims({ sub: 'ann' })))).toBe('none')
    api.site.disk.pass(TOKEN_EACH_EVERY_MILLISECONDS)
    expect(await post(token)).toBe('none')
  })

  test('many more than there is room for take no place of one that is', async () => {
    const good = await provider.sign(claims())
    await post(good)
    const other = await generateKeyPair('RS256')
    const forged = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'RS256', kid: 'provider-1' })
      .sign(other.privateKey)
    const strange = await provider.sign(claims(), { kid: 'provider-2' })
    const none = [
      'x',
      await provider.sign(claims({ aud: 'https://other.lab.example' })),
      good,
      forged,
      strange,
    ]
    const asked = provider.asked.length
    const codes = await Promise.all(
      Array.from({ length: 10 * TOKENS_MAX }, (_, i) => post(String(none[i % none.length]))),
    )
    const refusals = new Set(codes)
    refusals.delete('throttled')
    expect([...refusals]).toEqual(['token-refused'])
    expect(await post(await provider.sign(claims()))).toBe('none')
    // All of them made the relay ask for one key, once.
    expect(provider.asked.length - asked).toBeLessThanOrEqual(1)
  })

  test('one that says something else than it is given for: each is for one thing, and is not used up by the other', async () => {
    const { desk } = api.site
    const [come, leave] = [await provider.sign(claims()), await provider.sign(claims({ presence: 'end' }))]
    expect(await post(leave)).toBe('token-refused')
    expect(await post(come, '/v1/presence/end')).toBe('token-refused')
    for (const presence of [undefined, '', 'Begin', ['begin'], true])
      await refused(await provider.sign(claims({ presence })), 'purpose')
    expect(await post(come)).toBe('none')
    expect(await post(leave, '/v1/presence/end')).toBe('none')
    expect(desk.done.map(({ what }) => what)).toEqual(['begin', 'end'])
  })

  test('one that did nothing, again after a start: what its record says uses it up', async () => {
    const { desk, disk } = api.site
    const leave = await provider.sign(claims({ presence: 'end' }))
    const unknown = await provider.sign(claims({ sub: 'mallory' }))
    expect(await post(leave, '/v1/presence/end')).toBe('token-refused')
    expect(await post(unknown)).toBe('token-refused')
    expect(desk.refused.map(({ reason }) => reason)).toEqual(['not-present', 'not-linked'])
    expect(JSON.stringify(desk.usedUp)).not.toContain('mallory')
    const used = new UsedTokens()
    for (const body of desk.usedUp) used.take(body)
    for (const token of [leave, unknown]) {
      const of = { issuer: provider.issuer, id: idOf(token) }
      expect(used.has(of)).toBe(true)
      expect(used.use({ ...of, expires: seconds() + 300 }, disk.wall)).toBe(false)
    }
  })

  test('and no other field of the request says who it is', async () => {
    const token = await provider.sign(claims())
    for (const more of [
      { person: 'asmith' },
      { actor: { id: 'asmith' } },
      { time: '2026-03-02T08:00:00.000Z' },
    ]) {
      const body = JSON.stringify({ token, ...more })
      expect(await codeOf(await api.ask(requestOf('POST', '/v1/presence', { body })))).toBe('bad-request')
    }
    expect(api.site.desk.done).toEqual([])
  })
})

function idOf(token: string): string {
  return (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }).jti
}

async function publicKey(): Promise<JWK> {
  const { keys } = (await (await fetch(`${provider.issuer}/jwks`)).json()) as { keys: [JWK] }
  return keys[0]
}
