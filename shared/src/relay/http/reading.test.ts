import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { routeNames, routeOf } from '../../api/index.ts'
import { decodeBundle, encodeBundle } from '../../trail/index.ts'
import { trailId } from '../reading/trail-reader.ts'
import { ROOM_A_SECOND, ROOM_MAX } from '../sessions/sessions.ts'
import { ApiSite, codeOf, readable, readableTrail, requestOf } from './api-site.test-support.ts'

/* Trails as they are read over HTTP. */

const api = new ApiSite()
const trail = trailId(readableTrail)
const at = (path: string) => `/v1/trails/${trail}/${path}`
let token: string

beforeAll(async () => {
  await api.site.first()
  token = await api.token('first')
})

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return api.ask(requestOf(method, path, { token, headers: { 'content-type': undefined, ...headers } }))
}

const full = at('tile/entries/000')
const partial = at(`tile/entries/002.p/${readable - 512}`)

describe('what was read before', () => {
  test.each([
    [at('checkpoint'), 'no-cache'],
    [full, 'private, max-age=31536000, immutable'],
    [partial, 'no-cache'],
    [at('tile/0/000'), 'private, max-age=31536000, immutable'],
    [at('tile/1/000.p/2'), 'no-cache'],
  ])('is not sent again: %s', async (path, kept) => {
    const first = await ask(path)
    const etag = first.headers.get('etag') ?? ''
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, kept])
    for (const named of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask(path, { 'if-none-match': named })
      expect([again.status, await again.text()], named).toEqual([304, ''])
      expect(again.headers.get('etag')).toBe(etag)
      expect(again.headers.get('cache-control')).toBe(kept)
    }
    for (const named of ['', '"other"', etag.slice(1, -1), etag.slice(0, -2), 'x'.repeat(5_000)])
      expect((await ask(path, { 'if-none-match': named })).status, named).toBe(200)
  })

  test('is sent again once there is more', async () => {
    const grown = new ApiSite()
    await grown.site.first()
    const mine = grown.client(await grown.token('first'))
    const before = await mine.read('readCheckpoint', { trail })
    expect(await mine.read('readCheckpoint', { trail }, before.etag)).toMatchObject({ bytes: undefined })
    grown.trail.sign()
    const after = await mine.read('readCheckpoint', { trail }, before.etag)
    expect(Buffer.from(after.bytes ?? []).toString()).toContain(`\n${readable + 1}\n`)
  })
})

describe('a refusal is kept by nobody', { tags: ['challenge'] }, () => {
  test.each([
    [at('tile/entries/009'), 'not-found'],
    [at(`tile/entries/002.p/${readable - 511}`), 'not-found'],
    [at('tile/0/000.p/256'), 'not-found'],
    [`/v1/trails/${'0'.repeat(16)}/checkpoint`, 'not-found'],
    [`/v1/trails/${'0'.repeat(16)}/poke`, 'not-found'],
    [`${full}?x=1`, 'bad-request'],
  ])('%s: %s', async (path, code) => {
    const answer = await ask(path)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await codeOf(answer)).toBe(code)
  })

  test('not even to whoever names what is there', async () => {
    const known = (await ask(full)).headers.get('etag') ?? ''
    const headers = { 'if-none-match': known, authorization: `Bearer ${'A'.repeat(43)}` }
    const answer = await ask(full, headers)
    expect([answer.status, answer.headers.get('etag'), answer.headers.get('cache-control')]).toEqual([
      401,
      null,
      'no-store',
    ])
  })
})

describe('entries', () => {
  const lines = api.trail.lines.slice(0, 256).map(({ line }) => line)

  test.each(['gzip', 'deflate, GZIP;q=0.5, br', '*', 'gzip;q=1.0'])('are packed for %s', async (taken) => {
    const answer = await ask(full, { 'accept-encoding': taken })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    const packed = Buffer.from(await answer.arrayBuffer())
    expect(packed.length).toBeLessThan(encodeBundle(lines).length)
    expect(decodeBundle(gunzipSync(packed), 256)).toEqual(lines.map((line) => Buffer.from(line)))
  })

  test.each(['', 'identity', 'br', 'gzip;q=0', '*;q=0, identity', 'gzip;q=0.0, *'])(
    'are not packed for "%s"',
    async (taken) => {
      const answer = await ask(full, { 'accept-encoding': taken })
      expect(answer.headers.get('content-encoding')).toBeNull()
      expect(decodeBundle(new Uint8Array(await answer.arrayBuffer()), 256)).toHaveLength(256)
    },
  )

  test('are not packed where all who ask are on this machine', async () => {
    const near = new ApiSite(undefined, { isNear: true })
    await near.site.first()
    const headers = { 'content-type': undefined, 'accept-encoding': 'gzip' }
    const answer = await near.ask(requestOf('GET', full, { token: await near.token('first'), headers }))
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, null])
    expect(decodeBundle(new Uint8Array(await answer.arrayBuffer()), 256)).toHaveLength(256)
  })

  test('of whole bundles come in one answer, packed for who takes it', async () => {
    const given = async (query: string, taken: string) => {
      const answer = await ask(`${at('bundles')}${query}`, { 'accept-encoding': taken })
      const bytes = Buffer.from(await answer.arrayBuffer())
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, null])
      return decodeBundle(taken === 'gzip' ? gunzipSync(bytes) : bytes, query === '' ? 512 : 256)
    }
    const all = api.trail.lines.map(({ line }) => Buffer.from(line))
    expect(await given('', 'identity')).toEqual(all.slice(0, 512))
    expect(await given('?from=1&limit=3', 'gzip')).toEqual(all.slice(256, 512))
  })

  test.each([
    ['from=2', 'not-found'],
    ['from=01', 'bad-request'],
    ['from=-1', 'bad-request'],
    ['limit=0', 'bad-request'],
    ['limit=17', 'bad-request'],
    ['until=3', 'bad-request'],
  ])('are not given for %s: %s', async (query, code) => {
    expect(await codeOf(await ask(`${at('bundles')}?${query}`))).toBe(code)
  })

  test('have another ETag packed: they are other bytes', async () => {
    const packed = (await ask(full, { 'accept-encoding': 'gzip' })).headers.get('etag') ?? ''
    const plain = (await ask(full)).headers.get('etag') ?? ''
    expect(packed).not.toBe(plain)
    const named = { 'if-none-match': packed }
    expect((await ask(full, named)).status).toBe(200)
    expect((await ask(full, { ...named, 'accept-encoding': 'gzip' })).status).toBe(304)
  })

  test('are packed two at a time, and given as they are beyond that', async () => {
    const asked = Array.from({ length: 10 }, () => ask(full, { 'accept-encoding': 'gzip' }))
    const answers = await Promise.all(asked)
    const packed = answers.filter((answer) => answer.headers.get('content-encoding') === 'gzip')
    expect(packed.length).toBeGreaterThan(0)
    expect(packed.length).toBeLessThanOrEqual(2)
    expect(answers.every(({ status }) => status === 200)).toBe(true)
  })
})

