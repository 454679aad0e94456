import { beforeEach, describe, expect, test } from 'vitest'
import { alertKinds, alertOf } from '../alerts.ts'
import type { Caller } from '../people.ts'
import { problemOf, reason, Site } from '../people-site.test-support.ts'
import { type Wanted, wantedIn } from './subscription.ts'
import { carriedSubscriptions, SubscriptionBook } from './subscription-book.ts'
import { readSubscriptionSecret } from './subscription-secret.ts'
import { SUBSCRIPTIONS_MAX, type Subscriptions } from './subscriptions.ts'
import { Secrets, siteTrail, subscriptionsOf } from './subscriptions-site.test-support.ts'

let site: Site
let secrets: Secrets
let subscriptions: Subscriptions
let first: Caller
const hook = { what: 'records', to: { webhook: 'https://lims.lab.example/hook' }, reason } as const

beforeEach(async () => {
  site = new Site()
  first = await site.first()
  secrets = new Secrets()
  subscriptions = subscriptionsOf(site, secrets)
})

/** What a relay that starts knows of subscriptions. */
const known = () => {
  site.start()
  return site.memory.subscriptions.all()
}

describe('a subscription', () => {
  test('is a record: after a start it is as it was, with its end and its cursor set back', async () => {
    await subscriptions.add(first, { ...hook, kinds: ['file.*', 'dataset.*'], projects: ['P-17'] })
    const syslog = { host: 'siem.lab.example', port: 6514, transport: 'tls' } as const
    await subscriptions.add(first, { what: 'alerts', to: { syslog }, reason })
    await subscriptions.replay(first, 's1', { trail: siteTrail, seq: 2 }, reason)
    await subscriptions.end(first, 's2', reason)
    const before = site.memory.subscriptions.all()
    expect(known()).toEqual(before)
    expect(before).toMatchObject([
      { id: 's1', what: 'records', kinds: ['file.*', 'dataset.*'], projects: ['P-17'], from: 2, by: 'first' },
      { id: 's2', what: 'alerts', to: { syslog }, ended: { isGone: false } },
    ])
    expect(before[0]?.said).toBe(site.disk.kinds().lastIndexOf('subscription.replayed'))
  })

  test('begins with its own record, and one that is carried with the first of the new trail', async () => {
    await subscriptions.add(first, hook)
    const [added] = site.memory.subscriptions.all()
    expect(added?.from).toBe(site.disk.records.length - 1)
    const book = new SubscriptionBook()
    const relay = { id: 'ws', name: 'relay ws', via: 'relay' }
    for (const [i, draft] of carriedSubscriptions(site.memory.subscriptions.active()).entries())
      book.take({ ...draft, actor: relay, time: '2027-01-01T00:00:00.000Z', seq: 5 + i })
    expect(book.all()).toEqual([{ ...added, from: 0, said: 5 }])
  })

  test('has a secret that is told once, and is in no record, list or alert', {
    tags: ['challenge'],
  }, async () => {
    const { secret } = await subscriptions.add(first, hook)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const bytes = secrets.kept.get('subscription.s1') as Uint8Array
    expect(`whsec_${Buffer.from(bytes).toString('base64')}`).toBe(secret)
    const all = JSON.stringify([site.disk.records, subscriptions.list(), site.alerts()])
    for (const text of [String(secret).slice(6), Buffer.from(bytes).toString('hex')])
      expect(all).not.toContain(text)
    const [one] = site.memory.subscriptions.all()
    if (one === undefined) throw new Error('it is not there')
    expect(await readSubscriptionSecret(secrets, one)).toEqual(bytes)
    // Another in its place is noticed, and so is none.
    secrets.kept.set('subscription.s1', new Uint8Array(32).fill(3))
    await expect(readSubscriptionSecret(secrets, one)).rejects.toThrow('another than the one of its record')
    secrets.kept.clear()
    await expect(readSubscriptionSecret(secrets, one)).rejects.toThrow('missing')
  })

  test('is not made, and leaves no secret, while nothing can be recorded', {
    tags: ['challenge'],
  }, async () => {
    site.disk.full = true
    await expect(subscriptions.add(first, hook)).rejects.toThrow('the disk is full')
    expect([...secrets.kept.keys()]).toEqual([])
    site.disk.full = false
    secrets.kept.set('subscription.s1', new Uint8Array(32))
    expect((await subscriptions.add(first, hook)).subscription.subscription).toBe('s2')
  })

  test.each([
    'http://lims.lab.example/hook',
    'https://jdoe:secret@lims.lab.example/',
    'https://lims.lab.example/#part',
    'ftp://lims.lab.example/',
    'file:///etc/passwd',
    'http://127.0.0.1.evil.example/',
    'http://localhost.evil.example/',
    'https://lims.lab.example/\u202e',
    'https://',
    `https://lims.lab.example/${'x'.repeat(1_000)}`,
    '',
  ])('is not sent to %j', { tags: ['challenge'] }, async (webhook) => {
    expect(await problemOf(subscriptions.add(first, { ...hook, to: { webhook } }))).toBe(
      'destination-refused',
    )
    expect(site.disk.kinds()).not.toContain('subscription.added')
  })

  test.each(['', 'a b', '-a', 'a..b', 'a/b', 'x'.repeat(300), '[::1]', 'a\n'])(
    'is not sent to syslog at %j',
    { tags: ['challenge'] },
    async (host) => {
      const to = { syslog: { host, port: 514, transport: 'udp' } } as const
      expect(await problemOf(subscriptions.add(first, { ...hook, to }))).toBe('destination-refused')
    },
  )

  test('is sent to this machine itself by HTTP, and to others by HTTPS', async () => {
    for (const webhook of [
      'http://127.0.0.1:8080/a?b',
      'http://[::1]/',
      'http://localhost:1/',
      'https://a.b/',
    ])
      expect((await subscriptions.add(first, { ...hook, to: { webhook } })).subscription.to).toEqual({
        webhook,
      })
  })

  test.each([
    { kinds: [] },
    { kinds: ['*'] },
    { kinds: ['file.*', 'file.*'] },
    { projects: [] },
    { projects: ['\u0000'] },
  ])('asks for no list like %j', { tags: ['challenge'] }, async (more) => {
    expect(await problemOf(subscriptions.add(first, { ...hook, ...more }))).toBe('bad-request')
  })

  test('is one of twenty at most, and those that ended do not count', { tags: ['challenge'] }, async () => {
    for (let i = 0; i < SUBSCRIPTIONS_MAX; i++) await subscriptions.add(first, hook)
    expect(await problemOf(subscriptions.add(first, hook))).toBe('subscriptions-full')
    await subscriptions.end(first, 's7', reason)
    expect((await subscriptions.add(first, hook)).subscription.subscription).toBe('s21')
  })

  test('that is unknown or over is neither ended nor set back; nor is one beyond the trail', {
    tags: ['challenge'],
  }, async () => {
    await subscriptions.add(first, hook)
    const at = (seq: number, trail = siteTrail) => ({ trail, seq })
    const { length } = site.disk.records
    expect(await problemOf(subscriptions.replay(first, 's1', at(length), reason))).toBe('not-found')
    expect(await problemOf(subscriptions.replay(first, 's1', at(0, 'lab.example/t/x'), reason))).toBe(
      'not-found',
    )
    expect(await problemOf(subscriptions.end(first, 's2', reason))).toBe('subscription-unknown')
    await subscriptions.end(first, 's1', reason)
    expect(await problemOf(subscriptions.end(first, 's1', reason))).toBe('subscription-unknown')
    expect(await problemOf(subscriptions.replay(first, 's1', at(0), reason))).toBe('subscription-unknown')
  })

  test('is made by an administrator who still is one when it is their turn', {
    tags: ['challenge'],
  }, async () => {
    await site.person(first, 'second', ['administrator'])
    const second = await site.caller('second')
    await site.people.disable(first, 'second', reason)
    expect(await problemOf(subscriptions.add(second, hook))).toBe('unauthenticated')
    await site.person(first, 'jdoe', ['auditor'])
    expect(await problemOf(subscriptions.end(await site.caller('jdoe'), 's1', reason))).toBe('forbidden')
  })

  test('whose receiver is gone ends by the relay, once', async () => {
    await subscriptions.add(first, hook)
    await Promise.all([subscriptions.gone('s1'), subscriptions.gone('s1'), subscriptions.gone('s9')])
    expect(site.disk.kinds().filter((kind) => kind === 'subscription.ended')).toHaveLength(1)
    expect(site.memory.subscriptions.get('s1')?.ended).toMatchObject({ isGone: true })
  })
})

