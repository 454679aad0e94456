import type { Lease } from '@compliance-relay/shared/api'
import { canonical } from '@compliance-relay/shared/trail'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clockFlags, clockTold, isSetBack, minutesEast, sinceHeadSeconds } from './clock-check.ts'
import type { Enrolment } from './enrolment.ts'
import { isRenewalDue, signaturesLeft } from './lease-terms.ts'
import { countedAttempt, isUsedUp } from './lock-out.ts'
import { signingFault, type ToJudge } from './may-sign.ts'

const HOUR = 3_600_000
const now = Date.parse('2026-03-02T09:00:00.000Z')

const lease: Lease = {
  id: 'l-1',
  trail: 'lab.example/t/ws/1',
  key: 'k',
  user: 'jdoe',
  name: 'Jane Doe',
  device: 'tablet-1',
  meanings: ['reviewed', 'rejected'],
  epoch: 1,
  issued: new Date(now).toISOString(),
  notAfter: new Date(now + 72 * HOUR).toISOString(),
  countFrom: 0,
  countMax: 200,
}
const enrolment = {
  user: 'jdoe',
  trail: lease.trail,
  wrapped: new Uint8Array(64),
  count: 0,
  attempts: 0,
  lockedUntil: 0,
  isPasswordOld: false,
} as unknown as Enrolment

function fault(more: Partial<ToJudge> = {}, of: Partial<Enrolment> = {}) {
  return signingFault({
    enrolment: { ...enrolment, ...of },
    lease,
    clock: { latest: now, skew: 0 },
    now,
    trail: lease.trail,
    meaning: 'reviewed',
    ...more,
  })
}

describe('before a password is looked at', { tags: ['req/OFF-1', 'challenge'] }, () => {
  test('whoever is enrolled may sign within the lease, to its last moment and its last signature', () => {
    expect(fault()).toBeUndefined()
    expect(fault({ now: now + 72 * HOUR })).toBeUndefined()
    expect(fault({ now: now + 72 * HOUR + 1 })).toBe('lease-over')
    expect(fault({}, { count: 199 })).toBeUndefined()
    expect(fault({}, { count: 200 })).toBe('lease-used')
  })

  test('nobody signs without a key, with one that was erased, or for a trail it was not enrolled in', () => {
    expect(fault({ enrolment: undefined })).toBe('not-enrolled')
    expect(fault({ lease: undefined })).toBe('not-enrolled')
    expect(fault({}, { wrapped: null })).toBe('erased')
    expect(fault({}, { attempts: 10 })).toBe('erased')
    expect(fault({}, { isPasswordOld: true })).toBe('password-old')
    expect(fault({ trail: 'lab.example/t/ws/2' })).toBe('other-trail')
  })

  test('what the roles do not allow is not signed', () => {
    expect(fault({ meaning: 'approved' })).toBe('meaning')
  })

  test('a clock that was set back is refused, also where it would bring a lease back', () => {
    const clock = { latest: now + 100 * HOUR, skew: 0 }
    expect(fault({ clock })).toBe('clock-back')
    expect(fault({ clock: { latest: now + 120_000, skew: 0 } })).toBeUndefined()
    expect(fault({ clock: { latest: now + 120_001, skew: 0 } })).toBe('clock-back')
  })

  test('there is a wait after wrong passwords', () => {
    expect(fault({}, { lockedUntil: now + 1 })).toBe('waits')
    expect(fault({}, { lockedUntil: now })).toBeUndefined()
  })
})

describe('wrong passwords', { tags: ['req/P11-300d-1', 'challenge'] }, () => {
  test('cost nothing four times, then 30 seconds, and twice as much each time', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => countedAttempt(n, 0).lockedUntil / 1_000)
    expect(waits).toEqual([0, 0, 0, 0, 30, 60, 120, 240, 480, 960])
  })

  test('are used up after ten', () => {
    expect([9, 10, 11].map(isUsedUp)).toEqual([false, true, true])
  })
})

describe('the clock', { tags: ['req/OFF-1'] }, () => {
  test('that runs as it should has no flag', () => {
    expect(
      clockFlags({ latest: now, skew: 1_000 }, { wallMilliseconds: 60_000, monotonicMilliseconds: 60_500 }),
    ).toEqual([])
  })

  test('that was stepped, is far from the relay’s, or was not seen all the while is flagged', () => {
    const flags = (skew: number | null, wallMilliseconds: number, monotonicMilliseconds: number | null) =>
      clockFlags({ latest: now, skew }, { wallMilliseconds, monotonicMilliseconds })
    expect(flags(0, 600_000, 1_000)).toEqual(['wall-clock-stepped'])
    expect(flags(-400_000, 1_000, 1_000)).toEqual(['skew'])
    expect(flags(null, 1_000, null)).toEqual(['started-since-head'])
    expect(flags(0, -1, null)).toEqual(['started-since-head', 'head-from-later'])
  })

  test('gives whole seconds since the head, none below 0, by the one that cannot be set', () => {
    fc.assert(
      fc.property(fc.integer(), fc.option(fc.nat()), (wallMilliseconds, monotonicMilliseconds) => {
        const seconds = sinceHeadSeconds({ wallMilliseconds, monotonicMilliseconds })
        expect(Number.isInteger(seconds) && seconds >= 0).toBe(true)
        if (monotonicMilliseconds !== null) expect(seconds).toBe(Math.round(monotonicMilliseconds / 1_000))
      }),
    )
  })

  test('in UTC is zero minutes east, as a canonical text has it', () => {
    expect([minutesEast(0), minutesEast(-60), minutesEast(300)].map(canonical)).toEqual(['0', '60', '-300'])
  })

  test('that was once far ahead is right again once the relay says so, and only then', () => {
    const ahead = { latest: now + 1_000 * HOUR, skew: null }
    expect(isSetBack(ahead, now)).toBe(true)
    expect(isSetBack(clockTold(ahead, now + 1_000, now), now)).toBe(false)
    expect(isSetBack(clockTold(ahead, now + HOUR, now), now)).toBe(true)
  })
})

describe('another lease', { tags: ['req/OFF-1'] }, () => {
  test('is asked for once a third of the time or a quarter of the signatures is used', () => {
    expect(isRenewalDue(lease, 0, now)).toBe(false)
    expect(isRenewalDue(lease, 0, now + 24 * HOUR)).toBe(false)
    expect(isRenewalDue(lease, 0, now + 24 * HOUR + 1)).toBe(true)
    expect(isRenewalDue(lease, 50, now)).toBe(false)
    expect(isRenewalDue(lease, 51, now)).toBe(true)
    expect(signaturesLeft(lease, 201)).toBe(0)
  })
})
