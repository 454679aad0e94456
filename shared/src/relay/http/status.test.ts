import { describe, expect, test } from 'vitest'
import { mayDo, roles } from '../../api/index.ts'
import { needIn } from '../relay-status.ts'
import { ApiSite, requestOf, statusNow } from './api-site.test-support.ts'

/* How the relay is, as people in the app are told. */

describe('what the relay lacks', { tags: ['req/ENUM-1', 'challenge'] }, async () => {
  const api = new ApiSite()
  const first = await api.site.first()
  for (const role of roles) if (role !== 'administrator') await api.site.person(first, `a-${role}`, [role])

  test.each(roles)('is told to the role %s, but for what wrong passwords bring about', async (role) => {
    const token = await api.token(role === 'administrator' ? 'first' : `a-${role}`)
    const told = await api.client(token).call('readStatus', {})
    const { needs, waits, ...rest } = statusNow
    const seesAccounts = mayDo([role], 'account.list')
    expect(told).toEqual({
      ...rest,
      needs: needs
        .filter(({ code }) => seesAccounts || code !== 'account-locked')
        .map(({ isTold: _, ...need }) => need),
      waits: seesAccounts ? waits : [],
    })
  })

  test('is told to nobody who is not signed in', async () => {
    expect((await api.ask(requestOf('GET', '/v1/status'))).status).toBe(401)
  })
})

test('what the schema does not name does not leave the relay', { tags: ['challenge'] }, async () => {
  const api = new ApiSite()
  await api.site.first()
  const leaking = { ...statusNow, keys: ['a secret'] }
  const own = new ApiSite(api.site, { status: () => leaking })
  const answer = await own.ask(requestOf('GET', '/v1/status', { token: await own.token('first') }))
  expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('a secret')])
})

test.each([
  ['a watched folder is not there', 'a watched folder is not there', null],
  ['no folder is watched: relay watch add', 'no folder is watched', 'relay watch add'],
  [
    'a record: of this kind: relay verify --files, or none',
    'a record: of this kind',
    'relay verify --files, or none',
  ],
])('%s: says what, and what to do', (sentence, says, todo) => {
  expect(needIn(sentence)).toEqual({ says, todo })
})
