import { describe, expect, test } from 'vitest'
import { healthApp } from './http.ts'

const app = (ready: boolean) =>
  healthApp(7411, () => ({
    relay: 'ws-nmr-01',
    ready,
    state: ready ? 'running' : 'held',
    reasons: ready ? [] : ['nothing can be recorded'],
    degraded: ['the notary cannot be asked'],
  }))
const get = (path: string, headers: Record<string, string>) =>
  app(true).request(path, { headers: { host: '127.0.0.1:7411', ...headers } })

describe('health by HTTP', () => {
  test('says that it is there, and whether it is at work', async () => {
    expect((await get('/healthz', {})).status).toBe(200)
    expect(await (await get('/readyz', {})).json()).toEqual({
      relay: 'ws-nmr-01',
      ready: true,
      state: 'running',
      reasons: [],
      degraded: ['the notary cannot be asked'],
    })
    const held = await app(false).request('/readyz', { headers: { host: 'localhost:7411' } })
    expect([held.status, await held.json()]).toMatchObject([
      503,
      { ready: false, state: 'held', reasons: ['nothing can be recorded'] },
    ])
    expect(await (await get('/', {})).text()).toContain('the notary cannot be asked')
  })

  test.each([
    'evil.example',
    'evil.example:7411',
    '0.0.0.0:7411',
    '127.0.0.1',
    '127.0.0.1:7412',
    '127.0.0.1.evil.example:7411',
    '',
  ])('asked under the host "%s" is not answered', { tags: ['challenge'] }, async (host) => {
    expect((await get('/readyz', { host })).status).toBe(421)
  })

  test.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('asked by another site, %o, is not answered', { tags: ['challenge'] }, async (headers) => {
    expect((await get('/readyz', headers as Record<string, string>)).status).toBe(403)
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('has nothing to %s', async (method) => {
    expect((await app(true).request('/readyz', { method, headers: { host: '127.0.0.1:7411' } })).status).toBe(
      404,
    )
  })

  test('lets no page frame or read it', async () => {
    const { headers } = await get('/', {})
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })
})
