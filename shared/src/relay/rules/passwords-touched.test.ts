import { beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_RULES, type SiteRules } from '../../api/index.ts'
import { ApiSite } from '../http/api-site.test-support.ts'
import type { Caller } from '../people.ts'
import { good, other, problemOf, projects, reason, Site } from '../people-site.test-support.ts'
import { changeRules } from './change-rules.ts'

const DAY = 86_400_000
const tags = ['req/P11-300b-1', 'challenge']

let site: Site
let first: Caller

/** Of people whose passwords are of three ages: one who is locked, one disabled, one retired, one reset, one invited. */
beforeEach(async () => {
  site = new Site()
  first = await site.first()
  for (const id of ['anne', 'bert', 'carl', 'dora']) await site.person(first, id, ['operator'])
  site.disk.pass(60 * DAY)
  first = await site.caller('first')
  for (const id of ['emil', 'fred', 'gina']) await site.person(first, id, ['operator'])
  for (let i = 0; i < 10; i++) {
    await problemOf(site.people.signIn('anne', other, 'local'))
    site.disk.pass(60 * 60_000)
  }
  site.disk.pass(2 * DAY)
  first = await site.caller('first')
  await site.people.disable(first, 'bert', reason)
  await site.people.retire(first, 'carl', reason)
  await site.people.reset(first, 'dora', reason)
  await site.people.add(first, { id: 'hugo', name: 'Hugo Person', roles: ['operator'], reason })
  expect(site.people.account('anne')?.locked).toBeDefined()
})

async function touched(passwords: Partial<SiteRules['passwords']>) {
  const change = { passwords: { ...site.people.rules().passwords, ...passwords } }
  return (await changeRules(site.people, first, change, reason, projects)).passwordsTouched
}

describe('a change of the rules for passwords says whom it touches', { tags }, () => {
  test('by age, those who sign in with one that is too old, and those it makes wait no longer', async () => {
    // The first administrator and Anne; Emil, Fred and Gina have younger ones.
    expect(await touched({ maxAgeDays: 30 })).toEqual({ people: 5, tooOld: 2, seenAtSignIn: 0 })
    expect((await site.people.signIn('first', good, 'local')).mustChange).toBe(true)
    expect((await site.people.signIn('emil', good, 'local')).mustChange).toBe(false)
    expect(await touched({ maxAgeDays: 90 })).toEqual({ people: 5, tooOld: 0, seenAtSignIn: 0 })
  })

  test('on the day a password is over, and not on the day before', async () => {
    site.disk.wall = Date.parse(site.people.account('emil')?.credential?.since ?? '') + 30 * DAY - 1
    expect(await touched({ maxAgeDays: 30 })).toMatchObject({ tooOld: 2 })
    await touched({ maxAgeDays: null })
    site.disk.wall += 1
    expect(await touched({ maxAgeDays: 30 })).toMatchObject({ tooOld: 5 })
  })

  test('by length and kinds, nobody it can name: it is seen when they sign in', async () => {
    expect(await touched({ lengthMin: 16 })).toEqual({ people: 5, tooOld: 0, seenAtSignIn: 5 })
    expect(await touched({ composition: 'annex11' })).toEqual({ people: 5, tooOld: 0, seenAtSignIn: 5 })
    expect(await touched({ lengthMin: 20, maxAgeDays: 30 })).toEqual({
      people: 5,
      tooOld: 2,
      seenAtSignIn: 3,
    })
    // What asks for less touches nobody.
    expect(await touched({ lengthMin: 12, maxAgeDays: null })).toEqual({
      people: 5,
      tooOld: 0,
      seenAtSignIn: 0,
    })
  })
})

test('by HTTP the answer says whom a rule for passwords touches; of another rule it says nothing', async () => {
  const client = new ApiSite(site).client((await site.people.signIn('first', good, 'local')).token)
  const set = async (change: object) =>
    client.call('changeRules', { body: { password: good, reason, change } })
  const passwords = { ...DEFAULT_RULES.passwords, maxAgeDays: 30 }
  expect((await set({ passwords })).passwordsTouched).toEqual({ people: 5, tooOld: 2, seenAtSignIn: 0 })
  expect((await set({ fourEyes: false })).passwordsTouched).toBeNull()
})
