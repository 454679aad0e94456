import { beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_RULES, type PasswordChange, type Problem, type SiteRules } from '../../api/index.ts'
import { ApiSite, requestOf } from '../http/api-site.test-support.ts'
import { good, other, problemOf, projects, reason, Site } from '../people-site.test-support.ts'
import { changeRules } from '../rules/change-rules.ts'

const DAY = 86_400_000
const START = '2026-03-02T08:00:00.000Z'
/** When the rules are changed, forty days after the password was set. */
const RULED = '2026-04-11T08:00:00.000Z'
const tags = ['req/P11-300b-1', 'challenge']

let site: Site
let api: ApiSite

beforeEach(async () => {
  site = new Site()
  api = new ApiSite(site)
  await site.first()
  site.disk.pass(40 * DAY)
})

async function rule(passwords: Partial<SiteRules['passwords']>): Promise<void> {
  const change = { passwords: { ...DEFAULT_RULES.passwords, ...passwords } }
  await changeRules(site.people, await site.caller('first'), change, reason, projects)
}

/** What signing in, the session, and whatever is asked with it say of the one fault. */
async function said(): Promise<{ readonly change: PasswordChange | null; readonly sentence: string }> {
  const { token, account } = await api.client().call('signIn', { body: { user: 'first', password: good } })
  const client = api.client(token)
  const own = await client.call('whoAmI', {})
  const refused = await client.call('listAccounts', { query: {} }).then(
    () => undefined,
    (error: unknown) => error as Problem,
  )
  expect(own.account).toEqual(account)
  expect(refused?.details.passwordChange ?? null).toEqual(account.passwordChange)
  expect(account.mustChange).toBe(account.passwordChange !== null)
  return { change: account.passwordChange, sentence: refused?.message ?? '' }
}

describe('whoever has to set another password is told which rule it is', { tags }, () => {
  test.each([
    [
      { maxAgeDays: 30 },
      { because: 'password-old', asks: 30, since: RULED, set: START },
      'Set another password first: relay account password sets one. The present one, of 2026-03-02, is older than 30 days, as this site asks since 2026-04-11.',
    ],
    [
      { lengthMin: 23 },
      { because: 'password-short', asks: 23, since: RULED, set: START },
      'Set another password first: relay account password sets one. The present one, of 2026-03-02, has fewer than 23 characters, as this site asks since 2026-04-11.',
    ],
    [
      { composition: 'annex11' },
      { because: 'password-composition', asks: null, since: RULED, set: START },
      'Set another password first: relay account password sets one. The present one, of 2026-03-02, lacks a kind of character: capital and small letters, digits, and others, as this site asks since 2026-04-11.',
    ],
    // Of two the one that no other password would mend.
    [
      { maxAgeDays: 30, lengthMin: 23 },
      { because: 'password-old', asks: 30, since: RULED, set: START },
      'Set another password first: relay account password sets one. The present one, of 2026-03-02, is older than 30 days, as this site asks since 2026-04-11.',
    ],
  ] as const)('of %j', async (passwords, change, sentence) => {
    await rule(passwords)
    expect(await said()).toEqual({ change, sentence })
    site.start()
    expect((await site.people.signIn('first', good, 'local')).passwordChange).toEqual(change)
  })

  test('that it is on the list by now, or has their own name in it: no rule of the site', async () => {
    const none = { asks: null, since: null, set: START }
    await site.person(await site.caller('first'), 'second', ['administrator'])
    const name = 'Gravel Person'
    await site.people.change(await site.caller('second'), 'first', { name, reason })
    expect((await said()).change).toEqual({ because: 'password-context', ...none })
    for (const word of ['gravel spoon', ' tundra 41', 'gravelspoontundra']) site.common.add(word)
    expect((await said()).change).toEqual({ because: 'password-common', ...none })
  })

  test('with the day on which the rule became what it is, not on which another one did', async () => {
    await rule({ lengthMin: 23 })
    site.disk.pass(DAY)
    const change = { passwords: { lengthMin: 23, composition: 'annex11' as const, maxAgeDays: null } }
    await site.people.changePassword(await changing(), good, 'Nickel otter canvas 17 b')
    const caller = await site.caller('first', 'Nickel otter canvas 17 b')
    await changeRules(site.people, caller, change, reason, projects)
    expect(site.memory.rules.passwordsSince).toEqual({
      lengthMin: RULED,
      composition: new Date(site.disk.wall).toISOString(),
    })
  })

  test('and of nothing else than the right password anything is told', async () => {
    await rule({ maxAgeDays: 30 })
    await site.person(await signedInAgain(), 'gone', ['operator'])
    await site.people.reset(await site.caller('first', other), 'gone', reason)
    const ask = async (user: string, password: string) => {
      const body = JSON.stringify({ user, password })
      const answer = await api.ask(requestOf('POST', '/v1/session', { body }))
      return { status: answer.status, json: await answer.text() }
    }
    const wrong = await ask('first', 'nickel otter canvas 18')
    expect(wrong.status).toBe(401)
    // Who was reset, with the right password of before; and a name that nobody has.
    expect(await ask('gone', good)).toEqual(wrong)
    expect(await ask('nobody', good)).toEqual(wrong)
  })
})

test('nobody has to who has set one that keeps to all rules', { tags }, async () => {
  await rule({ lengthMin: 20 })
  expect(await said()).toEqual({ change: null, sentence: '' })
})

async function changing() {
  return site.people.caller((await site.people.signIn('first', good, 'local')).token)
}

async function signedInAgain() {
  await site.people.changePassword(await changing(), good, other)
  expect(await problemOf(site.people.signIn('first', good, 'local'))).toBe('sign-in-refused')
  return site.caller('first', other)
}
