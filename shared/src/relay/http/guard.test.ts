import { beforeAll, describe, expect, test } from 'vitest'
import { good } from '../people-site.test-support.ts'
import { ApiSite, codeOf, origin, origins, type RequestParts, requestOf } from './api-site.test-support.ts'
import { guard, guardSteps, refusalOf } from './guard.ts'
import { apiBehind, relayApi } from './relay-api.ts'

const api = new ApiSite()
let token: string

beforeAll(async () => {
  await api.site.first()
  token = await api.token('first')
})

interface Sent extends RequestParts {
  readonly method?: 'GET' | 'POST'
  readonly path?: string
}

/** As another page or program sends it: nothing that the relay's own page would add. */
const bare = {
  'sec-fetch-site': undefined,
  origin: undefined,
  'x-relay': undefined,
  'content-type': undefined,
}
const json = { 'content-type': 'application/json' }
const plain = { 'content-type': 'text/plain' }
const rebound = { host: 'evil.example:7411', origin: 'http://evil.example:7411' }
const signIn = JSON.stringify({ user: 'first', password: good })

/** All of them with everything else as it should be: a valid token, a right password. */
function sent({ method = 'POST', path, headers, body }: Sent): Request {
  if (method === 'GET')
    return requestOf('GET', path ?? '/v1/accounts', { token, headers: { ...bare, ...headers } })
  return requestOf('POST', path ?? '/v1/session', {
    token,
    headers: { ...bare, ...headers },
    body: body ?? signIn,
  })
}

/** SECURITY.md 2.5, row by row. */
const matrix: readonly (readonly [row: string, sent: Sent, status: number])[] = [
  ['own page, JSON', { headers: { ...json, 'sec-fetch-site': 'same-origin', origin, 'x-relay': '1' } }, 200],
  [
    'DNS-rebound POST JSON',
    { headers: { ...rebound, ...json, 'sec-fetch-site': 'same-origin', 'x-relay': '1' } },
    421,
  ],
  [
    'DNS-rebound POST text/plain',
    { headers: { ...rebound, ...plain, 'sec-fetch-site': 'same-origin' } },
    421,
  ],
  [
    'DNS-rebound GET',
    { method: 'GET', headers: { host: 'evil.example:7411', 'sec-fetch-site': 'same-origin' } },
    421,
  ],
  [
    'cross-site POST text/plain',
    { headers: { ...plain, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } },
    403,
  ],
  [
    'cross-site POST JSON without Sec-Fetch',
    { headers: { ...json, origin: 'https://evil.example', 'x-relay': '1' } },
    403,
  ],
  [
    'cross-site POST octet-stream',
    {
      headers: {
        'content-type': 'application/octet-stream',
        'sec-fetch-site': 'cross-site',
        origin: 'https://evil.example',
      },
    },
    403,
  ],
  ['cross-site GET no-cors', { method: 'GET', headers: { 'sec-fetch-site': 'cross-site' } }, 403],
  [
    'Host 0.0.0.0',
    { method: 'GET', headers: { host: '0.0.0.0:7411', 'sec-fetch-site': 'same-origin' } },
    421,
  ],
  ['Origin null', { headers: { ...json, origin: 'null', 'x-relay': '1' } }, 403],
  ['local script without any browser header', { headers: { ...json, 'x-relay': '1' } }, 403],
]

