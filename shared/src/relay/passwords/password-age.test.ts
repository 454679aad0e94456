import { beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_RULES, type SiteRules } from '../../api/index.ts'
import { ApiSite } from '../http/api-site.test-support.ts'
import { good, other, problemOf, projects, reason, Site } from '../people-site.test-support.ts'
import { changeRules } from '../rules/change-rules.ts'

const DAY = 86_400_000
const tags = ['req/P11-300b-1', 'challenge']

let site: Site

beforeEach(async () => {
  site = new Site()
  await site.first()
})

async function rule(passwords: Partial<SiteRules['passwords']>): Promise<void> {
  const change = { passwords: { ...DEFAULT_RULES.passwords, ...passwords } }
  await changeRules(site.people, await site.caller('first'), change, reason, projects)
}

const signIn = (password = good) => site.people.signIn('first', password, 'local')

describe('where a site says how old a password may become', { tags }, () => {
  test('it has to be changed before anything else on that day and not before, and the new one counts from then', async () => {
    await rule({ maxAgeDays: 90 })
    site.disk.pass(90 * DAY - 1)
    expect((await signIn()).mustChange).toBe(false)
    site.disk.pass(1)
    site.start()
    const { token, mustChange } = await signIn()
    expect(mustChange).toBe(true)
    expect(() => site.people.callerFor(token, 'account.list')).toThrow(/another password/)
    const caller = site.people.callerFor(token, 'password.change-own')
    expect(await problemOf(site.people.changePassword(caller, good, good))).toBe('password-similar')
    await site.people.changePassword(caller, good, other)
    expect((await signIn(other)).mustChange).toBe(false)
    site.disk.pass(90 * DAY)
    expect((await signIn(other)).mustChange).toBe(true)
  })

  test('its owner is told two weeks before', async () => {
    await rule({ maxAgeDays: 30 })
    const ends = new Date(site.disk.wall + 30 * DAY).toISOString()
    site.disk.pass(16 * DAY - 1)
    expect((await signIn()).passwordEndsSoon).toBeUndefined()
    site.disk.pass(1)
    expect((await signIn()).passwordEndsSoon).toBe(ends)
    site.disk.pass(20 * DAY)
    expect((await signIn()).passwordEndsSoon).toBe(ends)
  })

  test('a hash made anew is the same password, no younger', async () => {
    await rule({ maxAgeDays: 90 })
    const { credential } = site.people.account('first') ?? {}
    const body = { account: 'first', credential: credential?.digest ?? '', epoch: 1 }
    site.disk.pass(80 * DAY)
    const actor = { id: 'ws-nmr-01', name: 'relay', via: 'relay' }
    await site.disk.append({ actor, kind: 'account.password-rehashed', body })
    site.start()
    site.disk.pass(10 * DAY)
    expect((await signIn()).mustChange).toBe(true)
  })

  test('and says no more, it counts no longer', async () => {
    await rule({ maxAgeDays: 30 })
    site.disk.pass(29 * DAY)
    await rule({ maxAgeDays: null })
    site.disk.pass(3_000 * DAY)
    expect(await signIn()).toMatchObject({ mustChange: false, passwordEndsSoon: undefined })
  })
})

test('where a site says nothing of it, a password does not become old', {
  tags: ['req/P11-300b-1'],
}, async () => {
  site.disk.pass(3_000 * DAY)
  expect(await signIn()).toMatchObject({ mustChange: false, passwordEndsSoon: undefined })
})

test.each([
  ['length', { lengthMin: 23 }],
  ['composition', { composition: 'annex11' }],
] as const)(
  'a password of another %s than is asked for now is to be changed at the next sign-in',
  { tags },
  async (_, passwords) => {
    const before = await signIn()
    await rule(passwords)
    // Whoever is signed in goes on: a rule takes nobody's work from under their hands.
    expect(site.people.callerFor(before.token, 'account.list').account.id).toBe('first')
    const { token, mustChange } = await signIn()
    expect(mustChange).toBe(true)
    const caller = site.people.caller(token)
    expect(await problemOf(site.people.changePassword(caller, good, other))).toMatch(
      /^password-(?:short|composition)$/,
    )
    await site.people.changePassword(caller, good, 'Nickel otter canvas 17 b')
    expect((await signIn('Nickel otter canvas 17 b')).mustChange).toBe(false)
  },
)

test('who signs in by HTTP is told of the last time, of what failed since, and of a password that is over soon', {
  tags: ['req/P11-300b-1'],
}, async () => {
  const api = new ApiSite(site)
  const call = () => api.client().call('signIn', { body: { user: 'first', password: good } })
  await rule({ maxAgeDays: 30 })
  await problemOf(site.people.signIn('first', other, 'local'))
  await problemOf(site.people.signIn('first', other, 'local'))
  const { account, notice } = await call()
  const ends = new Date(site.disk.wall + 30 * DAY).toISOString()
  expect(account).toMatchObject({ mustChange: false, passwordEnds: ends })
  expect(notice).toEqual({
    last: { time: new Date(site.disk.wall).toISOString(), device: 'local' },
    failures: 2,
    passwordEndsSoon: null,
  })
  site.disk.pass(17 * DAY)
  const later = await call()
  expect(later.notice).toMatchObject({ failures: 0, passwordEndsSoon: ends })
  const own = await api.client(later.token).call('whoAmI', {})
  expect(own.account.passwordEnds).toBe(ends)
  await changeRules(
    site.people,
    await site.caller('first'),
    { passwords: DEFAULT_RULES.passwords },
    reason,
    projects,
  )
  expect((await api.client(later.token).call('whoAmI', {})).account.passwordEnds).toBeNull()
})

test('who signs in for the first time was never here before', async () => {
  const api = new ApiSite(new Site())
  const code = await api.site.people.addFirst(
    { id: 'r', name: 'r', via: 'relay' },
    { id: 'first', name: 'First Person' },
  )
  await api.site.people.setPasswordByCode('first', code, good, 'local')
  const { notice } = await api.client().call('signIn', { body: { user: 'first', password: good } })
  expect(notice).toEqual({ last: null, failures: 0, passwordEndsSoon: null })
})
