import { expect, test } from 'vitest'
import { DEVICE_FAILURES, STRAINED_LOOKS } from './device-strain.ts'
import { FREE_FAILURES, LOCK_FAILURES, SignInGuard } from './sign-in-guard.ts'

const START = Date.parse('2026-03-02T08:00:00.000Z')
const MINUTE = 60_000
const refused = (account: string | null, device: string, at: number) => ({
  kind: 'session.refused',
  body: { account, device },
  time: new Date(at).toISOString(),
})

test('after five wrong passwords an account waits on that device: 1, 2, 4 … 60 minutes', {
  tags: ['challenge'],
}, () => {
  const guard = new SignInGuard()
  let now = START
  const waits: number[] = []
  for (let i = 0; i < 14; i++) {
    const answer = guard.ask('jdoe', { device: 'tablet-1' }, now)
    if (!answer.may) {
      waits.push(answer.retryAfterSeconds / 60)
      expect(guard.ask('jdoe', { device: 'tablet-1' }, now + answer.retryAfterSeconds * 1_000 - 1).may).toBe(
        false,
      )
      now += answer.retryAfterSeconds * 1_000
      expect(guard.ask('jdoe', { device: 'tablet-1' }, now).may).toBe(true)
    }
    guard.failed('jdoe', { device: 'tablet-1' }, now)
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
  expect(waits).toHaveLength(14 - FREE_FAILURES)
})

test('somebody else guessing elsewhere does not keep the owner waiting on her own device', {
  tags: ['req/P11-300d-2', 'challenge'],
}, () => {
  const guard = new SignInGuard()
  for (let i = 0; i < 9; i++) guard.failed('jdoe', { device: 'tablet-9' }, START + i)
  expect(guard.ask('jdoe', { device: 'tablet-9' }, START + 10).may).toBe(false)
  expect(guard.ask('jdoe', { device: 'tablet-1' }, START + 10)).toEqual({ may: true })
  expect(guard.isToBeLocked('jdoe', START + 10)).toBe(false)
})

test('ten in a day, on whatever devices, lock an account; nine, or ten in two days, do not', () => {
  const guard = new SignInGuard()
  for (let i = 0; i < LOCK_FAILURES - 1; i++)
    guard.failed('jdoe', { device: `tablet-${i}` }, START + i * MINUTE)
  expect(guard.isToBeLocked('jdoe', START + 9 * MINUTE)).toBe(false)
  guard.failed('jdoe', { device: 'tablet-1' }, START + 25 * 60 * MINUTE)
  expect(guard.isToBeLocked('jdoe', START + 25 * 60 * MINUTE)).toBe(false)
  for (let i = 0; i < 9; i++) guard.failed('jdoe', { device: 'tablet-1' }, START + 25 * 60 * MINUTE + i)
  expect(guard.isToBeLocked('jdoe', START + 25 * 60 * MINUTE + 10)).toBe(true)
})

test('after thirty at once on one device, of whatever names, ten more are looked at, and then one every six seconds', {
  tags: ['challenge'],
}, () => {
  const guard = new SignInGuard()
  const from = { device: 'tablet-9' }
  for (let i = 0; i < DEVICE_FAILURES; i++) {
    expect(guard.ask(`name${i}`, from, START)).toEqual({ may: true })
    guard.failed(undefined, from, START, `name${i}`)
  }
  for (let i = 0; i < STRAINED_LOOKS; i++) {
    const name = i % 2 === 0 ? 'jdoe' : 'nobody-here'
    expect(guard.ask(name, from, START + 1)).toEqual({ may: true, strainedSeconds: 60 })
  }
  for (const name of ['jdoe', 'nobody-here'])
    expect(guard.ask(name, from, START + 1)).toEqual({ may: false, why: 'device', retryAfterSeconds: 60 })
  expect(guard.ask('jdoe', { device: 'tablet-1' }, START + 1)).toEqual({ may: true })
  expect(guard.ask('jdoe', { ...from, mark: 'a1' }, START + 1)).toEqual({ may: true })
  expect(guard.strained(START + 1)).toEqual([{ device: 'tablet-9', until: START + MINUTE }])
  expect(guard.ask('jdoe', from, START + 6_001)).toEqual({ may: true, strainedSeconds: 54 })
  expect(guard.ask('jdoe', from, START + MINUTE)).toEqual({ may: true })
  expect(guard.strained(START + MINUTE)).toEqual([])
  guard.failed(undefined, from, START + MINUTE, 'name-x')
  expect(guard.ask('jdoe', from, START + MINUTE + 1)).toEqual({ may: true, strainedSeconds: 60 })
})

test('one person’s wrong passwords never strain a device, however long they go on', {
  tags: ['req/P11-300d-2', 'challenge'],
}, () => {
  const guard = new SignInGuard()
  for (let now = START; now < START + 48 * 60 * MINUTE; now += 1_000)
    if (guard.ask('qlee', { device: 'workstation' }, now).may) {
      guard.failed('qlee', { device: 'workstation' }, now)
      expect(guard.strained(now)).toEqual([])
    }
})

test('a series is over with the next good sign-in there, with a mark and without', () => {
  const guard = new SignInGuard()
  const time = new Date(START).toISOString()
  for (const mark of [undefined, 'a1']) {
    for (const from of [{ device: 'workstation' }, { device: 'workstation', mark: 'a1' }])
      for (let i = 0; i < 4; i++) guard.failed('jdoe', from, START)
    guard.failed('jdoe', { device: 'tablet-1' }, START)
    const body = { account: 'jdoe', device: 'workstation', ...(mark === undefined ? {} : { mark }) }
    guard.take({ kind: 'session.started', body, time })
    expect(guard.inARow('jdoe', { device: 'workstation' })).toBe(0)
    expect(guard.inARow('jdoe', { device: 'workstation', mark: 'a1' })).toBe(0)
    expect(guard.inARow('jdoe', { device: 'tablet-1' })).toBeGreaterThan(0)
  }
})

test('a name that nobody has waits exactly as one that somebody has', { tags: ['challenge'] }, () => {
  const guard = new SignInGuard()
  for (let i = 0; i < 8; i++) {
    expect(guard.ask('nobody-here', { device: 'tablet-1' }, START)).toEqual(
      guard.ask('jdoe', { device: 'tablet-2' }, START),
    )
    guard.failed(undefined, { device: 'tablet-1' }, START, 'nobody-here')
    guard.failed('jdoe', { device: 'tablet-2' }, START)
  }
})

test('a restart forgives nothing: the records of the trail say the same', { tags: ['challenge'] }, () => {
  const before = new SignInGuard()
  const after = new SignInGuard()
  for (let i = 0; i < 7; i++) {
    before.failed('jdoe', { device: 'tablet-1' }, START + i)
    after.take(refused('jdoe', 'tablet-1', START + i))
  }
  expect(after.ask('jdoe', { device: 'tablet-1' }, START + 10)).toEqual(
    before.ask('jdoe', { device: 'tablet-1' }, START + 10),
  )
  expect(after.failuresOf('jdoe', START + 10)).toBe(7)
})

test('the right password ends the waiting of its device, an unlocking that of all', () => {
  const guard = new SignInGuard()
  for (const device of ['tablet-1', 'tablet-2'])
    for (let i = 0; i < 6; i++) guard.take(refused('jdoe', device, START + i))
  const time = new Date(START + 20).toISOString()
  guard.take({ kind: 'session.started', body: { account: 'jdoe', device: 'tablet-1' }, time })
  expect(guard.ask('jdoe', { device: 'tablet-1' }, START + 30).may).toBe(true)
  expect(guard.ask('jdoe', { device: 'tablet-2' }, START + 30).may).toBe(false)
  // Signing in does not make the guesses of the day unseen.
  expect(guard.isToBeLocked('jdoe', START + 30)).toBe(true)
  guard.take({ kind: 'account.unlocked', body: { account: 'jdoe' }, time })
  expect(guard.ask('jdoe', { device: 'tablet-2' }, START + 30).may).toBe(true)
  expect(guard.isToBeLocked('jdoe', START + 30)).toBe(false)
})

test('a hundred thousand names are not all remembered', () => {
  const guard = new SignInGuard()
  for (let i = 0; i < 100_000; i++) guard.failed(undefined, { device: `device-${i}` }, START + i, `name-${i}`)
  expect(guard.ask('name-0', { device: 'device-0' }, START).may).toBe(true)
  expect(guard.ask('jdoe', { device: 'tablet-1' }, START).may).toBe(true)
})

test('what failed while the clock was ahead keeps nobody waiting for longer than the longest wait, once it is right', {
  tags: ['req/P11-300d-2', 'challenge'],
}, () => {
  const ahead = START + 365 * 24 * 60 * MINUTE
  const guard = new SignInGuard()
  for (let i = 0; i < DEVICE_FAILURES; i++) guard.take(refused(null, 'workstation', ahead + i))
  for (let i = 0; i < 9; i++) guard.take(refused('jdoe', 'tablet-1', ahead + i))
  const first = guard.ask('asmith', { device: 'workstation' }, START)
  expect(first).toMatchObject({ may: true, strainedSeconds: 60 })
  // It is of the moment in which it was seen, and not of each one after it: the wait ends.
  expect(guard.ask('asmith', { device: 'workstation' }, START + MINUTE)).toEqual({ may: true })
  expect(guard.ask('jdoe', { device: 'tablet-1' }, START).may).toBe(false)
  expect(guard.waits('jdoe', START)).toBe(START + 16 * MINUTE)
  expect(guard.ask('jdoe', { device: 'tablet-1' }, START + 16 * MINUTE).may).toBe(true)
  // Nor are they forgiven: the next one counts with them, and locks the account, as it would have.
  guard.failed('jdoe', { device: 'tablet-2' }, START + 16 * MINUTE)
  expect(guard.isToBeLocked('jdoe', START + 16 * MINUTE)).toBe(true)
  expect(guard.failuresOf('jdoe', START + 24 * 60 * MINUTE)).toBe(1)
})
