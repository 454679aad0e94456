import { beforeEach, describe, expect, test } from 'vitest'
import { LEASE_HOURS } from '../api/index.ts'
import { REVIEW_MILLISECONDS } from './accounts/access-review.ts'
import { CODE_MILLISECONDS } from './people.ts'
import { Disk, good, problemOf, reason, relay, Site } from './people-site.test-support.ts'
import {
  FEED_TOKEN_SOON_MILLISECONDS,
  GONE_SAID_MILLISECONDS,
  type PeopleStanding,
  peopleConcerned,
  peopleStanding,
  REVIEW_SOON_MILLISECONDS,
} from './people-standing.ts'
import { SigningSite } from './signing/signing-site.test-support.ts'

const DAY_MILLISECONDS = 86_400_000

describe('what waits for somebody among people', () => {
  let site: Site
  beforeEach(async () => {
    site = new Site()
    await site.first()
  })
  const standing = (): PeopleStanding => {
    const said = peopleStanding(site.memory, site.disk.wall)
    // Whoever is named is who is counted.
    const who = peopleConcerned(site.memory, site.disk.wall)
    expect({
      locked: who['account-locked'].length,
      codesGood: who['code-good'].length,
      codesOver: who['code-over'].length,
      signersProposed: who['signer-proposed'].length,
      resetsProposed: who['reset-proposed'].length,
      keysLeft: who['key-left'].length,
      keysAtRest: who['key-at-rest'].length,
      recoveriesAnnounced: who['recovery-announced'].length,
    }).toEqual({
      locked: said.locked,
      codesGood: said.codesGood,
      codesOver: said.codesOver,
      signersProposed: said.signersProposed,
      resetsProposed: said.resetsProposed,
      keysLeft: said.keysLeft,
      keysAtRest: said.keysAtRest,
      recoveriesAnnounced: said.recoveriesAnnounced,
    })
    return said
  }

  test('is nothing where one administrator can sign in', () => {
    expect(standing()).toEqual({
      accounts: 1,
      administrators: 1,
      devicesWaiting: 0,
      locked: 0,
      codesGood: 0,
      codesOver: 0,
      signersProposed: 0,
      resetsProposed: 0,
      held: 0,
      heldSince: null,
      reviewDue: new Date(site.disk.wall + REVIEW_MILLISECONDS).toISOString(),
      review: 'due-later',
      keysLeft: 0,
      keysAtRest: 0,
      feedTokensOver: 0,
      feedTokensSoon: 0,
      receiversGone: 0,
      recoveryFilesWaiting: 0,
      recoveriesAnnounced: 0,
      recovered: null,
    })
  })

  test('is a code that nobody came in by, and an administrator less once it is over', {
    tags: ['challenge'],
  }, async () => {
    const unset = new Site(new Disk())
    await unset.people.addFirst(relay, { id: 'first', name: 'First Person' })
    const now = () => peopleStanding(unset.memory, unset.disk.wall)
    expect(now()).toMatchObject({ administrators: 1, codesGood: 1, codesOver: 0 })
    unset.disk.pass(CODE_MILLISECONDS)
    expect(now()).toMatchObject({ administrators: 0, codesGood: 0, codesOver: 1 })
    expect(peopleStanding(new Site(new Disk()).memory, 0)).toMatchObject({ accounts: 0, reviewDue: null })
  })

  test('is an account that wrong passwords have locked, until it is unlocked or disabled', {
    tags: ['challenge'],
  }, async () => {
    const first = await site.caller('first')
    await site.person(first, 'jdoe', ['operator'])
    for (let i = 0; i < 10; i++) {
      await problemOf(site.people.signIn('jdoe', 'wrong and long enough', 'local'))
      site.disk.pass(3_600_000)
    }
    expect(standing()).toMatchObject({ locked: 1, administrators: 1 })
    const again = await site.caller('first')
    await site.people.disable(again, 'jdoe', reason)
    expect(standing()).toMatchObject({ locked: 0 })
    await site.people.enable(again, 'jdoe', reason)
    await site.people.unlock(again, 'jdoe', reason)
    expect(standing()).toMatchObject({ locked: 0 })
  })

  test('is what one administrator proposed and a second has to allow', async () => {
    const first = await site.caller('first')
    await site.person(first, 'rita', ['reviewer'])
    await site.people.proposeSigner(first, 'rita', {
      identityCheck: 'passport seen by the head of QA',
      reason,
    })
    expect(standing()).toMatchObject({ signersProposed: 1, resetsProposed: 0 })
    await site.people.reset(first, 'rita', reason)
    expect(standing()).toMatchObject({ signersProposed: 1, resetsProposed: 1 })
    await site.people.retire(first, 'rita', reason)
    expect(standing()).toMatchObject({ signersProposed: 0, resetsProposed: 0 })
  })

  test('is a review that is due soon, and then overdue, until it is done', async () => {
    await site.person(await site.caller('first'), 'quinn', ['qa'])
    site.disk.pass(REVIEW_MILLISECONDS - REVIEW_SOON_MILLISECONDS)
    expect(standing().review).toBe('due-soon')
    site.disk.pass(REVIEW_SOON_MILLISECONDS - 1)
    expect(standing().review).toBe('due-soon')
    site.disk.pass(1)
    expect(standing().review).toBe('overdue')
    await site.people.reviewAccess(await site.caller('quinn'), site.people.review().digest, reason)
    expect(standing().review).toBe('due-later')
  })

  test('is a feed token that is over, until it is revoked, and one that soon will be', () => {
    const at = (days: number) => new Date(site.disk.wall + days * DAY_MILLISECONDS).toISOString()
    const issue = (token: string, expires: string) =>
      site.memory.take({
        kind: 'feed.token-issued',
        body: { token, name: 'LIMS', digest: token, kinds: ['file.*'], expires },
        time: at(0),
        actor: relay,
        seq: 1,
      })
    issue('a', at(1))
    issue('b', new Date(site.disk.wall + FEED_TOKEN_SOON_MILLISECONDS + 1).toISOString())
    expect(standing()).toMatchObject({ feedTokensOver: 0, feedTokensSoon: 1 })
    site.disk.pass(DAY_MILLISECONDS)
    expect(standing()).toMatchObject({ feedTokensOver: 1, feedTokensSoon: 1 })
    const revoked = { kind: 'feed.token-revoked', body: { token: 'a', name: 'LIMS', reason } }
    site.memory.take({ ...revoked, time: at(0), actor: relay, seq: 2 })
    expect(standing()).toMatchObject({ feedTokensOver: 0, feedTokensSoon: 1 })
  })

  test('is a receiver that has gone, for a month or until records are sent to another', () => {
    const take = (kind: string, subscription: string, seq: number) => {
      const body = { subscription, what: 'alerts', to: { webhook: 'https://siem.lab.example/' }, reason }
      site.memory.take({ kind, body, time: new Date(site.disk.wall).toISOString(), actor: relay, seq })
    }
    take('subscription.added', 's1', 10)
    take('subscription.added', 's2', 11)
    expect(standing().receiversGone).toBe(0)
    take('subscription.ended', 's1', 12)
    expect(standing().receiversGone).toBe(1)
    expect(peopleStanding(site.memory, site.disk.wall + GONE_SAID_MILLISECONDS).receiversGone).toBe(0)
    take('subscription.added', 's3', 13)
    expect(standing().receiversGone).toBe(0)
  })
})

