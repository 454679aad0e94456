import { routes } from '@compliance-relay/shared/api'
import { describe, expect, test } from 'vitest'
import { needsOf } from '../needs.ts'
import type { Settings } from '../settings.ts'
import type { RelayStatus } from '../status.ts'
import { nobodyWaits } from './people-needs.test-support.ts'
import { statusViewOf } from './status-view.ts'

const now = Date.parse('2026-03-02T09:00:00.000Z')
const watch = { id: 'w1', path: '/data/nmr', state: 'watching', hints: 'on', pending: 2 } as const
const away = {
  ...watch,
  id: 'w2',
  path: '/data/ms',
  state: 'unavailable',
  reason: 'ENOENT',
  since: now,
} as const
const status: Omit<RelayStatus, 'needs'> = {
  relay: 'ws-nmr-01',
  version: '0.1.0',
  state: 'running',
  started: '2026-03-02T08:00:00.000Z',
  trail: 'lab.example/t/ws-nmr-01/20260302-7f3a',
  size: 12,
  key: 'lab.example/t/ws-nmr-01/20260302-7f3a+00000000+AA',
  doubts: [],
  startUp: { findings: 0, mended: [], notary: [] },
  altered: 0,
  held: null,
  before: null,
  inDoubt: [],
  ended: null,
  people: { accounts: 2, fault: null, standing: { ...nobodyWaits, accounts: 2, codesGood: 1, locked: 1 } },
  identity: null,
  timeStamps: null,
  keys: [],
  outgoing: [],
  notary: {
    place: 'folder',
    state: 'unreachable',
    since: now - 60_000,
    reason: 'it is missing',
    behind: true,
    foreign: [],
    unanchoredSince: '2026-03-02T08:59:00.000Z',
  },
  units: { recorded: 7, unclaimed: 1, claimable: 1, claimed: 0, failed: 0, absent: 0 },
  settled: false,
  http: null,
  app: null,
  recoveryBehind: [],
  refusedProfiles: [],
  profilesChanged: false,
  capture: {
    watches: [watch, away],
    pending: 3,
    oldest: [
      { path: 'run-1', watch: 'w1', stage: 'settling', since: now - 1_000, open: true, missing: ['fid'] },
      { path: 'run-2', watch: 'w1', stage: 'reading', since: now, failure: 'EIO' },
    ],
    large: { total: 3, long: 1, shown: [{ watch: 'w1', path: 'big', bytes: 7, ofBytes: 9, since: now }] },
    missing: 0,
    unreadableFolders: [],
  },
  badge: 'jdoe',
}
const set = { project: 'P-17', device: 'Avance', quietSeconds: 3, hints: true }
const settings = {
  watches: [
    { ...set, id: 'w1', path: '/data/nmr' },
    { ...set, id: 'w2', path: '/data/ms', project: 'P-18' },
  ],
} as unknown as Settings
const anchored = { size: 10, time: '2026-03-02T08:58:00.000Z' }
const trail = { id: '0'.repeat(16), origin: status.trail, isWritten: true, size: 12, anchored }

const viewOf = (more: Partial<RelayStatus> = {}) => {
  const all = { ...status, ...more }
  return statusViewOf({ ...all, needs: needsOf(all) }, settings, [trail], now)
}

describe('what people in the app are told of the relay', () => {
  test('is what its status says, in the form of the interface', () => {
    const view = viewOf()
    expect(view).toMatchObject({
      relay: 'ws-nmr-01',
      time: '2026-03-02T09:00:00.000Z',
      state: 'running',
      ready: true,
      watches: [
        {
          id: 'w1',
          project: 'P-17',
          device: 'Avance',
          state: 'watching',
          reason: null,
          since: null,
          waiting: 2,
        },
        {
          id: 'w2',
          project: 'P-18',
          state: 'unavailable',
          reason: 'ENOENT',
          since: '2026-03-02T09:00:00.000Z',
        },
      ],
      capture: {
        waiting: 3,
        oldest: [
          { path: 'run-1', watch: 'w1', stage: 'settling', open: true, missing: ['fid'], failure: null },
          { path: 'run-2', watch: 'w1', stage: 'reading', open: false, missing: [], failure: 'EIO' },
        ],
        large: {
          total: 3,
          long: 1,
          shown: [{ watch: 'w1', path: 'big', bytes: 7, ofBytes: 9, since: '2026-03-02T09:00:00.000Z' }],
        },
        held: null,
      },
      notary: { state: 'unreachable', reason: 'it is missing', unanchoredSince: '2026-03-02T08:59:00.000Z' },
      trails: [trail],
      sync: null,
      badge: 'jdoe',
    })
    const needs = view.needs.map(({ isTold: _, ...need }) => need)
    expect(routes.readStatus.result.parse({ ...view, needs })).toEqual({ ...view, needs })
  })

  test('has what waits, and what is to be done, each as a sentence and its command', () => {
    const { needs, waits } = viewOf()
    expect(needs).toContainEqual({
      code: 'account-locked',
      says: '1 account is locked after too many wrong passwords',
      todo: 'relay account unlock',
      hinders: false,
      isTold: false,
    })
    expect(waits).toEqual([{ says: '1 one-time code has not been used yet', todo: 'relay account list' }])
  })

  test('says that it is not ready, and since when nothing can be recorded', () => {
    const held = { since: now - 5_000, reason: 'the disk is full', tries: 3 }
    const view = viewOf({ state: 'held', held })
    expect([view.state, view.ready]).toEqual(['held', false])
    expect(view.capture.held).toEqual({ since: '2026-03-02T08:59:55.000Z', reason: 'the disk is full' })
  })

  test('of a relay that has not begun to look, says so', () => {
    const none = { watches: [{ ...watch, state: 'not watched yet' as const, pending: 0 }], pending: 0 }
    const capture = {
      ...none,
      oldest: [],
      large: { total: 0, long: 0, shown: [] },
      missing: 0,
      unreadableFolders: [],
    }
    expect(viewOf({ state: 'starting', capture })).toMatchObject({
      state: 'starting',
      ready: false,
      watches: [{ state: 'starting', waiting: 0 }],
    })
  })
})
