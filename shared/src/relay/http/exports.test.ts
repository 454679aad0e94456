import { beforeEach, describe, expect, test } from 'vitest'
import type { ExportView, Role } from '../../api/index.ts'
import { ExportFailed } from '../exports/bag-maker.ts'
import { DOWNLOADS_EACH_MAX, DOWNLOADS_MAX } from '../exports/downloads.ts'
import { BAG_MILLISECONDS, BAGS_BYTES_MAX, BAGS_KEPT_MAX, IN_LINE_MAX } from '../exports/exports.ts'
import { good, reason } from '../people-site.test-support.ts'
import { ApiSite, codeOf, requestOf } from './api-site.test-support.ts'

/* Exports over the interface as it is served; what makes bags is a plan that a test tells when to go on. */

let api: ApiSite
let token: { [user: string]: string }

beforeEach(async () => {
  api = new ApiSite()
  const first = await api.site.first()
  const people: readonly (readonly [string, Role])[] = [
    ['ops', 'operator'],
    ['rev', 'reviewer'],
    ['rita', 'reviewer'],
    ['quinn', 'qa'],
    ['audrey', 'auditor'],
  ]
  token = { first: await api.token('first') }
  for (const [id, role] of people) {
    await api.site.person(first, id, [role])
    token[id] = await api.token(id)
  }
})

function start(user: string, more: object = {}): Promise<Response> {
  const body = JSON.stringify({ password: good, reason, filter: {}, ...more })
  return api.ask(requestOf('POST', '/v1/exports', { token: token[user], body }))
}

async function started(user: string, more: object = {}): Promise<ExportView> {
  const answer = await start(user, more)
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { export: ExportView }).export
}

function get(user: string, path: string): Promise<Response> {
  return api.ask(requestOf('GET', `/v1/exports${path}`, { token: token[user] }))
}

async function view(user: string, id: string): Promise<ExportView> {
  return ((await (await get(user, `/${id}`)).json()) as { export: ExportView }).export
}

async function listed(user: string): Promise<readonly string[]> {
  const { exports } = (await (await get(user, '')).json()) as { exports: readonly ExportView[] }
  return exports.map(({ id }) => id)
}

async function made(user: string): Promise<string> {
  const { id } = await started(user)
  await api.bags.finish()
  expect((await view(user, id)).state).toBe('made')
  return id
}

