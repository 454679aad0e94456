import { describe, expect, test } from 'vitest'
import { Problem } from '../api/index.ts'
import { commonPasswords } from './passwords/common-passwords.ts'
import { hashPassword } from './passwords/password-hash.ts'
import { CODE_MILLISECONDS, People } from './people.ts'
import { cost, good, other, pepper, problemOf, reason, relay, Site } from './people-site.test-support.ts'
import { IDLE_MILLISECONDS, LIFE_MILLISECONDS } from './sessions/sessions.ts'

describe('the first administrator', () => {
  test('is made once, by a code that is good once and for a quarter of an hour', {
    tags: ['challenge'],
  }, async () => {
    const site = new Site()
    const code = await site.people.addFirst(relay, { id: 'first', name: 'First Person' })
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){6}$/)
    expect(await problemOf(site.people.signIn('first', code, 'local'))).toBe('sign-in-refused')
    expect(await problemOf(site.people.setPasswordByCode('first', `${code.slice(1)}A`, good, 'local'))).toBe(
      'code-refused',
    )
    site.disk.pass(CODE_MILLISECONDS)
    expect(await problemOf(site.people.setPasswordByCode('first', code, good, 'local'))).toBe('code-refused')
    site.disk.pass(-1)
    expect(await problemOf(site.people.setPasswordByCode('first', code, 'password1234', 'local'))).toBe(
      'password-common',
    )
    await site.people.setPasswordByCode('first', code, good, 'local')
    expect(await problemOf(site.people.setPasswordByCode('first', code, other, 'local'))).toBe('code-refused')
    expect(await problemOf(site.people.addFirst(relay, { id: 'again', name: 'Again Person' }))).toBe(
      'forbidden',
    )
    expect((await site.caller('First')).account.id).toBe('first')
  })

  test('and everybody after: no password, code or token stands in a record', {
    tags: ['challenge'],
  }, async () => {
    const site = new Site()
    const code = await site.people.addFirst(relay, { id: 'first', name: 'First Person' })
    await site.people.setPasswordByCode('first', code, good, 'local')
    const { token } = await site.people.signIn('first', good, 'local')
    await problemOf(site.people.signIn(good, 'typed in the wrong field', 'local'))
    const text = JSON.stringify(site.disk.records)
    for (const secret of [
      code,
      code.replaceAll('-', ''),
      good,
      token,
      'typed in the wrong field',
      String(site.disk.credentials.get('first')),
    ])
      expect(text).not.toContain(secret)
  })
})

