import { describe, expect, test } from 'vitest'
import { healthOf } from './http.ts'
import { needsOf, statusExitCode } from './needs.ts'
import { nobodyWaits } from './people/people-needs.test-support.ts'
import type { RelayStatus } from './status.ts'

const watch = { id: 'w1', path: '/data', state: 'watching', hints: 'on', pending: 0 } as const
const away = { ...watch, state: 'unavailable', reason: 'ENOENT', since: 1 } as const
const well: Omit<RelayStatus, 'needs'> = {
  relay: 'ws-nmr-01',
  version: '0.1.0',
  state: 'running',
  started: '2026-03-02T08:00:00.000Z',
  trail: 'lab.example/t/ws-nmr-01/20260302-7f3a',
  size: 3,
  key: 'lab.example/t/ws-nmr-01/20260302-7f3a+00000000+AA',
  doubts: [],
  startUp: { findings: 0, mended: [], notary: [] },
  held: null,
  altered: 0,
  before: null,
  inDoubt: [],
  ended: null,
  people: { accounts: 2, fault: null, standing: nobodyWaits },
  identity: null,
  timeStamps: null,
  keys: [],
  outgoing: [],
  notary: { place: 'folder', state: 'reachable', behind: false, foreign: [], unanchoredSince: null },
  units: { recorded: 1, unclaimed: 0, claimable: 0, claimed: 0, failed: 0, absent: 0 },
  settled: true,
  http: null,
  app: null,
  recoveryBehind: [],
  refusedProfiles: [],
  profilesChanged: false,
  capture: {
    watches: [watch],
    pending: 0,
    oldest: [],
    large: { total: 0, long: 0, shown: [] },
    missing: 0,
    unreadableFolders: [],
  },
  badge: null,
}
const notary = { ...well.notary, state: 'unreachable', since: 1, reason: 'it is missing' } as const
const undelivered = {
  subscription: 's1',
  what: 'alerts',
  to: 'udp://siem:514',
  next: 1,
  behind: 2,
  lastDelivery: null,
  fault: { since: '2026-03-02T08:00:00.000Z', says: 'nobody answers', tries: 9 },
  isOverdue: true,
} as const
const taken = { port: 7411, state: 'not listening', reason: 'it is taken' } as const

function judged(different: Partial<typeof well>) {
  const status = { ...well, ...different }
  const needs = needsOf(status)
  const { ready, reasons, degraded } = healthOf({ ...status, needs })
  return {
    codes: needs.map(({ code }) => code),
    exit: statusExitCode({ state: status.state, needs }),
    ready,
    counts: [reasons.length, degraded.length],
  }
}

describe('what a relay needs', () => {
  test('is nothing while all is well, whatever nobody answers for that nobody can claim', () => {
    const nothing = { codes: [], exit: 0, ready: true, counts: [0, 0] }
    expect(judged({ units: { ...well.units, unclaimed: 7 } })).toEqual(nothing)
    // Where nobody has an account, nobody claims.
    const people = {
      ...well.people,
      accounts: 0,
      fault: null,
      standing: { ...nobodyWaits, accounts: 0, administrators: 0 },
    }
    expect(judged({ people, units: { ...well.units, unclaimed: 7, claimable: 7 } })).toEqual(nothing)
  })

  test.each<[string, Partial<typeof well>]>([
    ['starting', { state: 'starting' }],
    ['not-recording', { state: 'held', held: { since: 1, reason: 'full', tries: 2 } }],
    ['not-asked', { state: 'not asked' }],
    ['nothing-watched', { capture: { ...well.capture, watches: [] } }],
    ['no-watch-available', { capture: { ...well.capture, watches: [away, { ...away, id: 'w2' }] } }],
  ])('%s: it cannot do its duty, so it is not ready', { tags: ['challenge'] }, (code, different) => {
    expect(judged(different)).toEqual({ codes: [code], exit: 3, ready: false, counts: [1, 0] })
  })

  test.each<[string, Partial<typeof well>]>([
    ['watch-unavailable', { capture: { ...well.capture, watches: [watch, away] } }],
    [
      'folder-unreadable',
      { capture: { ...well.capture, unreadableFolders: [{ path: 'a', code: 'EACCES' }] } },
    ],
    ['not-seen', { units: { ...well.units, absent: 1 } }],
    ['not-readable', { units: { ...well.units, failed: 1 } }],
    ['read-long', { capture: { ...well.capture, large: { total: 1, long: 1, shown: [] } } }],
    ['notary-unreachable', { notary }],
    ['notary-differs', { notary: { ...well.notary, foreign: [8] } }],
    ['trail-altered', { altered: 1 }],
    ['trail-left', { left: 'lab.example/t/ws-nmr-01/20260301-0000' }],
    ['key-unusable', { keys: [{ name: 'a.mac', fault: 'missing', found: 'it is missing' }] }],
    ['not-delivered', { outgoing: [undelivered] }],
    ['set-right', { startUp: { findings: 0, notary: [], mended: ['schema.mended'] } }],
    ['people-unusable', { people: { accounts: 2, fault: 'the key is missing', standing: null } }],
    [
      'not-time-stamped',
      {
        timeStamps: {
          authority: 'https://tsa.lab.example',
          everyMinutes: 60,
          last: null,
          owed: 1,
          fault: { since: '2026-03-02T08:00:00.000Z', says: 'nobody answers at that port', tries: 1 },
        },
      },
    ],
    [
      'identity-unreachable',
      { identity: { issuer: 'https://login.lab.example', unreachableSince: '2026-03-02T08:00:00.000Z' } },
    ],
    ['profiles-changed', { profilesChanged: true }],
    ['profile-refused', { refusedProfiles: [{ file: 'x.json', problem: 'it is a pipe' }] }],
    ['recovery-behind', { recoveryBehind: ['a.mac'] }],
    ['http-not-listening', { http: taken }],
    ['not-ours', { startUp: { findings: 0, notary: [], mended: ['schema.foreign'] } }],
  ])('%s: files are recorded all the same, so it is ready and degraded', (code, different) => {
    expect(judged(different)).toEqual({ codes: [code], exit: 3, ready: true, counts: [0, 1] })
  })

  test('what waits to leave for a moment only is none', () => {
    expect(judged({ outgoing: [{ ...undelivered, isOverdue: false }] }).codes).toEqual([])
  })

  test('a notary that was not there at the start, and is now, is none', () => {
    const found = { code: 'notary-unreachable', expected: 'a', found: 'b' } as const
    expect(judged({ startUp: { findings: 0, mended: [], notary: [found] } }).codes).toEqual([])
    expect(
      judged({ startUp: { findings: 0, mended: [], notary: [{ ...found, code: 'notary-replaced' }] } }).codes,
    ).toEqual(['notary-differs'])
  })

  test('a trail that was left for what the notary holds is said once', () => {
    const found = { code: 'notary-ahead', expected: 'at least 4 records', found: '3' } as const
    expect(judged({ left: 'a', startUp: { findings: 0, mended: [], notary: [found] } }).codes).toEqual([
      'trail-left',
    ])
  })

  test('of one that does not run is first of all that it does', () => {
    expect(
      judged({ state: 'not running', notary: { ...well.notary, state: 'not asked', behind: true } }),
    ).toEqual({ codes: ['not-running', 'not-anchored'], exit: 4, ready: false, counts: [1, 1] })
  })
})
