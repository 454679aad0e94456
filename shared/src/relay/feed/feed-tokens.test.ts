import { beforeAll, describe, expect, test } from 'vitest'
import { routeNames, routeOf } from '../../api/index.ts'
import { ApiSite, codeOf, pathFor, requestOf } from '../http/api-site.test-support.ts'
import { good, reason, Site } from '../people-site.test-support.ts'
import { sha256Hex } from '../sha256-hex.ts'
import { carriedFeedTokens } from './feed-token-book.ts'
import { FEED_ROOM_A_SECOND, FEED_ROOM_MAX, FEED_TOKENS_MAX } from './feed-tokens.ts'

const api = new ApiSite()
const DAY = 86_400_000
let administrator: string

beforeAll(async () => {
  const first = await api.site.first()
  await api.site.person(first, 'audrey', ['auditor'])
  administrator = await api.token('first')
})

type More = { readonly lasts?: string; readonly kinds?: string[]; readonly projects?: string[] }
async function issue(more: More = {}, site = api, by = administrator) {
  const body = { password: good, reason, name: 'LIMS of building 3', lasts: 'P90D', ...more }
  return site.client(by).call('issueFeedToken', { body })
}

function feed(token: string, query = '', site = api): Promise<Response> {
  return site.ask(requestOf('GET', `/v1/feed${query}`, { token }))
}

const ndjson = async (answer: Response) =>
  (await answer.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly seq?: number; readonly cursor: string })

describe('a feed token', () => {
  test('is given out once; its record and the list have its digest, or not even that', async () => {
    const { token, issued } = await issue({ projects: ['P-17'] })
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(api.site.disk.records.at(-1)).toMatchObject({
      kind: 'feed.token-issued',
      actor: { id: 'first' },
      body: {
        token: issued.id,
        name: 'LIMS of building 3',
        digest: sha256Hex(token),
        projects: ['P-17'],
        reason,
      },
    })
    expect(JSON.stringify(api.site.disk.records)).not.toContain(token)
    const auditor = api.client(await api.token('audrey'))
    const listed = await auditor.call('listFeedTokens', {})
    expect(listed.tokens).toContainEqual(issued)
    expect(JSON.stringify(listed)).not.toContain(sha256Hex(token))
    expect(issued).toMatchObject({
      kinds: ['file.*', 'dataset.*', 'capture.*', 'signature.*'],
      lastUse: null,
      revoked: null,
    })
    expect(Date.parse(issued.expires) - api.site.disk.wall).toBe(90 * DAY)
  })

  test('opens the feed and nothing else', { tags: ['challenge'] }, async () => {
    const { token } = await issue()
    const answer = await feed(token, '?limit=3')
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
    expect((await ndjson(answer)).map(({ seq }) => seq)).toEqual([0, 1, 2])
    for (const name of routeNames) {
      const { action, method, body } = routeOf(name)
      if (action === undefined || name === 'readFeed') continue
      const request = requestOf(method, pathFor(name), {
        token,
        ...(body === undefined ? {} : { body: '{}' }),
      })
      expect(await codeOf(await api.ask(request)), name).toBe('unauthenticated')
    }
  })

  test('opens nothing once it is revoked, once it has expired, or if it is none', {
    tags: ['challenge'],
  }, async () => {
    const [one, other] = [await issue(), await issue({ lasts: 'P1D' })]
    const revoke = (token: string) =>
      api.client(administrator).call('revokeFeedToken', { body: { password: good, reason, token } })
    await revoke(one.issued.id)
    expect(api.site.disk.records.at(-1)).toMatchObject({
      kind: 'feed.token-revoked',
      body: { token: one.issued.id, reason },
    })
    const refused = async (token: string) => {
      const answer = await feed(token)
      const { detail = 'none' } = (await answer.json()) as { detail?: string }
      return `${answer.status}: ${detail}`
    }
    expect(await refused(one.token)).toMatch(/^401: This feed token was revoked: /)
    await expect(revoke(one.issued.id)).rejects.toMatchObject({ code: 'feed-token-unknown' })
    await expect(revoke('0'.repeat(16))).rejects.toMatchObject({ code: 'feed-token-unknown' })
    expect((await feed(other.token)).status).toBe(200)
    api.site.disk.wall += DAY
    expect(await refused(other.token)).toMatch(/^401: This feed token is over: /)
    expect(await refused(one.token)).toMatch(/^401: This feed token was revoked: /)
    // Of what was never one, nothing is said.
    expect(await refused('A'.repeat(43))).toBe('401: none')
    expect(await refused(sha256Hex(other.token).slice(0, 43))).toBe('401: none')
  })

  test('that is being waited with is answered by its end', { tags: ['challenge'] }, async () => {
    const { token, issued } = await issue()
    const last = (await ndjson(await feed(token, '?limit=1000'))).at(-1)?.cursor
    const waiting = feed(token, `?after=${last}&wait=30`)
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
    await api
      .client(administrator)
      .call('revokeFeedToken', { body: { password: good, reason, token: issued.id } })
    api.feed.grown()
    expect(await codeOf(await waiting)).toBe('unauthenticated')
  })

  test('waits when it asks too much, and no other does', { tags: ['challenge'] }, async () => {
    const [one, other] = [await issue(), await issue()]
    for (let i = 0; i < FEED_ROOM_MAX; i++) expect((await feed(one.token, '?limit=1')).status).toBe(200)
    const waits = await feed(one.token, '?limit=1')
    expect([waits.status, waits.headers.get('retry-after')]).toEqual([429, '1'])
    expect((await feed(other.token, '?limit=1')).status).toBe(200)
    api.site.disk.now += 1_000
    for (let i = 0; i < FEED_ROOM_A_SECOND; i++) expect((await feed(one.token, '?limit=1')).status).toBe(200)
    expect((await feed(one.token, '?limit=1')).status).toBe(429)
    const { tokens } = await api.client(administrator).call('listFeedTokens', {})
    expect(tokens.find(({ id }) => id === one.issued.id)?.lastUse).toBe(
      new Date(api.site.disk.wall).toISOString(),
    )
  })

  test('is known after a restart, and carried into a new trail while it is in force', async () => {
    const before = new ApiSite()
    await before.site.first()
    const mine = await before.token('first')
    const [one, other] = [
      await issue({ projects: ['P-17'] }, before, mine),
      await issue({ lasts: 'P1D' }, before, mine),
    ]
    const after = new ApiSite(new Site(before.site.disk.copy()))
    expect((await feed(one.token, '', after)).status).toBe(200)
    const carried = carriedFeedTokens(after.site.memory.feeds.all(), after.site.disk.wall + DAY)
    expect(carried.map(({ body }) => body['token'])).toEqual([one.issued.id])
    const anew = new ApiSite()
    await anew.site.first()
    const known = {
      seq: 9,
      time: new Date(anew.site.disk.wall).toISOString(),
      actor: { id: 'r', name: 'r', via: 'relay' },
    }
    for (const { kind, body } of carried) anew.site.people.take({ kind, body, ...known })
    expect((await feed(one.token, '', anew)).status).toBe(200)
    expect((await feed(other.token, '', anew)).status).toBe(401)
    const [kept] = after.site.memory.feeds.all()
    expect(anew.site.memory.feeds.all()).toEqual([kept])
  })

  test('is one of so many', async () => {
    const full = new ApiSite()
    await full.site.first()
    for (let i = 0; i < FEED_TOKENS_MAX; i++) {
      const time = new Date(full.site.disk.wall).toISOString()
      const body = {
        token: String(i).padStart(16, '0'),
        name: 'LIMS',
        digest: sha256Hex(String(i)),
        kinds: ['file.*'],
        expires: '2027-01-01T00:00:00.000Z',
      }
      full.site.people.take({
        kind: 'feed.token-issued',
        body,
        time,
        seq: 0,
        actor: { id: 'first', name: 'First', via: 'password' },
      })
    }
    await expect(issue({}, full, await full.token('first'))).rejects.toMatchObject({ code: 'too-many' })
    full.site.disk.wall = Date.parse('2027-01-02T00:00:00.000Z')
    await issue({}, full, await full.token('first'))
  })
})

