import { beforeAll, describe, expect, test } from 'vitest'
import {
  isContent,
  mayDo,
  PROBLEM_TYPE,
  Problem,
  problemCodes,
  problemJson,
  problemSchema,
  routeNames,
  routeOf,
  sentenceOf,
  statusOf,
} from '../../api/index.ts'
import { good, other, reason } from '../people-site.test-support.ts'
import { ROOM_A_SECOND, ROOM_MAX } from '../sessions/sessions.ts'
import { ApiSite, codeOf, pathFor, requestOf } from './api-site.test-support.ts'
import { relayApi } from './relay-api.ts'
import { securityHeadersOf } from './security-headers.ts'

const api = new ApiSite()
let token: string
let qa: string

beforeAll(async () => {
  const first = await api.site.first()
  await api.site.person(first, 'jdoe', ['operator'])
  token = await api.token('first')
  await api.site.person(first, 'rev', ['qa'])
  qa = await api.token('rev')
})

/** SECURITY.md 2.6, written out: whoever changes one changes the other. */
const headersOfAll = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types relay-sw",
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), ' +
    'hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
const refusal = { ...headersOfAll, 'content-type': PROBLEM_TYPE }
const headersIn = (answer: Response) => Object.fromEntries(answer.headers)

/** What only reading says. */
const etag = expect.stringMatching(/^"[A-Za-z0-9_-]{43}"$/)
const unchanging = 'private, max-age=31536000, immutable'
const bytes = 'application/octet-stream'
const contentHeadersOf: { readonly [name: string]: object } = {
  readCheckpoint: { 'content-type': 'text/plain; charset=utf-8', etag, 'cache-control': 'no-cache' },
  readTile: { 'content-type': bytes, etag, 'cache-control': unchanging },
  readEntries: { 'content-type': bytes, etag, 'cache-control': unchanging, vary: 'accept-encoding' },
  readBundles: { 'content-type': bytes, vary: 'accept-encoding' },
  readFeed: { 'content-type': 'application/x-ndjson' },
  readProblemPage: { 'content-type': 'text/plain; charset=utf-8', vary: 'accept' },
  readSignedInPage: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  },
  listenToTrail: { 'content-type': 'text/event-stream' },
}
const contentHeaders = (name: string) => contentHeadersOf[name] ?? {}

describe('every answer has the same headers, and no others', () => {
  test.each(routeNames)('%s, refused and done', async (name) => {
    const { method, action, body, result } = routeOf(name)
    const ask = (headers = {}) =>
      api.ask(requestOf(method, pathFor(name), { headers, ...(body === undefined ? {} : { body: '{}' }) }))
    const wrongHost = await ask({ host: 'evil.example' })
    expect(headersIn(wrongHost)).toEqual(refusal)
    expect(wrongHost.status).toBe(421)
    const unknown = await ask({ authorization: `Bearer ${'A'.repeat(43)}` })
    if (action !== undefined) expect(headersIn(unknown)).toEqual({ ...refusal, 'www-authenticate': 'Bearer' })
    if (name === 'signOut') return
    if (name === 'startExternalSignIn') {
      // The site has no provider.
      expect((await ask()).status).toBe(503)
      return
    }
    const isQas = action !== undefined && !mayDo(['administrator'], action)
    const known = await ask({ authorization: `Bearer ${isQas ? qa : token}` })
    if (pathFor(name).includes('/exports/')) {
      // Nobody has asked for one here.
      expect(known.status).toBe(404)
      expect(headersIn(known)).toEqual(refusal)
      return
    }
    expect(known.status).toBe(body === undefined ? 200 : 400)
    if (isContent(result))
      return expect(headersIn(known)).toEqual({ ...headersOfAll, ...contentHeaders(name) })
    const type = body === undefined && result !== undefined ? 'application/json' : PROBLEM_TYPE
    expect(headersIn(known)).toEqual({ ...headersOfAll, 'content-type': type })
  })

  test('done with nothing to say', async () => {
    const answer = await api.ask(requestOf('DELETE', '/v1/session', { token: await api.token('first') }))
    expect(answer.status).toBe(204)
    expect(headersIn(answer)).toEqual(headersOfAll)
  })

  test('a place that is not there, a method that is not taken, a wait, a fault', async () => {
    expect(headersIn(await api.ask(requestOf('GET', '/v1/nowhere')))).toEqual(refusal)
    const wrongMethod = await api.ask(requestOf('PUT', '/v1/session'))
    expect(headersIn(wrongMethod)).toEqual({ ...refusal, allow: 'POST, GET, HEAD, DELETE' })
    const { app, options, site } = new ApiSite()
    expect(headersIn(await app.request(requestOf('POST', '/v1/session')))).toEqual(refusal)
    for (let i = 0; i < 5; i++) await site.people.signIn('nobody-here', other, 'local').catch(() => {})
    const body = JSON.stringify({ user: 'nobody-here', password: good })
    const wait = await app.request(requestOf('POST', '/v1/session', { body }))
    expect(headersIn(wait)).toEqual({ ...refusal, 'retry-after': '60' })
    const secure = relayApi({ ...options, origins: ['https://relay.lab.example'] })
    const headers = { host: 'relay.lab.example', origin: 'https://relay.lab.example' }
    expect(headersIn(await secure.request(requestOf('GET', '/v1/nowhere', { headers })))).toEqual({
      ...refusal,
      'strict-transport-security': 'max-age=31536000',
    })
    expect(securityHeadersOf(['http://localhost:1', 'https://relay.lab.example'])).toEqual(headersOfAll)
  })
})