/** More of the kind. */
const hostile: readonly (readonly [what: string, sent: Sent, status: number])[] = [
  ['no Host', { method: 'GET', headers: { host: undefined } }, 421],
  ['Host of another port', { method: 'GET', headers: { host: '127.0.0.1:7412' } }, 421],
  ['Host without a port', { method: 'GET', headers: { host: 'localhost' } }, 421],
  ['Host that begins like ours', { method: 'GET', headers: { host: 'localhost:7411.evil.example' } }, 421],
  ['Host with a final dot', { method: 'GET', headers: { host: 'localhost.:7411' } }, 421],
  ['two Hosts', { method: 'GET', headers: { host: '127.0.0.1:7411, evil.example' } }, 421],
  ['a page of the same site, other port', { method: 'GET', headers: { 'sec-fetch-site': 'same-site' } }, 403],
  ['two sites', { method: 'GET', headers: { 'sec-fetch-site': 'same-origin, cross-site' } }, 403],
  [
    'a typed address that changes something',
    { headers: { ...json, 'sec-fetch-site': 'none', 'x-relay': '1' } },
    403,
  ],
  ['and names our origin', { headers: { ...json, 'sec-fetch-site': 'none', origin, 'x-relay': '1' } }, 403],
  ['GET with a foreign Origin alone', { method: 'GET', headers: { origin: 'https://evil.example' } }, 403],
  [
    'another of our origins',
    {
      headers: { ...json, origin: 'http://localhost:7411', 'sec-fetch-site': 'same-origin', 'x-relay': '1' },
    },
    403,
  ],
  [
    'our origin, other scheme',
    { headers: { ...json, origin: 'https://127.0.0.1:7411', 'x-relay': '1' } },
    403,
  ],
  ['our origin without a scheme', { headers: { ...json, origin: '127.0.0.1:7411', 'x-relay': '1' } }, 403],
  ['a form of our own', { headers: { ...plain, origin, 'x-relay': '1' } }, 415],
  ['no type', { headers: { origin, 'x-relay': '1', 'content-type': '' } }, 415],
  [
    'JSON in another encoding',
    { headers: { 'content-type': 'application/json; charset=utf-16', origin, 'x-relay': '1' } },
    415,
  ],
  ['two types', { headers: { 'content-type': 'application/json, text/plain', origin, 'x-relay': '1' } }, 415],
  ['a packed body', { headers: { ...json, origin, 'x-relay': '1', 'content-encoding': 'gzip' } }, 415],
  ['a beacon of our own: JSON, but not the header', { headers: { ...json, origin } }, 403],
  ['the header with another value', { headers: { ...json, origin, 'x-relay': '1, 1' } }, 403],
  ['a token in the address', { method: 'GET', path: '/v1/accounts?token=abc' }, 400],
  [
    'a token in the address of what changes something',
    { path: '/v1/session?access_token=abc', headers: { ...json, origin, 'x-relay': '1' } },
    400,
  ],
]