describe('an export', () => {
  test('is answered before it is made, says how far it is, and is given as a file to be saved', async () => {
    api.bags.isPrompt = false
    const asked = await started('rev', { filter: { kinds: ['file.*'] } })
    expect(asked).toMatchObject({ state: 'waiting', made: null, failed: null, by: { id: 'rev' } })
    expect(asked.id).toMatch(/^[0-9a-f]{32}$/)
    await new Promise((resolve) => setImmediate(resolve))
    expect(await view('rev', asked.id)).toMatchObject({ state: 'checking', progress: { done: 1, of: 3 } })
    for (const what of ['bag', 'report'])
      expect(await codeOf(await get('rev', `/${asked.id}/${what}`))).toBe('export-unmade')
    await api.bags.finish()
    expect(await view('rev', asked.id)).toMatchObject({
      state: 'made',
      progress: null,
      filter: { kinds: ['file.*'] },
      reason,
      made: { records: 2, withheld: 1, sizeBytes: 9, until: '2026-03-03T08:00:00.000Z' },
    })
    const bag = await get('rev', `/${asked.id}/bag`)
    expect(bag.headers.get('content-type')).toBe('application/zip')
    expect(bag.headers.get('content-length')).toBe('9')
    expect(bag.headers.get('content-disposition')).toMatch(
      /^attachment; filename="export-2026-03-02-[0-9a-f]{8}\.zip"$/,
    )
    expect(await bag.text()).toBe('PK a bag!')
  })

  test('is sealed for the account that asked, whatever the request says', {
    tags: ['challenge'],
  }, async () => {
    await made('quinn')
    expect(api.bags.sealed).toEqual([
      {
        actor: { id: 'quinn', name: expect.any(String), via: 'session' },
        evidence: { session: expect.any(String) },
        reason,
      },
    ])
    for (const more of [{ actor: 'first' }, { by: 'first' }, { filter: { actor: ['x'] } }])
      expect(await codeOf(await start('quinn', more))).toBe('bad-request')
    expect(api.bags.sealed).toHaveLength(1)
  })

  test('takes a role, the password, a reason and a filter that is one', { tags: ['challenge'] }, async () => {
    for (const user of ['ops', 'first']) expect(await codeOf(await start(user))).toBe('forbidden')
    expect(await codeOf(await start('audrey', { password: 'wrong' }))).toBe('password-wrong')
    expect(await codeOf(await start('audrey', { reason: 'no' }))).toBe('reason-missing')
    expect(await codeOf(await start('audrey', { filter: { kinds: ['none'] } }))).toBe('bad-request')
    expect(await codeOf(await start('audrey', { filter: { projects: [] } }))).toBe('bad-request')
    const refusal = async (filter: object) => (await start('audrey', { filter })).json()
    expect(await refusal({ states: ['signed'] })).toMatchObject({
      pointer: '/filter/states/0',
      there: { names: ['unsigned', 'reviewed', 'approved', 'rejected', 'held'], more: 0 },
    })
    expect(await refusal({ project: ['NMR'] })).toMatchObject({
      pointer: '/filter',
      there: { names: ['projects', 'devices', 'instruments', 'persons', 'kinds', 'states', 'from', 'to'] },
    })
    api.bags.held = true
    expect(await codeOf(await start('audrey'))).toBe('held')
    expect(await listed('audrey')).toEqual([])
    expect(api.bags.sealed).toEqual([])
  })

  test('of somebody else is nobody’s but for QA and auditors', { tags: ['challenge'] }, async () => {
    const id = await made('rev')
    for (const path of ['', '/bag', '/report', '/report?form=html'])
      expect(await codeOf(await get('rita', `/${id}${path}`)), path).toBe('export-unknown')
    expect(await listed('rita')).toEqual([])
    for (const user of ['ops', 'first']) expect(await codeOf(await get(user, `/${id}/bag`))).toBe('forbidden')
    for (const user of ['rev', 'quinn', 'audrey']) {
      expect(await listed(user)).toEqual([id])
      expect((await get(user, `/${id}/bag`)).status).toBe(200)
    }
    expect(await codeOf(await get('quinn', `/${'f'.repeat(32)}`))).toBe('export-unknown')
  })

  test('is not sealed for an account that may not any more', { tags: ['challenge'] }, async () => {
    api.bags.isPrompt = false
    const { id } = await started('rev')
    await new Promise((resolve) => setImmediate(resolve))
    await api.site.people.disable(await api.site.caller('first'), 'rev', reason)
    await api.bags.finish()
    expect(api.bags.sealed).toEqual([])
    expect(await view('quinn', id)).toMatchObject({ state: 'failed', failed: { code: 'not-allowed' } })
    expect(await codeOf(await get('rev', `/${id}/bag`))).toBe('unauthenticated')
  })

  test('nor for one whose role it is no more', { tags: ['challenge'] }, async () => {
    api.bags.isPrompt = false
    const { id } = await started('rev')
    await new Promise((resolve) => setImmediate(resolve))
    await api.site.people.change(await api.site.caller('first'), 'rev', { roles: ['operator'], reason })
    await api.bags.finish()
    expect(api.bags.sealed).toEqual([])
    expect(await view('quinn', id)).toMatchObject({ state: 'failed', failed: { code: 'not-allowed' } })
  })

  test('goes on when its session ends, and is given to nobody without one', {
    tags: ['challenge'],
  }, async () => {
    api.bags.isPrompt = false
    const { id } = await started('rev')
    await new Promise((resolve) => setImmediate(resolve))
    await api.site.people.signOut(api.site.people.caller(token['rev'] ?? ''))
    await api.bags.finish()
    expect(api.bags.sealed).toMatchObject([{ actor: { id: 'rev' } }])
    expect(await codeOf(await get('rev', `/${id}/bag`))).toBe('unauthenticated')
    token['rev'] = await api.token('rev')
    expect((await get('rev', `/${id}/bag`)).status).toBe(200)
  })

  test('that is being given ends short when the session ends', { tags: ['challenge'] }, async () => {
    const id = await made('rev')
    const reader = (await get('rev', `/${id}/bag`)).body?.getReader()
    expect((await reader?.read())?.value).toHaveLength(1)
    await api.site.people.signOut(api.site.people.caller(token['rev'] ?? ''))
    await expect(reader?.read()).rejects.toThrow('the session has ended')
  })

  test('that failed says why, and which name nothing has', async () => {
    api.bags.fails = new ExportFailed('nothing-asked-for', { list: 'projects', value: 'P-71' })
    const { id } = await started('rev', { filter: { projects: ['P-71'] } })
    await api.bags.finish()
    expect(await view('rev', id)).toMatchObject({
      state: 'failed',
      made: null,
      failed: {
        code: 'nothing-asked-for',
        says: expect.stringContaining('nothing was exported'),
        unmatched: { list: 'projects', value: 'P-71' },
      },
    })
    expect(await codeOf(await get('rev', `/${id}/bag`))).toBe('export-unmade')
  })
})