test.each([at('checkpoint'), full, at('poke')])(
  'HEAD of %s says what GET says, and gives nothing',
  async (path) => {
    const [get, head] = [await ask(path), await ask(path, {}, 'HEAD')]
    expect(head.status).toBe(200)
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(get.headers))
    expect(await head.text()).toBe('')
    await get.body?.cancel()
    expect(api.time.running).toBe(0)
  },
)

test('the client hears that a trail grew, and stops listening', async () => {
  const stop = new AbortController()
  const heard = await api.client(token).listen('listenToTrail', { trail }, stop.signal)
  const reader = heard.getReader()
  const next = async () => Buffer.from((await reader.read()).value ?? []).toString()
  expect(await next()).toBe(`id: ${readable}\ndata: ${readable}\n\n`)
  api.options.pokes.grown(readableTrail, readable + 1)
  expect(await next()).toBe(`id: ${readable + 1}\ndata: ${readable + 1}\n\n`)
  await reader.cancel()
  expect(api.time.running).toBe(0)
})

describe('what an app reads by itself', { tags: ['req/P11-10d-2'] }, () => {
  async function signedIn() {
    const other = new ApiSite()
    await other.site.first()
    const mine = await other.token('first')
    const get = async (path: string) => {
      const answer = await other.ask(requestOf('GET', path, { token: mine }))
      await answer.body?.cancel()
      return answer.status
    }
    return { site: other.site, get }
  }
  const read = ['/v1/status', '/v1/trails', at('checkpoint'), at('tile/0/000'), full, partial, at('poke')]

  test.each(read)('does not keep a session: %s', { tags: ['challenge'] }, async (path) => {
    const { site, get } = await signedIn()
    for (let minutes = 0; minutes < 15; minutes++) {
      expect(await get(path)).toBe(200)
      site.disk.pass(60_000)
    }
    expect(await get(path)).toBe(401)
    await site.people.sweep()
    expect(site.disk.records.at(-1)).toMatchObject({ kind: 'session.ended', body: { why: 'idle' } })
  })

  test('is read on for as long as somebody works there', async () => {
    const { site, get } = await signedIn()
    for (let minutes = 0; minutes < 60; minutes += 10) {
      site.disk.pass(600_000)
      for (const path of read) expect(await get(path)).toBe(200)
      expect(await get('/v1/session')).toBe(200)
    }
  })

  test('is all that does not keep one', () => {
    const background = routeNames.filter((name) => routeOf(name).isBackground === true)
    const reading = [
      'listTrails',
      'readCheckpoint',
      'readTile',
      'readEntries',
      'readBundles',
      'listenToTrail',
    ]
    expect(background).toEqual([...reading, 'readStatus'])
  })

  test('costs a fiftieth of what else is asked for: a trail of a million records at once, then 500 a second', async () => {
    const { site, get } = await signedIn()
    // Bundles, and the tiles over them: 3,907, 16 and 1.
    const tiles = 2 * Math.ceil(1_000_000 / 256) + 16 + 1
    for (let i = 0; i < tiles; i++) expect(await get(at('checkpoint'))).toBe(200)
    const untilRefused = async () => {
      for (let read = 0; ; read++) if ((await get(at('checkpoint'))) !== 200) return read
    }
    // Fractions of what there is room for are no round numbers: one more or less.
    expect(Math.abs(tiles + (await untilRefused()) - ROOM_MAX * 50)).toBeLessThanOrEqual(1)
    site.disk.pass(1_000)
    expect(Math.abs((await untilRefused()) - ROOM_A_SECOND * 50)).toBeLessThanOrEqual(1)
  })
})