test('a subscription to what nothing writes, or to no project, is refused with what there is', {
  tags: ['challenge'],
}, async () => {
  const before = site.disk.records.length
  const add = (wanted: Partial<Wanted>) =>
    subscriptions.add(first, { what: 'records', to: { webhook: 'https://a.example/' }, reason, ...wanted })
  await expect(add({ kinds: ['signatures.*'] })).rejects.toMatchObject({
    code: 'kind-unknown',
    details: { pointer: '/kinds/0' },
    message: expect.stringContaining('There is signature.*, '),
  })
  await expect(add({ projects: ['nmr'] })).rejects.toMatchObject({
    code: 'project-unknown',
    message: expect.stringContaining('There is NMR, '),
  })
  expect(site.disk.records).toHaveLength(before)
  await add({ kinds: ['signature.*'], projects: ['NMR'] })
})

describe('what is asked for', () => {
  const record = (kind: string, body = {}) => ({ kind, body, actor: { id: 'a', name: 'A', via: 'session' } })

  test('is told by kind, by what a kind begins with, and by project', () => {
    const isWanted = (wanted: Wanted, { kind, body, actor }: ReturnType<typeof record>) => {
      const [trail, time, prev] = [siteTrail, '2026-03-02T08:00:00.000Z', '0'.repeat(64)]
      const whole = { kind, body, actor, trail, time, prev, seq: 7, kid: '0'.repeat(32), v: 1 } as const
      return wantedIn(wanted, whole, () => undefined).record !== undefined
    }
    const file = record('file.created', { project: 'P-17' })
    expect(isWanted({ what: 'records' }, file)).toBe(true)
    expect(isWanted({ what: 'records', kinds: ['file.*'] }, file)).toBe(true)
    expect(isWanted({ what: 'records', kinds: ['file'] }, file)).toBe(false)
    expect(isWanted({ what: 'records', kinds: ['file.created'], projects: ['P-18'] }, file)).toBe(false)
    expect(isWanted({ what: 'records', projects: ['P-17'] }, record('account.added'))).toBe(false)
    expect(isWanted({ what: 'alerts' }, file)).toBe(false)
    expect(isWanted({ what: 'alerts' }, record('account.locked', { account: 'jdoe', failures: 10 }))).toBe(
      true,
    )
  })

  test('five wrong passwords one after the other are an alert, and four are none', {
    tags: ['req/P11-300d-1'],
  }, () => {
    const refused = (failures: number) =>
      alertOf(record('session.refused', { account: 'jdoe', device: 'workstation', failures }))
    expect(refused(4)).toBeUndefined()
    expect(refused(5)).toEqual({
      severity: 'warning',
      says: '5 wrong passwords one after the other for jdoe on workstation',
    })
  })

  test('no kind makes an alert fail, whatever stands in its record', { tags: ['challenge'] }, () => {
    const odd = [
      {},
      { account: 7 },
      { roles: null, before: [], after: 'x', gap: [] },
      { failures: 'x', previous: 3 },
    ]
    for (const kind of [...alertKinds, 'constructor', '__proto__', 'file.created'])
      for (const body of odd) {
        const alert = alertOf(record(kind, body))
        if (alert !== undefined) expect(alert.says).toMatch(/^.{5,300}$/)
      }
    expect(alertOf(record('toString'))).toBeUndefined()
  })
})