describe('as many as may', () => {
  test('wait, and one more is told to come again', { tags: ['challenge'] }, async () => {
    api.bags.isPrompt = false
    const codes: string[] = []
    for (const user of ['rev', 'rev', 'rev', 'rita', 'rita', 'quinn', 'audrey'])
      codes.push(await codeOf(await start(user)))
    expect(codes).toEqual(['none', 'none', 'busy', 'none', 'none', 'none', 'busy'])
    expect(codes.filter((code) => code === 'none')).toHaveLength(IN_LINE_MAX)
    await new Promise((resolve) => setImmediate(resolve))
    // One at a time.
    expect(api.bags.waiting).toHaveLength(1)
    await api.bags.finish()
    expect(api.bags.sealed).toHaveLength(IN_LINE_MAX)
    expect(await codeOf(await start('audrey'))).toBe('none')
  })

  test('are kept, for a day, and no more bytes than there may be', { tags: ['challenge'] }, async () => {
    const ids: string[] = []
    for (let i = 0; i <= BAGS_KEPT_MAX; i++) ids.push(await made('rev'))
    expect(await codeOf(await get('rev', `/${ids[0]}/bag`))).toBe('export-unknown')
    expect(await listed('rev')).toEqual(ids.slice(1).reverse())
    expect(api.bags.kept.size).toBe(BAGS_KEPT_MAX)
    api.bags.sizeBytes = BAGS_BYTES_MAX - 9
    const large = await made('rev')
    expect(await listed('rev')).toEqual([large, ids.at(-1)])
    api.site.disk.pass(BAG_MILLISECONDS)
    token['quinn'] = await api.token('quinn')
    expect(await listed('quinn')).toEqual([])
    expect(api.bags.kept.size).toBe(0)
  })

  test('are given at a time', { tags: ['challenge'] }, async () => {
    const id = await made('rev')
    const open: Response[] = []
    for (let i = 0; i < DOWNLOADS_EACH_MAX; i++) open.push(await get('rev', `/${id}/bag`))
    expect(await codeOf(await get('rev', `/${id}/bag`))).toBe('streams-full')
    while (open.length < DOWNLOADS_MAX) open.push(await get('quinn', `/${id}/bag`))
    expect(await codeOf(await get('audrey', `/${id}/bag`))).toBe('streams-full')
    await open[0]?.body?.cancel()
    expect(await codeOf(await get('audrey', `/${id}/bag`))).toBe('none')
  })
})

describe('a copy to read', () => {
  test('is printed once, and is never a page of the relay', { tags: ['challenge'] }, async () => {
    const id = await made('rev')
    api.bags.isPrompt = false
    const both = [get('rev', `/${id}/report?form=html`), get('quinn', `/${id}/report?form=html`)]
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(api.bags.waiting).toHaveLength(1)
    await api.bags.finish()
    for (const answer of await Promise.all(both)) {
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="export-.*\.html"$/)
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none';(?!.*script-src)/)
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      await answer.text()
    }
    const pdf = await get('rev', `/${id}/report`)
    expect(pdf.headers.get('content-type')).toBe('application/pdf')
    expect(await pdf.text()).toBe('%PDF')
    expect(await codeOf(await get('rev', `/${id}/report?form=exe`))).toBe('bad-request')
    const other = await made('rev')
    api.bags.fails = new ExportFailed('no-room')
    expect(await codeOf(await get('rev', `/${other}/report`))).toBe('report-failed')
    // And can be asked for again.
    api.bags.fails = undefined
    expect((await get('rev', `/${other}/report`)).status).toBe(200)
  })

  test('is not given to whoever signed out meanwhile', { tags: ['challenge'] }, async () => {
    const id = await made('rev')
    api.bags.isPrompt = false
    const asked = get('rev', `/${id}/report`)
    await new Promise((resolve) => setTimeout(resolve, 0))
    await api.site.people.signOut(api.site.people.caller(token['rev'] ?? ''))
    await api.bags.finish()
    expect(await codeOf(await asked)).toBe('unauthenticated')
  })
})

test('the keys of trails are told to whoever may read trails, with their fingerprints', async () => {
  for (const user of ['ops', 'audrey']) {
    const answer = await api.ask(requestOf('GET', '/v1/trail-keys', { token: token[user] }))
    expect(await answer.json()).toEqual({
      keys: [{ trail: expect.any(String), key: 'a key line', fingerprint: '0'.repeat(64) }],
    })
  }
  expect(await codeOf(await api.ask(requestOf('GET', '/v1/trail-keys')))).toBe('unauthenticated')
})

test('a relay that stops keeps nothing, and makes nothing more', async () => {
  const id = await made('rev')
  api.bags.isPrompt = false
  await started('rev')
  api.options.exports.close()
  expect(api.bags).toMatchObject({ isClosed: true, kept: new Map() })
  await api.bags.finish()
  expect(api.bags.sealed).toHaveLength(1)
  expect(await codeOf(await get('rev', `/${id}/bag`))).toBe('export-unknown')
})

test('a copy that is finished after its bag was removed is not kept', { tags: ['challenge'] }, async () => {
  const id = await made('rev')
  api.bags.isPrompt = false
  const asked = get('rev', `/${id}/report`)
  await new Promise((resolve) => setTimeout(resolve, 0))
  api.site.disk.pass(BAG_MILLISECONDS)
  token['quinn'] = await api.token('quinn')
  expect(await listed('quinn')).toEqual([])
  await api.bags.finish()
  expect((await asked).ok).toBe(false)
  expect(api.bags.kept.size).toBe(0)
})