test('a key that nobody revoked is left over once its owner is disabled, at rest once its lease is over', {
  tags: ['challenge'],
}, async () => {
  const signing = new SigningSite()
  await signing.signerWith('rita', 'reviewer')
  const standing = () => peopleStanding(signing.site.memory, signing.disk.wall)
  expect(standing()).toMatchObject({ keysLeft: 0, keysAtRest: 0, accounts: 3 })
  await signing.site.people.disable(await signing.first(), 'rita', reason)
  expect(standing()).toMatchObject({ keysLeft: 1, keysAtRest: 0 })
  signing.disk.pass(LEASE_HOURS * 3_600_000)
  expect(standing()).toMatchObject({ keysLeft: 0, keysAtRest: 1 })
  await signing.site.people.retire(await signing.first(), 'rita', reason)
  expect(standing()).toMatchObject({ keysLeft: 0, keysAtRest: 0 })
})

describe('while nobody has reviewed the accounts in time nobody signs', {
  tags: ['req/P11-300b-1', 'challenge'],
}, () => {
  test('what comes is held, no lease is given, and what was held counts only after the review', async () => {
    const signing = new SigningSite()
    const { site, disk } = signing
    const rita = await signing.signerWith('rita', 'reviewer')
    await site.person(await signing.first(), 'quinn', ['qa'])
    disk.pass(REVIEW_MILLISECONDS - DAY_MILLISECONDS)
    await signing.signing.renew(await site.caller('rita'), rita.signer.vkey)
    const file = signing.capture()
    const other = signing.capture()
    expect(await signing.verdict(signing.sign(rita, [file]))).toBe('accepted')
    disk.pass(DAY_MILLISECONDS)
    expect(await signing.verdict(signing.sign(rita, [other]))).toBe('held review-overdue')
    expect(peopleStanding(site.memory, disk.wall)).toMatchObject({ held: 1, review: 'overdue' })
    const [held] = signing.signing.held()
    expect(peopleStanding(site.memory, disk.wall).heldSince).toBe(held?.time)
    const renewed = async () => problemOf(signing.signing.renew(await site.caller('rita'), rita.signer.vkey))
    expect(await renewed()).toBe('review-overdue')
    expect(await problemOf(signing.enrol(rita))).toBe('review-overdue')
    const quinn = await site.caller('quinn', good)
    const decided = (decision: 'accepted' | 'refused') =>
      problemOf(signing.signing.decide(quinn, held?.hash ?? '', decision, reason))
    expect(await decided('accepted')).toBe('review-overdue')
    await site.people.reviewAccess(quinn, site.people.review().digest, reason)
    expect(await decided('accepted')).toBe('none')
    expect(await renewed()).toBe('none')
    expect(await signing.verdict(signing.sign(rita, [signing.capture()]))).toBe('accepted')
    expect(disk.verify().findings).toEqual([])
  })

  test('what does not count may be refused all the same', async () => {
    const signing = new SigningSite()
    const rita = await signing.signerWith('rita', 'reviewer')
    await signing.site.person(await signing.first(), 'quinn', ['qa'])
    signing.disk.pass(REVIEW_MILLISECONDS - DAY_MILLISECONDS)
    await signing.signing.renew(await signing.site.caller('rita'), rita.signer.vkey)
    const file = signing.capture()
    signing.disk.pass(DAY_MILLISECONDS)
    expect(await signing.verdict(signing.sign(rita, [file]))).toBe('held review-overdue')
    const quinn = await signing.site.caller('quinn')
    const hash = signing.signing.held()[0]?.hash ?? ''
    expect(await problemOf(signing.signing.decide(quinn, hash, 'accepted', reason))).toBe('review-overdue')
    expect(await problemOf(signing.signing.decide(quinn, hash, 'refused', reason))).toBe('none')
  })
})