describe('a refusal', () => {
  test.each([
    ['GET', '/', 'not-found'],
    ['GET', '/v1', 'not-found'],
    ['GET', '/v1/', 'not-found'],
    ['GET', '/v1/session/', 'not-found'],
    ['GET', '/V1/session', 'not-found'],
    ['GET', '/v1//session', 'not-found'],
    ['GET', '/v1/%73ession', 'not-found'],
    ['POST', '/v1/accounts//disable', 'not-found'],
    ['POST', '/v1/accounts/a%2fb/disable', 'not-found'],
    ['POST', '/v1/accounts/j%64oe/disable', 'not-found'],
    ['POST', '/v1/accounts/.hidden/disable', 'not-found'],
    ['POST', '/v1/accounts/jdoe/delete', 'not-found'],
    ['POST', '/v1/accounts/jdoe', 'not-found'],
    ['POST', `/v1/accounts/${'j'.repeat(65)}/disable`, 'not-found'],
    ['GET', '/v1/accounts/jdoe/disable', 'method-not-allowed'],
    ['PUT', '/v1/accounts', 'method-not-allowed'],
    ['PATCH', '/v1/hello', 'method-not-allowed'],
    ['OPTIONS', '/v1/hello', 'method-not-allowed'],
    ['DELETE', '/v1/hello', 'method-not-allowed'],
  ])('%s %s: %s', async (method, path, code) => {
    expect(await codeOf(await api.ask(requestOf(method, path, { token })))).toBe(code)
  })

  test('is a problem of RFC 9457 and says nothing else', async () => {
    const answer = await api.ask(requestOf('GET', '/v1/accounts'))
    expect(answer.status).toBe(401)
    expect(await answer.json()).toEqual({
      type: '/problems/unauthenticated',
      title: 'Sign in first.',
      status: 401,
      code: 'unauthenticated',
    })
  })

  test('has a status that fits its schema, whatever its code', () => {
    for (const code of problemCodes) {
      expect(statusOf(code)).toBeGreaterThanOrEqual(400)
      const json = { type: '/problems/x', title: 'x', status: statusOf(code), code }
      expect(problemSchema.safeParse(json).success).toBe(true)
    }
  })

  test('of the relay’s own fault says no more than that, and is told to the relay', async () => {
    const ill = new ApiSite()
    await ill.site.first()
    ill.site.disk.full = true
    const body = JSON.stringify({ user: 'first', password: good })
    const answer = await ill.ask(requestOf('POST', '/v1/session', { body }))
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toMatch(/disk|full|at /)
    expect(ill.errors.map(String)).toEqual(['Error: the disk is full'])
    expect(ill.refusals).toEqual(['internal signIn'])
  })

  test('is told to the log without a word of whoever asked', async () => {
    const other = new ApiSite()
    await other.ask(requestOf('GET', '/v1/accounts/first\u202e?x', { headers: { host: 'evil.example' } }))
    await other.ask(requestOf('DELETE', '/v1/session', { headers: { authorization: 'Bearer x' } }))
    expect(other.refusals).toEqual(['host-refused ?', 'unauthenticated signOut'])
  })
})

