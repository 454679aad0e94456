import { createHmac } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AccountBook } from '../../shared/src/relay/accounts/account-book.ts'
import { carriedAccounts } from '../../shared/src/relay/accounts/carried-accounts.ts'
import { ApiSite, codeOf, origin, requestOf } from '../../shared/src/relay/http/api-site.test-support.ts'
import { BEGIN_MAX } from '../../shared/src/relay/identity/external-sign-in.ts'
import { OpenIdConnect } from '../../shared/src/relay/identity/openid-connect.ts'
import { PENDING_MAX, PENDING_MILLISECONDS } from '../../shared/src/relay/identity/pending-sign-ins.ts'
import type { Caller } from '../../shared/src/relay/people.ts'
import {
  Disk,
  good,
  problemOf,
  projects,
  reason,
  Site,
} from '../../shared/src/relay/people-site.test-support.ts'
import { changeRules } from '../../shared/src/relay/rules/change-rules.ts'
import { IdentityProvider, SECRET } from '../support/identity-provider.ts'

/* Signing in by a real provider, over the relay's HTTP interface. */

let provider: IdentityProvider
let api: ApiSite
let first: Caller
let secret: string | undefined
let notes: string[]

beforeAll(async () => {
  provider = await IdentityProvider.start([`${origin}/signed-in`])
})
afterAll(() => provider.stop())

beforeEach(async () => {
  provider.twist = () => false
  provider.asked.length = 0
  secret = undefined
  notes = []
  const disk = new Disk()
  disk.wall = Date.now()
  const identity = new OpenIdConnect({
    fetch,
    secret: async () => secret,
    wall: () => Date.now(),
    note: (what) => notes.push(what),
  })
  api = new ApiSite(new Site(disk, identity))
  first = await api.site.first()
  await api.site.person(first, 'jdoe', ['operator'])
  await rule('relay')
  await api.site.people.link(first, 'jdoe', { issuer: provider.issuer, subject: 'jane', reason })
})

async function rule(clientId: string): Promise<void> {
  const identity = { issuer: provider.issuer, clientId, audience: 'https://relay.lab.example' }
  await changeRules(api.site.people, first, { identity }, reason, projects)
}

interface Answer {
  readonly binding: string
  readonly state: string
  readonly code: string
  readonly iss?: string
}

async function begin() {
  return api.client().call('startExternalSignIn', { body: {} })
}

async function answered(who = 'jane'): Promise<Answer> {
  const { url, binding } = await begin()
  return { binding, ...(await provider.login(url, who)) }
}

function finish(answer: Answer) {
  return api.client().call('finishExternalSignIn', { body: answer })
}

/** What came of a try: no session, and of records at most one of a refusal, which nobody but the relay wrote. */
async function refused(answer: Answer, account: string | null = null): Promise<void> {
  const { records } = api.site.disk
  const before = records.length
  const answerOf = await api.ask(
    requestOf('POST', '/v1/session/external/finish', { body: JSON.stringify(answer) }),
  )
  expect(await codeOf(answerOf)).toBe('sign-in-refused')
  const made = records.slice(before)
  expect(made.length).toBeLessThanOrEqual(1)
  for (const { kind, actor, body } of made) {
    expect({ kind, via: actor.via }).toEqual({ kind: 'session.refused', via: 'relay' })
    const failures = account === null ? {} : { failures: expect.any(Number) }
    expect(body).toEqual({ account, device: 'local', what: 'external', ...failures })
  }
}

function json(body: unknown) {
  return (_: unknown, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
    return true
  }
}

/** At one path, the provider answers otherwise. */
function at(path: string, answer: IdentityProvider['twist']): void {
  provider.twist = (request, response) => request.url?.split('?')[0] === path && answer(request, response)
}

/** What the provider would say in an ID token for a sign-in that was begun with this address. */
function claimsFor(url: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1_000)
  const nonce = new URL(url).searchParams.get('nonce')
  return { iss: provider.issuer, aud: 'relay', sub: 'jane', nonce, iat: now, exp: now + 300, auth_time: now }
}

async function withToken(idToken: (url: string) => Promise<string>): Promise<Answer> {
  const { url, binding } = await begin()
  const answer = { binding, ...(await provider.login(url, 'jane')) }
  const id_token = await idToken(url)
  at('/token', json({ access_token: 'x', token_type: 'Bearer', expires_in: 60, id_token }))
  return answer
}

