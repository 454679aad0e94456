import { describe, expect, test } from 'vitest'
import { Problem } from '../../api/index.ts'
import { good, other, problemOf, Site } from '../people-site.test-support.ts'
import { DEVICE_FAILURES, KNOWN_MILLISECONDS } from './device-strain.ts'

async function answerOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    if (error instanceof Problem) return [error.code, error.details]
    throw error
  }
  return 'let in'
}

/** Somebody types wrong names and passwords, one after the other. */
async function strained(site: Site): Promise<void> {
  for (let i = 0; i < DEVICE_FAILURES; i++)
    expect(await problemOf(site.people.signIn(`name${i}`, other, 'local'))).toBe('sign-in-refused')
}

/** Three who have signed in on this device, and one who never did. */
async function peopled(): Promise<Site> {
  const site = new Site()
  const first = await site.first()
  for (const id of ['qlee', 'opitt']) {
    await site.person(first, id, ['operator'])
    await site.caller(id)
  }
  await site.person(first, 'newcomer', ['operator'])
  return site
}

describe('a device under strain', { tags: ['req/P11-300d-2', 'challenge'] }, () => {
  test('lets in by the right password whoever signed in there before, without a mark, over a restart', async () => {
    const site = await peopled()
    await strained(site)
    for (const start of [false, true]) {
      if (start) site.start()
      expect(await problemOf(site.people.signIn('qlee', other, 'local'))).toBe('throttled')
      expect(await problemOf(site.people.signIn('opitt', good, 'local'))).toBe('none')
      expect(await problemOf(site.people.signIn('first', good, 'local'))).toBe('none')
      expect(await problemOf(site.people.signIn('qlee', good, 'local'))).toBe('none')
    }
    for (let i = 0; i < 11; i++)
      expect(await problemOf(site.people.signIn('opitt', good, 'local'))).toBe('none')
  })

  test('has whoever was never there wait a minute, and counts the right password as no wrong one', async () => {
    const site = await peopled()
    await strained(site)
    for (let i = 0; i < 7; i++)
      expect(await problemOf(site.people.signIn('newcomer', good, 'local'))).toBe('throttled')
    expect(site.people.account('newcomer')?.locked).toBeUndefined()
    site.disk.pass(60_000)
    expect(await problemOf(site.people.signIn('newcomer', good, 'local'))).toBe('none')
    site.disk.pass(KNOWN_MILLISECONDS)
    await strained(site)
    expect(await problemOf(site.people.signIn('newcomer', good, 'local'))).toBe('throttled')
  })

  test('says of a wrong password the same of every name, however often, and does the same work', {
    tags: ['req/ENUM-1'],
  }, async () => {
    const site = await peopled()
    await strained(site)
    const named: Record<string, unknown[]> = {}
    for (const name of ['qlee', 'newcomer', 'nobody-here']) {
      const fresh = new Site(site.disk.copy())
      const before = fresh.disk.records.length
      named[name] = []
      for (let i = 0; i < 8; i++) {
        named[name].push(await answerOf(fresh.people.signIn(name, other, 'local')))
        named[name].push(await answerOf(fresh.people.setPasswordByCode(name, 'A'.repeat(22), good, 'local')))
      }
      named[name].push(fresh.disk.records.slice(before).map(({ kind }) => kind))
    }
    expect(named['qlee']).toEqual(named['nobody-here'])
    expect(named['newcomer']).toEqual(named['nobody-here'])
  })

  test('does not name whoever waits for others as if they had tried wrongly', async () => {
    const site = await peopled()
    await strained(site)
    for (let i = 0; i < 20; i++) await problemOf(site.people.signIn('newcomer', good, 'local'))
    await site.people.sumUp()
    const throttled = site.disk.records.filter(({ kind }) => kind === 'session.throttled')
    expect(throttled.map(({ body }) => body)).toEqual([{ account: null, device: 'local', count: 20 }])
    site.disk.pass(60_000)
    expect((await site.people.signIn('newcomer', good, 'local')).notice.failures).toBe(0)
  })

  test('is told to whoever may list the accounts, and to the relay’s own status', async () => {
    const site = await peopled()
    expect(site.people.devicesWaiting()).toEqual([])
    await strained(site)
    expect(site.people.devicesWaiting()).toEqual([
      { device: 'local', waitsUntil: new Date(site.disk.wall + 60_000).toISOString() },
    ])
    site.disk.pass(60_000)
    expect(site.people.devicesWaiting()).toEqual([])
  })
})

test('a right password in an act ends a series of wrong ones, as one at a sign-in does', async () => {
  const site = await peopled()
  const opitt = await site.caller('opitt')
  const tryIt = (typed: string) => problemOf(site.people.checkOwn(opitt, typed, 'account.list'))
  for (let i = 0; i < 4; i++) expect(await tryIt(other)).toBe('sign-in-refused')
  expect(await tryIt(good)).toBe('none')
  for (let i = 0; i < 4; i++) expect(await tryIt(other)).toBe('sign-in-refused')
  expect(await tryIt(good)).toBe('none')
  expect(site.disk.records.filter(({ kind }) => kind === 'session.refused').at(-1)?.body).toMatchObject({
    failures: 4,
  })
})