test('an answer that is not what its schema says does not leave the relay', async () => {
  const ill = new ApiSite()
  const odd = { ...ill.options, trail: undefined as unknown as string }
  const answer = await ill.ask(requestOf('GET', '/v1/hello'), relayApi(odd))
  expect(answer.status).toBe(500)
  expect(ill.errors).toHaveLength(1)
})

test('what takes no body is not sent one', async () => {
  const mine = await api.token('first')
  const answer = await api.ask(requestOf('DELETE', '/v1/session', { token: mine, body: '{}' }))
  expect(await codeOf(answer)).toBe('body-unreadable')
  expect(api.site.people.caller(mine).account.id).toBe('first')
})

describe('the token', () => {
  const asked = (headers: Record<string, string>, path = '/v1/session') =>
    api.ask(requestOf('GET', path, { headers })).then(codeOf)

  test('is taken from the Authorization header and from nowhere else', { tags: ['challenge'] }, async () => {
    expect(await asked({ authorization: `Bearer ${token}` })).toBe('none')
    expect(await asked({ authorization: `bearer ${token}` })).toBe('none')
    for (const headers of [
      {},
      { cookie: `session=${token}; __Host-relay=${token}` },
      { 'x-authorization': `Bearer ${token}` },
      { authorization: token },
      { authorization: `Basic ${token}` },
      { authorization: `Bearer  ${token}` },
      { authorization: `Bearer ${token}x` },
      { authorization: `Bearer ${token}, Bearer ${token}` },
      { authorization: `Bearer ${'A'.repeat(100_000)}` },
    ])
      expect(await asked(headers)).toBe('unauthenticated')
    expect(await asked({}, `/v1/session?access_token=${token}`)).toBe('bad-request')
  })

  test('of one session opens nothing after it ends', async () => {
    const mine = await api.token('first')
    const signOut = () => api.ask(requestOf('DELETE', '/v1/session', { token: mine })).then(codeOf)
    expect([await signOut(), await signOut()]).toEqual(['none', 'unauthenticated'])
  })
})

test('one session asks so much at once, then waits; others do not, and time makes room', {
  tags: ['challenge'],
}, async () => {
  const one = new ApiSite()
  await one.site.first()
  const [mine, other] = [await one.token('first'), await one.token('first')]
  const ask = (token: string) => one.ask(requestOf('GET', '/v1/session', { token }))
  for (let i = 0; i < ROOM_MAX; i++) expect((await ask(mine)).status).toBe(200)
  const waits = await ask(mine)
  expect([waits.status, waits.headers.get('retry-after')]).toEqual([429, '1'])
  expect((await ask(other)).status).toBe(200)
  one.site.disk.now += 1_000
  for (let i = 0; i < ROOM_A_SECOND; i++) expect((await ask(mine)).status).toBe(200)
  expect((await ask(mine)).status).toBe(429)
  expect((await one.ask(requestOf('DELETE', '/v1/session', { token: mine }))).status).toBe(204)
})