describe('signing in', () => {
  test('is refused in the same words whatever is wrong', { tags: ['req/ENUM-1', 'challenge'] }, async () => {
    const site = new Site()
    const first = await site.first()
    await site.person(first, 'jdoe', ['operator'])
    await site.person(first, 'mlee', ['operator'])
    await site.people.disable(first, 'mlee', reason)
    await site.people.add(first, { id: 'asmith', name: 'Ann Smith', roles: ['qa'], reason })
    const tries = [
      ['jdoe', other],
      ['mlee', good],
      ['asmith', good],
      ['nobody-here', good],
      ['', good],
      ['j doe', good],
      ['jdoe', ''],
      ['jdoe', 'x'.repeat(100_000)],
      ['jdoe', '\ud800'],
      ['x'.repeat(100_000), good],
    ] as const
    for (const [i, [name, password]] of tries.entries())
      expect(await problemOf(site.people.signIn(name, password, `device-${i}`)), name.slice(0, 20)).toBe(
        'sign-in-refused',
      )
    expect(site.disk.records.filter(({ kind }) => kind === 'session.refused')).toHaveLength(tries.length)
  })

  test('waits after five wrong passwords, also after a restart, and the right one is then refused too', {
    tags: ['challenge'],
  }, async () => {
    const site = new Site()
    await site.first()
    for (let i = 0; i < 5; i++)
      expect(await problemOf(site.people.signIn('first', other, 'local'))).toBe('sign-in-refused')
    expect(await problemOf(site.people.signIn('first', good, 'local'))).toBe('throttled')
    site.start()
    expect(await problemOf(site.people.signIn('first', good, 'local'))).toBe('throttled')
    expect(await problemOf(site.people.signIn('first', good, 'tablet-1'))).toBe('none')
    site.disk.pass(60_000)
    expect(await problemOf(site.people.signIn('first', good, 'local'))).toBe('none')
  })

  test('ten wrong passwords lock the account, end its sessions and raise an alert', {
    tags: ['challenge'],
  }, async () => {
    const site = new Site()
    const first = await site.first()
    await site.person(first, 'jdoe', ['operator'])
    const { token } = await site.people.signIn('jdoe', good, 'local')
    for (let i = 0; i < 10; i++) await problemOf(site.people.signIn('jdoe', other, `tablet-${i % 3}`))
    expect(await problemOf(site.people.signIn('jdoe', good, 'tablet-4'))).toBe('sign-in-refused')
    expect(() => site.people.caller(token)).toThrow(Problem)
    expect(site.alerts().filter(({ severity }) => severity === 'error')).toEqual([
      { severity: 'error', says: 'the account jdoe is locked after 10 wrong passwords within a day' },
    ])
    await site.people.unlock(first, 'jdoe', reason)
    expect(await problemOf(site.people.signIn('jdoe', good, 'tablet-0'))).toBe('none')
  })

  test('with a hash that somebody put into the database opens nothing, and is told', {
    tags: ['challenge'],
  }, async () => {
    const site = new Site()
    const first = await site.first()
    await site.person(first, 'jdoe', ['qa'], other)
    site.disk.credentials.set('jdoe', await hashPassword(good, pepper, cost))
    expect(await problemOf(site.people.signIn('jdoe', good, 'local'))).toBe('sign-in-refused')
    expect(await problemOf(site.people.signIn('jdoe', other, 'local'))).toBe('sign-in-refused')
    // Once, however often it is tried.
    expect(site.disk.kinds().filter((kind) => kind === 'credential.forged')).toHaveLength(1)
    expect(site.alerts().map(({ severity }) => severity)).toContain('alert')
    // The hash of another account, whose password is known, is no better.
    site.disk.credentials.set('jdoe', String(site.disk.credentials.get('first')))
    expect(await problemOf(site.people.signIn('jdoe', good, 'local'))).toBe('sign-in-refused')
  })

  test('hashes anew what was hashed too cheaply', async () => {
    const site = new Site()
    await site.first()
    const before = site.disk.credentials.get('first')
    const dearer = new People({ ...optionsOf(site), cost: { ...cost, passes: 3 } })
    for (const record of site.disk.records) dearer.take(record)
    await dearer.signIn('first', good, 'local')
    expect(site.disk.credentials.get('first')).not.toBe(before)
    expect(site.disk.credentials.get('first')).toContain('t=3')
    site.start()
    expect(await problemOf(site.people.signIn('first', good, 'local'))).toBe('none')
  })

  test('opens nothing while nothing can be recorded', { tags: ['challenge'] }, async () => {
    const site = new Site()
    await site.first()
    site.disk.full = true
    await expect(site.people.signIn('first', good, 'local')).rejects.toThrow('full')
    site.disk.full = false
    const { token } = await site.people.signIn('first', good, 'local')
    expect(site.people.caller(token).account.id).toBe('first')
  })
})

function optionsOf(site: Site): ConstructorParameters<typeof People>[0] {
  return {
    store: site.disk,
    relay,
    pepper,
    cost,
    words: () => [],
    isCommon: commonPasswords,
    wall: () => site.disk.wall,
    now: () => site.disk.now,
  }
}

