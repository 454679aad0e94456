import { beforeEach, expect, test } from 'vitest'
import { ApiSite } from '../http/api-site.test-support.ts'
import { good, problemOf, reason, Site } from '../people-site.test-support.ts'
import { accessDigest, REVIEW_MILLISECONDS, ReviewBook } from './access-review.ts'

const tags = ['req/A11d-11-1', 'challenge']
let site: Site

beforeEach(async () => {
  site = new Site()
  await site.person(await site.first(), 'quinn', ['qa'])
})

const overdue = () => site.disk.records.filter(({ kind }) => kind === 'access.review-overdue')

test('who of quality looks at the accounts says so by what they were shown, as a record, and in a year again', {
  tags,
}, async () => {
  const client = new ApiSite(site).client((await site.people.signIn('quinn', good, 'local')).token)
  const { accounts, review } = await client.call('readAccess', {})
  expect(accounts.map(({ id, lastSignIn }) => [id, lastSignIn !== null])).toEqual([
    ['first', true],
    ['quinn', true],
  ])
  expect(review.last).toBeNull()
  site.disk.pass(1_000)
  const done = await client.call('reviewAccess', { body: { password: good, reason, digest: review.digest } })
  const now = new Date(site.disk.wall).toISOString()
  expect(done.review).toMatchObject({ last: { time: now, by: 'quinn' } })
  expect(Date.parse(String(done.review.due))).toBe(site.disk.wall + REVIEW_MILLISECONDS)
  expect(site.disk.records.at(-1)).toMatchObject({
    kind: 'access.reviewed',
    actor: { id: 'quinn' },
    body: { accounts: 2, digest: review.digest, reason },
  })
  expect(site.start().review()).toMatchObject({ last: { by: 'quinn' } })
})

test('accounts that are not as they were shown are looked at again, and nobody else reviews them', {
  tags,
}, async () => {
  const quinn = await site.caller('quinn')
  const first = await site.caller('first')
  const { digest } = site.people.review()
  const review = (by = quinn, given = digest) => problemOf(site.people.reviewAccess(by, given, reason))
  expect(await review(first)).toBe('forbidden')
  expect(await review(quinn, '')).toBe('review-changed')
  await site.people.change(first, 'quinn', { roles: ['qa', 'reviewer'], reason })
  expect(await review()).toBe('review-changed')
  expect(await problemOf(site.people.reviewAccess(quinn, site.people.review().digest, 'because'))).toBe(
    'reason-missing',
  )
  expect(site.disk.kinds()).not.toContain('access.reviewed')
})

test('a digest that was cut short is another form, not another list of accounts, and nothing is recorded', {
  tags,
}, async () => {
  const client = new ApiSite(site).client((await site.people.signIn('quinn', good, 'local')).token)
  const { digest } = (await client.call('readAccess', {})).review
  for (const given of [digest.slice(1), `${digest}0`, '', `${digest.slice(1)}g`]) {
    const asked = client.call('reviewAccess', { body: { password: good, reason, digest: given } })
    await expect(asked).rejects.toMatchObject({ code: 'bad-request', details: { pointer: '/digest' } })
  }
  expect(site.disk.kinds()).not.toContain('access.reviewed')
})

test('a year without a review is an event and an alert, once, also over a restart', { tags }, async () => {
  site.disk.pass(REVIEW_MILLISECONDS - 1)
  await site.people.sumUp()
  expect(overdue()).toEqual([])
  site.disk.pass(1)
  await site.people.sumUp()
  await site.start().sumUp()
  expect(overdue()).toHaveLength(1)
  expect(site.alerts().filter(({ says }) => says.includes('reviewed'))).toHaveLength(1)
  await site.people.reviewAccess(await site.caller('quinn'), site.people.review().digest, reason)
  site.disk.pass(REVIEW_MILLISECONDS)
  await site.people.sumUp()
  expect(overdue()).toHaveLength(2)
})

test('a new trail gains nobody a year', { tags }, () => {
  const next = new ReviewBook()
  const actor = { id: 'r', name: 'r', via: 'relay' }
  const time = new Date(site.disk.wall + REVIEW_MILLISECONDS / 2).toISOString()
  next.take({ kind: 'account.carried', body: {}, time, actor })
  for (const { kind, body } of site.memory.reviews.carried()) next.take({ kind, body, time, actor })
  expect(next.due).toBe(site.disk.wall + REVIEW_MILLISECONDS)
  expect(accessDigest(site.people.accounts())).toMatch(/^[0-9a-f]{64}$/)
})