describe('the password of whoever asks', () => {
  const disable = (password: string) =>
    api
      .ask(
        requestOf('POST', '/v1/accounts/jdoe/disable', { token, body: JSON.stringify({ password, reason }) }),
      )
      .then(codeOf)

  test('is asked for again, and a wrong one is recorded, counted and answered by a wait', {
    tags: ['challenge'],
  }, async () => {
    const { disk } = api.site
    for (let i = 0; i < 5; i++) {
      expect(await disable(other)).toBe('password-wrong')
      expect(disk.records.at(-1)).toMatchObject({ kind: 'session.refused', body: { account: 'first' } })
    }
    expect(await disable(good)).toBe('throttled')
    expect(api.site.people.account('jdoe')?.state).toBe('active')
    disk.pass(60_000)
    expect(await disable(good)).toBe('none')
    expect(disk.records.at(-1)).toMatchObject({
      kind: 'account.disabled',
      actor: { id: 'first', via: 'session' },
    })
  })

  test('does nothing for a session that ended while it was checked', { tags: ['challenge'] }, async () => {
    const site = new ApiSite()
    const first = await site.site.first()
    await site.site.person(first, 'jdoe', ['operator'])
    const mine = await site.token('first')
    const body = JSON.stringify({ password: good, reason })
    const asked = site.ask(requestOf('POST', '/v1/accounts/jdoe/disable', { token: mine, body }))
    await site.ask(requestOf('DELETE', '/v1/session', { token: mine }))
    expect(await codeOf(await asked)).toBe('unauthenticated')
    expect(site.site.people.account('jdoe')?.state).toBe('active')
  })

  test('is asked for wherever accounts and rights are changed', () => {
    const without = routeNames.filter((name) => routeOf(name).method !== 'GET' && !routeOf(name).asksPassword)
    // Proof of possession is asked for the key, and a statement is signed itself: its key is opened by a password.
    const proved = ['startEnrolment', 'renewLease', 'giveStatements']
    // Whoever is asked who they are by the provider, and whoever it has signed for.
    const external = ['startExternalSignIn', 'finishExternalSignIn']
    const presence = ['beginPresence', 'endPresence']
    expect(without).toEqual([
      'signIn',
      ...external,
      'signOut',
      'setPasswordByCode',
      'recoverAccount',
      ...proved,
      ...presence,
      // It changes nothing.
      'lookAtFolder',
    ])
    for (const name of routeNames)
      if (routeOf(name).asksPassword)
        expect(routeOf(name).body?.safeParse({}).error?.message).toContain('password')
  })
})

test('what somebody may not do is an event on record, summed up and not lost', {
  tags: ['req/P11-10d-1', 'challenge'],
}, async () => {
  const here = new ApiSite()
  const first = await here.site.first()
  await here.site.person(first, 'jdoe', ['operator'])
  const token = await here.token('jdoe')
  const { disk, people } = here.site
  const before = disk.records.length
  for (let i = 0; i < 7; i++) await here.ask(requestOf('GET', '/v1/accounts', { token }))
  for (const name of ['disableAccount', 'retireAccount'] as const)
    await here.ask(requestOf('POST', pathFor(name, 'first'), { token, body: '{}' }))
  // Nobody is named where nobody is signed in.
  await here.ask(requestOf('GET', '/v1/accounts', { token: 'A'.repeat(43) }))
  expect(disk.records).toHaveLength(before)
  disk.full = true
  await expect(people.sumUp()).rejects.toThrow('full')
  disk.full = false
  disk.pass(1_000)
  await here.ask(requestOf('GET', '/v1/accounts', { token }))
  await people.sumUp()
  await people.sumUp()
  const at = new Date(disk.wall - 1_000).toISOString()
  const now = new Date(disk.wall).toISOString()
  const one = { account: 'jdoe', count: 1, from: at, to: at }
  expect(disk.records.slice(before).map(({ kind, body }) => [kind, body])).toEqual([
    [
      'access.refused',
      { account: 'jdoe', action: 'account.list', route: 'listAccounts', count: 8, from: at, to: now },
    ],
    ['access.refused', { ...one, action: 'account.disable', route: 'disableAccount' }],
    ['access.refused', { ...one, action: 'account.retire', route: 'retireAccount' }],
  ])
})

test('HEAD is answered like GET, without a body', async () => {
  const answer = await api.ask(requestOf('HEAD', '/v1/hello', { headers: { 'content-type': undefined } }))
  expect(answer.status).toBe(200)
  expect(await answer.text()).toBe('')
})