describe('a session', () => {
  test.each([
    ['a quarter of an hour without use', IDLE_MILLISECONDS, 0],
    ['twelve hours, however it is used', LIFE_MILLISECONDS, IDLE_MILLISECONDS - 1],
  ])('ends after %s', async (_, after, step) => {
    const site = new Site()
    await site.first()
    const { token } = await site.people.signIn('first', good, 'local')
    for (let at = 0; at < after - 1; at += step || after) {
      site.people.caller(token)
      site.disk.pass(Math.min(step || after - 1, after - 1 - at))
    }
    expect(site.people.caller(token).account.id).toBe('first')
    site.disk.pass(step === 0 ? IDLE_MILLISECONDS : 1)
    expect(() => site.people.caller(token)).toThrow(Problem)
    await site.people.sweep()
    expect(site.disk.records.at(-1)).toMatchObject({ kind: 'session.ended', body: { account: 'first' } })
  })

  test('is not prolonged by a clock that is set back', { tags: ['challenge'] }, async () => {
    const site = new Site()
    await site.first()
    const { token } = await site.people.signIn('first', good, 'local')
    site.disk.pass(IDLE_MILLISECONDS)
    site.disk.wall -= 10 * IDLE_MILLISECONDS
    expect(() => site.people.caller(token)).toThrow(Problem)
  })

  test.each(['', 'x', 'A'.repeat(43), 'A'.repeat(100_000)])(
    'is not opened by the token %s',
    async (token) => {
      const site = new Site()
      await site.first()
      expect(() => site.people.caller(token)).toThrow(Problem)
    },
  )

  test('ends at once with its account, its role or its password', {
    tags: ['req/P11-10g-3', 'req/P11-10d-1', 'req/P11-10d-4', 'challenge'],
  }, async () => {
    const site = new Site()
    const first = await site.first()
    await site.person(first, 'second', ['administrator'])
    await site.person(first, 'jdoe', ['operator'])
    const session = async (): Promise<string> => (await site.people.signIn('jdoe', good, 'local')).token
    const a = await session()
    await site.people.change(first, 'jdoe', { roles: ['auditor'], reason })
    expect(() => site.people.callerFor(a, 'capture.claim')).toThrow(/may not/)
    expect(site.people.callerFor(a, 'trail.read').account.roles).toEqual(['auditor'])
    await site.people.disable(first, 'jdoe', reason)
    expect(() => site.people.caller(a)).toThrow(/Sign in/)
    await site.people.enable(first, 'jdoe', reason)
    expect(() => site.people.caller(a)).toThrow(/Sign in/)
    const [b, c] = [await session(), await session()]
    await site.people.changePassword(site.people.caller(b), good, other)
    for (const token of [b, c]) expect(() => site.people.caller(token)).toThrow(/Sign in/)
    await site.people.reset(first, 'jdoe', reason)
    expect(await problemOf(site.people.signIn('jdoe', other, 'local'))).toBe('sign-in-refused')
  })

  test('an administrator who was disabled while asking does nothing more', {
    tags: ['req/P11-10g-3', 'challenge'],
  }, async () => {
    const site = new Site()
    const first = await site.first()
    await site.person(first, 'second', ['administrator'])
    const second = await site.caller('second')
    const both = await Promise.all([
      problemOf(site.people.disable(first, 'second', reason)),
      problemOf(site.people.disable(second, 'first', reason)),
    ])
    // Each would be allowed alone; together they would leave nobody.
    expect(both.sort()).toEqual(['none', 'unauthenticated'])
    expect(site.people.accounts().filter(({ state }) => state === 'active')).toHaveLength(1)
  })
})

