import type { PeopleStanding } from '@compliance-relay/shared/relay'
import { describe, expect, test } from 'vitest'
import { healthOf } from '../http.ts'
import { nobodyWaits } from './people-needs.test-support.ts'
import { isTold, type PeopleNeed, peopleNeeds, waiting } from './people-needs.ts'

const since = '2026-03-02T08:00:00.000Z'

describe('of people', () => {
  test('nothing is said while nobody waits, or nobody can sign in at all', () => {
    expect(peopleNeeds(nobodyWaits, 0)).toEqual([])
    expect(waiting(nobodyWaits)).toEqual([])
    expect(peopleNeeds(null, 9)).toEqual([])
    expect(waiting(null)).toEqual([])
  })

  test.each<[PeopleNeed, Partial<PeopleStanding>, string]>([
    ['no-administrator', { administrators: 0 }, 'relay account recover'],
    [
      'account-locked',
      { locked: 2 },
      '2 accounts are locked after too many wrong passwords: relay account unlock',
    ],
    ['code-over', { codesOver: 1 }, '1 account has no password'],
    [
      'signature-held',
      { held: 1, heldSince: since },
      `1 signature waits for somebody of QA to decide, the oldest since ${since}`,
    ],
    [
      'recovery-unconfirmed',
      { recoveryFilesWaiting: 1 },
      '1 new recovery file does not count yet: it will in three days, or once an administrator confirms it: relay account confirm-recovery',
    ],
    ['recovery-announced', { recoveriesAnnounced: 1 }, '1 administrator is to be let in by one person alone'],
    ['account-recovered', { recovered: since }, `let in by a recovery file at ${since}`],
    ['review-overdue', { review: 'overdue', reviewDue: since }, `due ${since}`],
    ['key-left', { keysLeft: 1 }, 'relay device revoke'],
    ['receiver-gone', { receiversGone: 1 }, 'relay subscription list'],
  ])('%s needs attention, and is said with the command that answers it', (code, different, says) => {
    const needs = peopleNeeds({ ...nobodyWaits, ...different }, 0)
    expect(needs.map((need) => need.code)).toEqual([code])
    expect(needs[0]?.says).toContain(says)
    expect(needs[0]?.says).toContain('relay ')
  })

  test('a recovery file that waits is nobody’s to confirm while no administrator can sign in', () => {
    const standing = { ...nobodyWaits, administrators: 0, recoveryFilesWaiting: 2 }
    expect(peopleNeeds(standing, 0).map(({ code }) => code)).toEqual(['no-administrator'])
  })

  test('captures that can be claimed need attention once there are accounts', () => {
    expect(peopleNeeds(nobodyWaits, 3)).toMatchObject([
      { code: 'capture-unclaimed', says: expect.stringContaining('3 captures have nobody') },
    ])
    expect(peopleNeeds({ ...nobodyWaits, accounts: 0, administrators: 0 }, 3)).toEqual([])
  })

  test.each<[Partial<PeopleStanding>, string]>([
    [{ codesGood: 1 }, '1 one-time code has not been used yet'],
    [{ devicesWaiting: 1 }, 'after too many wrong passwords on 1 device'],
    [{ signersProposed: 2 }, '2 rights to sign wait for a second administrator'],
    [{ resetsProposed: 1 }, '1 new password waits for a second administrator'],
    [{ review: 'due-soon' }, 'the accounts are to be reviewed by 2027'],
    [{ keysAtRest: 1 }, '1 key of people whose account is disabled is not revoked'],
    [{ feedTokensSoon: 1 }, '1 feed token ends within two weeks'],
    [{ feedTokensOver: 1 }, '1 feed token is over'],
  ])('what waits in the ordinary course is only listed: %j', (different, says) => {
    const standing = { ...nobodyWaits, ...different }
    expect(peopleNeeds(standing, 0)).toEqual([])
    expect(waiting(standing)).toEqual([expect.stringContaining(says)])
    expect(waiting(standing)[0]).toMatch(/: relay |relay /)
  })

  test('what ten wrong passwords bring about is not told at the port, where it would tell whether a name is taken', {
    tags: ['req/ENUM-1', 'challenge'],
  }, () => {
    const status = { relay: 'ws-nmr-01', state: 'running' } as const
    const told = (different: Partial<PeopleStanding>) => {
      const needs = peopleNeeds({ ...nobodyWaits, ...different }, 0)
      expect(needs).not.toEqual([])
      return healthOf({
        ...status,
        needs: needs.map((one) => ({ ...one, hinders: false, isTold: isTold(one.code) })),
      })
    }
    const nothing = { relay: 'ws-nmr-01', ready: true, state: 'running', reasons: [], degraded: [] }
    expect(told({ locked: 1 })).toEqual(nothing)
    expect(told({ locked: 1, administrators: 0 })).toEqual(nothing)
    expect(told({ held: 1, heldSince: since }).degraded).toHaveLength(1)
  })
})