describe('the page of a refusal', () => {
  const page = (code: string, accept?: string) =>
    api.ask(requestOf('GET', `/problems/${code}`, { headers: { accept } }))

  test.each(problemCodes)('%s is at the address that is its type, for whoever asks', async (code) => {
    const { type } = problemJson(new Problem(code))
    const text = await api.ask(requestOf('GET', type))
    expect([text.status, text.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(await text.text()).toBe(`${code} (${statusOf(code)})\n${sentenceOf(code)}\n`)
    const html = await page(code, 'text/html,application/xhtml+xml,*/*;q=0.8')
    expect(html.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const source = await html.text()
    expect(source).toContain(`<p>${sentenceOf(code).replaceAll('&', '&amp;')}</p>`)
    expect(source).not.toMatch(/<(?:script|style|link|img)\b|\b(?:href|src|style|on[a-z]+)=/)
  })

  test.each([undefined, '*/*', 'application/json', 'text/html;q=0', 'text/htmlx', 'text/plain'])(
    'is text for %s',
    async (accept) => {
      expect((await page('forbidden', accept)).headers.get('content-type')).toBe('text/plain; charset=utf-8')
    },
  )

  test.each(['unheard-of', 'constructor', 'to-string', 'Forbidden', 'forbidden/', '-', ''])(
    'is not there for %s',
    { tags: ['challenge'] },
    async (code) => {
      expect(await codeOf(await page(code))).toBe('not-found')
    },
  )
})

describe('accounts are listed', () => {
  const list = async (site: ApiSite, query: { readonly after?: string; readonly limit?: string }) =>
    site.client(await site.token('first')).call('listAccounts', { query })

  test('a page after the other, each once', async () => {
    const many = new ApiSite()
    const first = await many.site.first()
    for (let i = 0; i < 6; i++)
      await many.site.people.add(first, { id: `p${i}-x`, name: `Person ${i}`, roles: ['operator'], reason })
    const ids: string[] = []
    for (let after: string | null | undefined; after !== null; ) {
      const page = await list(many, { limit: '3', ...(after === undefined ? {} : { after }) })
      expect(page.accounts.length).toBeLessThanOrEqual(3)
      ids.push(...page.accounts.map(({ id }) => id))
      after = page.next
    }
    expect(ids).toEqual(['first', ...[0, 1, 2, 3, 4, 5].map((i) => `p${i}-x`)])
    expect(await list(many, {})).toMatchObject({ next: null, accounts: { length: 7 } })
    expect(await list(many, { after: 'p5-x' })).toEqual({ accounts: [], devices: [], next: null })
    await expect(list(many, { after: 'nobody-here' })).rejects.toMatchObject({ code: 'account-unknown' })
  })

  test.each(['0', '201', '-1', '1.5', 'all', ''])(
    'never %s at once',
    { tags: ['challenge'] },
    async (limit) => {
      await expect(list(api, { limit })).rejects.toMatchObject({ code: 'bad-request' })
    },
  )
})

test('an administrator ends all sessions of an account, and of no other', {
  tags: ['challenge'],
}, async () => {
  const site = new ApiSite()
  await site.site.person(await site.site.first(), 'jdoe', ['operator'])
  const [mine, ...theirs] = [await site.token('first'), await site.token('jdoe'), await site.token('jdoe')]
  await site.client(mine).call('endSessions', { id: 'jdoe', body: { password: good, reason } })
  const who = (token: string | undefined) => site.ask(requestOf('GET', '/v1/session', { token })).then(codeOf)
  expect(await Promise.all(theirs.map(who))).toEqual(['unauthenticated', 'unauthenticated'])
  expect(await who(mine)).toBe('none')
  expect(site.site.disk.records.slice(-3)).toMatchObject([
    { kind: 'account.sessions-ended', actor: { id: 'first' }, body: { account: 'jdoe', reason } },
    { kind: 'session.ended', body: { account: 'jdoe', why: 'by-administrator' } },
    { kind: 'session.ended', body: { account: 'jdoe', why: 'by-administrator' } },
  ])
  expect(await who(await site.token('jdoe'))).toBe('none')
  // And one's own, with the very one that asks.
  await site.client(mine).call('endSessions', { id: 'first', body: { password: good, reason } })
  expect(await who(mine)).toBe('unauthenticated')
})