test('a password that has come onto the list since has to be changed before anything else', {
  tags: ['challenge'],
}, async () => {
  const site = new Site()
  await site.first()
  const later = new People({ ...optionsOf(site), isCommon: async () => (text) => text === good })
  for (const record of site.disk.records) later.take(record)
  const { token, mustChange } = await later.signIn('first', good, 'local')
  expect(mustChange).toBe(true)
  expect(() => later.callerFor(token, 'account.list')).toThrow(/another password/)
  await later.changePassword(later.callerFor(token, 'password.change-own'), good, other)
  const again = await later.signIn('first', other, 'local')
  expect(again.mustChange).toBe(false)
  expect(later.callerFor(again.token, 'account.list').account.id).toBe('first')
})

test('whoever signs in is told when they did before, and what was tried since', async () => {
  const site = new Site()
  await site.first()
  await problemOf(site.people.signIn('first', other, 'tablet-1'))
  await problemOf(site.people.signIn('first', other, 'tablet-1'))
  site.start()
  const { notice } = await site.people.signIn('first', good, 'tablet-2')
  expect(notice).toEqual({ last: { time: '2026-03-02T08:00:00.000Z', device: 'local' }, failures: 2 })
  expect((await site.people.signIn('first', good, 'local')).notice).toMatchObject({ failures: 0 })
})

test('tries that were told to wait are summed up in one record', { tags: ['challenge'] }, async () => {
  const site = new Site()
  await site.first()
  for (let i = 0; i < 5; i++) await problemOf(site.people.signIn('first', other, 'local'))
  const before = site.disk.records.length
  for (let i = 0; i < 300; i++)
    expect(await problemOf(site.people.signIn('first', good, 'local'))).toBe('throttled')
  expect(site.disk.records).toHaveLength(before)
  site.disk.full = true
  await expect(site.people.sumUp()).rejects.toThrow('full')
  site.disk.full = false
  await site.people.sumUp()
  await site.people.sumUp()
  expect(site.disk.records.slice(before)).toMatchObject([
    { kind: 'session.throttled', body: { account: 'first', device: 'local', count: 300 } },
  ])
})

test('guessing is no cheaper while nothing can be recorded', { tags: ['challenge'] }, async () => {
  const site = new Site()
  await site.first()
  site.disk.full = true
  for (let i = 0; i < 5; i++)
    await expect(site.people.signIn('first', other, 'local')).rejects.toThrow('full')
  site.disk.full = false
  expect(await problemOf(site.people.signIn('first', good, 'local'))).toBe('throttled')
})

test('twenty people at once lose nothing, and the book is what the trail says', async () => {
  const site = new Site()
  const first = await site.first()
  const names = Array.from({ length: 20 }, (_, i) => `p${String.fromCharCode(97 + i)}erson`)
  await Promise.all(names.map((name) => site.person(first, name, ['operator'])))
  await Promise.all(names.map((name) => site.people.signIn(name, good, name)))
  const before = site.people.accounts()
  expect(before).toHaveLength(21)
  expect(site.start().accounts()).toEqual(before)
  expect(site.disk.records.map(({ seq }) => seq)).toEqual(site.disk.records.map((_, i) => i))
  expect(site.disk.kinds().filter((kind) => kind === 'session.started')).toHaveLength(21)
})

test('a password that a reset has ended is not set again by its code, also after a restart', {
  tags: ['challenge'],
}, async () => {
  const site = new Site()
  const first = await site.first()
  await site.person(first, 'jdoe', ['operator'])
  const code = (await site.people.reset(first, 'jdoe', reason)) ?? ''
  const again = (password: string) =>
    problemOf(site.people.setPasswordByCode('jdoe', code, password, 'local'))
  expect(await again(good)).toBe('password-similar')
  site.start()
  expect(await again(good)).toBe('password-similar')
  expect(await again(other)).toBe('none')
  // What is stored is not what the trail names: there is nothing to compare with.
  const second = (await site.people.reset(await site.caller('first'), 'jdoe', reason)) ?? ''
  site.disk.credentials.set('jdoe', String(site.disk.credentials.get('first')))
  expect(await problemOf(site.people.setPasswordByCode('jdoe', second, good, 'local'))).toBe('none')
})