describe('the hostile requests of SECURITY.md 2.5', () => {
  test.each(matrix)('%s', { tags: ['challenge'] }, async (_, request, status) => {
    const before = api.site.disk.records.length
    const answer = await api.ask(sent(request))
    expect(answer.status).toBe(status)
    if (status !== 200) expect(api.site.disk.records).toHaveLength(before)
  })

  test.each(hostile)('and %s', { tags: ['challenge'] }, async (_, request, status) => {
    const before = api.site.disk.records.length
    expect((await api.ask(sent(request))).status).toBe(status)
    expect(api.site.disk.records).toHaveLength(before)
  })

  test('a preflight of another origin is refused and given no CORS header', async () => {
    const headers = {
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-relay, authorization, content-type',
    }
    const answer = await api.ask(requestOf('OPTIONS', '/v1/session', { headers }))
    expect(answer.status).toBe(403)
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('a program that is no browser', () => {
  const scripted = { ...bare, ...json, 'x-relay': '1' }

  test('reads with a session of its own, and with nothing else', async () => {
    expect((await api.ask(requestOf('GET', '/v1/accounts', { token, headers: bare }))).status).toBe(200)
    expect((await api.ask(requestOf('GET', '/v1/accounts', { headers: bare }))).status).toBe(401)
  })

  test('signs in and changes something once it names the origin of the relay', async () => {
    const named = { ...scripted, origin }
    expect((await api.ask(requestOf('POST', '/v1/session', { headers: named, body: signIn }))).status).toBe(
      200,
    )
    const answer = await api.ask(requestOf('POST', '/v1/accounts', { token, headers: named, body: '{}' }))
    expect(await codeOf(answer)).toBe('bad-request')
    expect((await api.ask(requestOf('POST', '/v1/accounts', { headers: named, body: '{}' }))).status).toBe(
      401,
    )
  })

  test('is refused without, whatever its token', { tags: ['challenge'] }, async () => {
    const answer = await api.ask(requestOf('DELETE', '/v1/session', { token, headers: scripted }))
    const refusal = (await answer.json()) as { readonly code: string; readonly detail: string }
    expect(refusal.code).toBe('origin-refused')
    // A program is told what its headers have to be.
    expect(refusal.detail).toContain('x-relay: 1, and as origin the address it asks')
  })
})

describe('each step of the guard is needed', () => {
  const all = [...matrix, ...hostile].filter(([, , status]) => status !== 200)

  test('the steps are those of SECURITY.md, in its order', () => {
    expect(guardSteps(origins).map(({ name }) => name)).toEqual(['host', 'site', 'origin', 'form', 'header'])
  })

  test.each(['host', 'site', 'origin', 'form', 'header'] as const)(
    'without the step %s a hostile request is done',
    { tags: ['challenge'] },
    async (left) => {
      const steps = guardSteps(origins).filter(({ name }) => name !== left)
      const app = apiBehind(guard(steps), api.options)
      const done: string[] = []
      for (const [what, request] of all)
        if ((await api.ask(sent(request), app)).status === 200) done.push(what)
      expect(done).not.toEqual([])
    },
  )

  test('and the first one to refuse says why', () => {
    const steps = guardSteps(origins)
    const everythingWrong = {
      method: 'PUT',
      path: '/v1/session',
      query: '?token=1',
      header: (name: string) => ({ host: 'evil.example', 'sec-fetch-site': 'cross-site' })[name],
    }
    const said = steps.map((_, i) => refusalOf(steps.slice(i), everythingWrong))
    expect(said).toEqual([
      'host-refused',
      'origin-refused',
      'origin-refused',
      'method-not-allowed',
      'origin-refused',
    ])
  })

  test.each([
    ['a browser that the provider sends there', { 'sec-fetch-site': 'cross-site' }, 200],
    ['a browser sent there from another port of this machine', { 'sec-fetch-site': 'same-site' }, 200],
    ['a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' }, 403],
    [
      'an image',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      403,
    ],
    [
      'a script that reads',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
      403,
    ],
    ['a page that names itself', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['a name that is not ours', { 'sec-fetch-site': 'cross-site', host: 'evil.example' }, 421],
  ])(
    'the page people are sent back to is shown to %s: %j, %s',
    { tags: ['challenge'] },
    async (_, headers, status) => {
      const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
      const land = (path: string, method: 'GET' | 'POST' = 'GET') =>
        api.ask(requestOf(method, path, { headers: { ...bare, ...navigation, ...headers } }))
      expect((await land('/signed-in?code=abc&state=def&session_state=x')).status).toBe(status)
      // And to nowhere else, and with nothing that changes something.
      if (status === 200) {
        for (const path of ['/v1/hello', '/v1/accounts', '/problems/forbidden', '/signed-in/', '/'])
          expect((await land(path)).status).toBe(403)
        expect((await land('/signed-in', 'POST')).status).toBe(403)
      }
    },
  )

  test('what a host serves besides stands behind it too', async () => {
    const app = relayApi(api.options).get('/', (c) => c.text('the app'))
    const answer = await api.ask(requestOf('GET', '/?source=home-screen'), app)
    expect(await answer.text()).toBe('the app')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    const withScripts = relayApi(api.options).get('/', (c) => c.html('<title>the app</title>'))
    const page = await api.ask(requestOf('GET', '/'), withScripts)
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    expect((await api.ask(requestOf('GET', '/', { headers: { host: 'evil.example' } }), app)).status).toBe(
      421,
    )
    expect((await api.ask(requestOf('POST', '/'), app)).status).toBe(404)
  })
})