test.each(['P0D', 'P366D', 'P1Y', '90', 'P-1D', 'P1.5D'])('a token lasts no %s', async (lasts) => {
  await expect(issue({ lasts })).rejects.toMatchObject({ code: 'bad-request' })
})

test.each(['*', '.*', 'file', 'File.*', 'file.**', 'file.*.*', '__proto__'])(
  '%s is no kind',
  async (kind) => {
    await expect(issue({ kinds: [kind] })).rejects.toMatchObject({ code: 'bad-request' })
  },
)

test('a token for a kind that nothing writes, or a project that never was, is refused with what there is', {
  tags: ['challenge'],
}, async () => {
  const before = api.site.disk.records.length
  await expect(issue({ kinds: ['file.*', 'dateset.*'] })).rejects.toMatchObject({
    code: 'kind-unknown',
    details: { pointer: '/kinds/1' },
    message: expect.stringContaining('No record is of this kind. There is dataset.*, '),
  })
  for (const kind of ['files.created', 'file.create', 'key.rotated', 'relay.test', 'file.created.*'])
    await expect(issue({ kinds: [kind] }), kind).rejects.toMatchObject({ code: 'kind-unknown' })
  await expect(issue({ projects: ['P-17', 'P17'] })).rejects.toMatchObject({
    code: 'project-unknown',
    details: { pointer: '/projects/1' },
    message: 'This relay has never had this project. There is P-17, P-18, NMR, LCMS.',
  })
  expect(api.site.disk.records).toHaveLength(before)
  await issue({ kinds: ['dataset.*', 'relay.started'], projects: ['P-18'] })
})

test.each([
  '?limit=0',
  '?limit=1001',
  '?limit=1&limit=1',
  '?wait=31',
  '?wait=-1',
  '?wait=1e1',
  '?token=x',
  '?after=a&more=b',
  `?after=${'a'.repeat(99)}`,
])('the feed is not asked %s', async (query) => {
  expect(await codeOf(await feed(administrator, query))).toBe('bad-request')
})

test('a session reads the feed if its roles may, and has captures and signatures of it', async () => {
  const first = await api.site.caller('first')
  await api.site.person(first, 'ops', ['operator'])
  expect((await feed(administrator)).status).toBe(200)
  expect(await codeOf(await feed(await api.token('ops')))).toBe('forbidden')
})