describe('signing in by the provider', { tags: ['req/P11-10d-1'] }, () => {
  test('opens a session for a linked account, and its record says by which issuer', async () => {
    const { token, account } = await finish(await answered())
    expect(account).toMatchObject({ id: 'jdoe', mustChange: false })
    expect((await api.client(token).call('whoAmI', {})).account.id).toBe('jdoe')
    expect(api.site.disk.records.at(-1)).toMatchObject({
      kind: 'session.started',
      actor: { id: 'jdoe', via: 'external' },
      body: { account: 'jdoe', by: 'external', issuer: provider.issuer },
    })
    expect(JSON.stringify(api.site.disk.records)).not.toContain(token)
  })

  test('works with a client secret, too, and not with a wrong one', async () => {
    await rule('relay-with-secret')
    secret = SECRET
    expect((await finish(await answered())).account.id).toBe('jdoe')
    // What is known of the provider is of one client: it is asked again for this one, with what the secret is by then.
    secret = `${SECRET}x`
    await rule('relay')
    await begin()
    await rule('relay-with-secret')
    await refused(await answered())
  })

  test('asks the provider to ask the person, whoever its browser was last', async () => {
    const { url } = await begin()
    const { searchParams } = new URL(url)
    expect(Object.fromEntries(searchParams)).toMatchObject({
      prompt: 'login',
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${origin}/signed-in`,
    })
    expect(new Set([searchParams.get('state'), searchParams.get('nonce')]).size).toBe(2)
  })

  test('opens what needs no password; what asks for one, asks for that of the relay', async () => {
    const { token } = await finish(await answered())
    const client = api.client(token)
    const newPassword = 'nickel otter canvas 17'
    const change = (password: string) => client.call('changePassword', { body: { password, newPassword } })
    expect(await problemOf(change('any'))).toBe('password-wrong')
    await change(good)
    // Another password ends this session as it ends every other.
    expect(await problemOf(client.call('whoAmI', {}))).toBe('unauthenticated')
  })

  test('an account without a password of its own comes in, and does nothing that asks for one', async () => {
    await api.site.people.add(first, { id: 'asmith', name: 'Ann Smith', roles: ['administrator'], reason })
    await api.site.people.link(first, 'asmith', { issuer: provider.issuer, subject: 'ann', reason })
    const { token } = await finish(await answered('ann'))
    const client = api.client(token)
    expect((await client.call('listAccounts', {})).accounts).toHaveLength(3)
    for (const password of ['', 'any', good])
      expect(await problemOf(client.call('disableAccount', { id: 'jdoe', body: { password, reason } }))).toBe(
        'password-wrong',
      )
    expect(api.site.people.account('jdoe')?.state).toBe('active')
  })

  test('a password that has come onto the list has to be changed before it opens anything by this way, too', async () => {
    await api.site.person(first, 'qadams', ['qa'], 'velvet copper marble 29')
    await api.site.people.link(first, 'qadams', { issuer: provider.issuer, subject: 'quinn', reason })
    api.site.common.add('velvet copper marble 29')
    const { token } = await finish(await answered('quinn'))
    const body = { password: 'velvet copper marble 29', reason, captures: [{ trail: 'x', seq: 1 }] }
    expect(await problemOf(api.client(token).call('claimCaptures', { body }))).toBe('password-change-needed')
  })
})

describe('nobody else comes in by the provider', { tags: ['req/P11-10d-1', 'challenge'] }, () => {
  test('whom no account is linked to', async () => {
    await refused(await answered('mallory'))
  })

  test.each(['disable', 'retire', 'unlink'] as const)(
    '%s: an account that may not, and what it had open ends',
    async (act) => {
      const { token } = await finish(await answered())
      const answer = await answered()
      await api.site.people[act](first, 'jdoe', reason)
      expect(await problemOf(api.client(token).call('whoAmI', {}))).toBe('unauthenticated')
      expect(api.site.disk.records.at(-1)).toMatchObject({
        kind: 'session.ended',
        body: { account: 'jdoe', why: 'account' },
      })
      await refused(answer, act === 'unlink' ? null : 'jdoe')
    },
  )

  test('a locked account, and what it had open ends', async () => {
    const { token } = await finish(await answered())
    for (let i = 0; i < 10; i++) {
      await problemOf(api.site.people.signIn('jdoe', `wrong ${i}`, `elsewhere-${i}`))
    }
    expect(await problemOf(api.client(token).call('whoAmI', {}))).toBe('unauthenticated')
    await refused(await answered(), 'jdoe')
  })

  test('a reset ends what the provider opened, also of an account that had no password yet', async () => {
    await api.site.people.add(first, { id: 'asmith', name: 'Ann Smith', roles: ['operator'], reason })
    await api.site.people.link(first, 'asmith', { issuer: provider.issuer, subject: 'ann', reason })
    for (const [id, subject] of [
      ['jdoe', 'jane'],
      ['asmith', 'ann'],
    ] as const) {
      const { token } = await finish(await answered(subject))
      await api.site.people.reset(first, id, reason)
      expect(await problemOf(api.client(token).call('whoAmI', {}))).toBe('unauthenticated')
    }
  })

  test('a site that goes to another provider, or to none, ends what the one before opened', async () => {
    const { token } = await finish(await answered())
    const answer = await answered()
    await changeRules(api.site.people, first, { identity: null }, reason, projects)
    expect(await problemOf(api.client(token).call('whoAmI', {}))).toBe('unauthenticated')
    await refused(answer)
    await api.site.people.sweep()
    expect(api.site.disk.records.at(-1)).toMatchObject({ kind: 'session.ended', body: { account: 'jdoe' } })
    expect(await problemOf(begin())).toBe('external-unavailable')
  })

  test('what was begun elsewhere: the state of another, the secret of another', async () => {
    const [mine, theirs] = [await answered(), await answered()]
    await refused({ ...mine, binding: theirs.binding })
    // It is used up by the attempt, for its owner too.
    await refused(mine)
    await refused({ ...theirs, state: 'A'.repeat(43) })
    await refused({ ...theirs, state: mine.state })
    await refused({ ...theirs, binding: '' })
  })

  test('the same again, a code of another sign-in, and what is ten minutes old', async () => {
    const answer = await answered()
    await finish(answer)
    await refused(answer)
    const [one, two] = [await answered(), await answered()]
    await refused({ ...one, code: two.code })
    const old = await answered()
    api.site.disk.pass(PENDING_MILLISECONDS)
    await refused(old)
    expect(provider.asked.filter((path) => path === 'POST /token')).toHaveLength(2)
  })

  test('an account that is unlinked while the provider is asked', async () => {
    const answer = await answered()
    at('/token', () => {
      void api.site.people.unlink(first, 'jdoe', reason)
      return false
    })
    expect(await problemOf(finish(answer))).toBe('sign-in-refused')
    expect(api.site.disk.kinds().filter((kind) => kind === 'session.started')).toHaveLength(1)
  })

  test('an answer that says it is of another issuer, or does not say of which', async () => {
    await refused({ ...(await answered()), iss: 'https://login.elsewhere.example' })
    const { iss: _, ...without } = await answered()
    await refused(without)
  })

  test.each<[string, Record<string, unknown>]>([
    ['another audience', { aud: 'somebody-else' }],
    ['several audiences', { aud: ['relay', 'somebody-else'] }],
    ['another nonce', { nonce: 'another' }],
    ['no nonce', { nonce: undefined }],
    ['another issuer', { iss: 'https://login.elsewhere.example' }],
    ['expired', { iat: 1, exp: 2 }],
    ['no time of the login', { auth_time: undefined }],
    ['a login of before', { auth_time: Math.floor(Date.now() / 1_000) - 300 }],
    ['no subject', { sub: '' }],
    ['a subject with what cannot be seen', { sub: 'jane\u200b' }],
  ])('an ID token, well signed, with %s', async (_, different) => {
    await refused(await withToken((url) => provider.sign({ ...claimsFor(url), ...different })))
  })

  test('an ID token by no algorithm, by the public key as a secret, by a key of its own, or altered', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const publicKey = await (await fetch(`${provider.issuer}/jwks`)).text()
    const hmac = (text: string) =>
      `${text}.${createHmac('sha256', publicKey).update(text).digest('base64url')}`
    const own = await generateKeyPair('RS256')
    const jwk = await exportJWK(own.publicKey)
    const tokens: ((url: string) => Promise<string>)[] = [
      async (url) => `${part({ alg: 'none' })}.${part(claimsFor(url))}.`,
      async (url) => hmac(`${part({ alg: 'HS256', kid: 'provider-1' })}.${part(claimsFor(url))}`),
      (url) =>
        new SignJWT(claimsFor(url))
          .setProtectedHeader({ alg: 'RS256', kid: 'provider-1', jwk })
          .sign(own.privateKey),
      async (url) => (await provider.sign(claimsFor(url))).replace(/\.[^.]{4}/, '.AAAA'),
    ]
    for (const token of tokens) await refused(await withToken(token))
    // The same, and nothing wrong with it.
    expect((await finish(await withToken((url) => provider.sign(claimsFor(url))))).account.id).toBe('jdoe')
  })

  test('a provider that answers garbage, too much, nothing, or with the way to elsewhere, when it is asked who it was', async () => {
    const elsewhere: IdentityProvider['twist'] = (_, response) => {
      response.writeHead(302, { location: 'https://elsewhere.example/token' })
      response.end()
      return true
    }
    for (const answer of [json('{"access'), json('x'.repeat(300_000)), json([]), elsewhere]) {
      const given = await answered()
      at('/token', answer)
      await refused(given)
      provider.twist = () => false
    }
  })

  test('a hundred tries that name nobody are two records', async () => {
    const before = api.site.disk.records.length
    const answer = { binding: 'A'.repeat(43), state: 'A'.repeat(43), code: 'x' }
    for (let i = 0; i < 100; i++) expect(await problemOf(finish(answer))).toBe('sign-in-refused')
    await api.site.people.sumUp()
    await api.site.people.sumUp()
    const made = api.site.disk.records.slice(before)
    expect(made.map(({ kind, body }) => [kind, body['count']])).toEqual([
      ['session.refused', undefined],
      ['session.refused', 99],
    ])
    // They guessed nobody's password: who types theirs does not wait for it.
    expect(await problemOf(api.site.people.signIn('jdoe', good, 'local'))).toBe('none')
  })

  test('however many begin: whoever has a mark begins, and finishes what they have begun', async () => {
    const { mark } = await api.site.people.signIn('jdoe', good, 'local')
    const known = async () => api.client().call('startExternalSignIn', { body: { mark } })
    const { url, binding } = await known()
    for (let i = 0; i < BEGIN_MAX; i++) await begin()
    for (let i = 0; i < 3 * PENDING_MAX; i++) {
      if (i % 3 === 0) api.site.disk.pass(100)
      await problemOf(begin())
    }
    expect(await problemOf(begin())).toBe('throttled')
    const signedIn = await finish({ binding, ...(await provider.login(url, 'jane')) })
    expect(signedIn.account.id).toBe('jdoe')
    // It is the same browser still, and its own tries are bounded, too.
    expect(api.site.disk.records.at(-1)?.body['mark']).toBe(
      api.site.people.caller(signedIn.token).session.mark,
    )
    const codes = []
    for (let i = 0; i < 6; i++) codes.push(await problemOf(known()))
    expect(codes).toEqual([...Array(5).fill('none'), 'throttled'])
  })
})

describe('a provider that cannot be asked', { tags: ['challenge'] }, () => {
  const document = '/.well-known/openid-configuration'
  const says = (different: object) => {
    const all = {
      issuer: provider.issuer,
      authorization_endpoint: `${provider.issuer}/auth`,
      token_endpoint: `${provider.issuer}/token`,
      jwks_uri: `${provider.issuer}/jwks`,
      response_types_supported: ['code'],
      ...different,
    }
    return json(all)
  }

  test.each<[string, () => IdentityProvider['twist']]>([
    ['answers garbage', () => json('<html>')],
    ['says too much', () => says({ more: 'x'.repeat(300_000) })],
    ['is another', () => says({ issuer: 'https://login.elsewhere.example' })],
    ['sends the page to a script', () => says({ authorization_endpoint: 'javascript:alert(1)' })],
    [
      'sends the page off without TLS',
      () => says({ authorization_endpoint: 'http://elsewhere.example/auth' }),
    ],
    [
      'wants its tokens fetched without TLS',
      () => says({ token_endpoint: 'http://elsewhere.example/token' }),
    ],
    ['signs by secrets only', () => says({ id_token_signing_alg_values_supported: ['HS256', 'none'] })],
    [
      'leads elsewhere',
      () => (_, response) => {
        response.writeHead(302, { location: `${provider.issuer}/elsewhere` })
        response.end()
        return true
      },
    ],
    ['hangs', () => () => true],
  ])('it %s: nobody is sent there, and people sign in by their password', async (_, answer) => {
    at(document, answer())
    const before = api.site.disk.records.length
    expect(await problemOf(begin())).toBe('external-unavailable')
    expect(api.site.identity?.fault).toEqual({ since: expect.any(Number) })
    expect(notes).toHaveLength(1)
    expect(api.site.disk.records).toHaveLength(before)
    expect(provider.asked).not.toContain('GET /elsewhere')
    expect(await problemOf(api.client().call('signIn', { body: { user: 'jdoe', password: good } }))).toBe(
      'none',
    )
    // Asked again at once, it is not: whoever clicks does not make the relay a nuisance.
    const asked = provider.asked.length
    expect(await problemOf(begin())).toBe('external-unavailable')
    expect(provider.asked).toHaveLength(asked)
  })
})

describe('links', { tags: ['req/P11-100a-1', 'challenge'] }, () => {
  const issuer = () => provider.issuer
  const link = (id: string, subject: string, of = issuer()) =>
    problemOf(api.site.people.link(first, id, { issuer: of, subject, reason }))

  test('one subject has one account, and one account one subject, also while it is disabled or retired', async () => {
    await api.site.person(first, 'asmith', ['operator'])
    expect(await link('asmith', 'jane')).toBe('link-taken')
    expect(await link('jdoe', 'another')).toBe('account-state')
    await api.site.people.retire(first, 'jdoe', reason)
    expect(await link('asmith', 'jane')).toBe('link-taken')
    // Case counts, and another provider's Jane is another.
    expect(await link('asmith', 'Jane')).toBe('none')
    await api.site.people.unlink(first, 'jdoe', reason)
    expect(await link('jdoe', 'jane')).toBe('account-state')
  })

  test('are of an https address and of a subject that can be seen', async () => {
    await api.site.people.unlink(first, 'jdoe', reason)
    for (const of of [
      '',
      'http://login.elsewhere.example',
      'https://a@b.example',
      'https://x.example/?a',
      'file:///x',
    ])
      expect(await link('jdoe', 'jane', of)).toBe('link-form')
    for (const subject of ['', 'ja ne', 'jane\n', 'jane\u200b', 'x'.repeat(256)])
      expect(await link('jdoe', subject)).toBe('link-form')
    expect(api.site.people.account('jdoe')?.external).toBeUndefined()
  })

  test('are to the provider of the site and to no other; where it has none, to any', async () => {
    await api.site.people.unlink(first, 'jdoe', reason)
    const elsewhere = 'https://login.elsewhere.example'
    expect(await link('jdoe', 'jane', elsewhere)).toBe('link-other-issuer')
    await changeRules(api.site.people, first, { identity: null }, reason, projects)
    expect(await link('jdoe', 'jane', elsewhere)).toBe('none')
  })

  test('are carried into a trail that is begun anew, and end there as they do here', async () => {
    const book = new AccountBook()
    const at = { time: '2026-03-02T08:00:00.000Z', actor: { id: 'r', name: 'r', via: 'relay' } }
    for (const [seq, { kind, body }] of carriedAccounts(api.site.people.accounts()).entries())
      book.take({ kind, body, seq, ...at })
    expect(book.get('jdoe')).toEqual({ ...api.site.people.account('jdoe'), signer: { state: 'none' } })
    expect(book.linkedTo({ issuer: issuer(), subject: 'jane' })?.id).toBe('jdoe')
  })

  test('are for administrators, and outlive a restart', async () => {
    const jdoe = await api.site.caller('jdoe')
    const asked = { issuer: issuer(), subject: 'x', reason }
    await expect(api.site.people.link(jdoe, 'first', asked)).rejects.toMatchObject({ code: 'forbidden' })
    const again = api.site.start()
    expect(again.linkedTo({ issuer: issuer(), subject: 'jane' })?.id).toBe('jdoe')
  })
})
